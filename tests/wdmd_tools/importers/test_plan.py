"""Frame numbers to times: gaps, policies, numbering, ids."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from projects import plain_frames, write_film
from pydantic import ValidationError

from wdmd_tools.importers.model import EventKind, FrameSpan, Release, ReleaseEvent, ReleaseVideo
from wdmd_tools.importers.plan import Policies, ReleasePlan, plan_release, recording_ids
from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.probe import probe


def event(
    onset: int,
    apex: int | None,
    offset: int,
    *,
    kind: EventKind = "me",
    emotion: str | None = None,
    units: tuple[str, ...] = (),
) -> ReleaseEvent:
    key = f"{onset}-{offset}"
    return ReleaseEvent(kind, FrameSpan(onset, apex, offset), emotion, units, "a!s row 2", key)


def release(folder: Path, *events: ReleaseEvent, first: int | None = None) -> Release:
    video = ReleaseVideo("V 1", "s1", folder, Fraction(100), events, first)
    return Release("x", "X", "v", (video,), (), (), ())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Frames 4 5 6 8 9 10 at 100 a second, so that number n is at 10 (n - 4) ms."""
    path = tmp_path / "src" / "v"
    path.mkdir(parents=True)
    for number in (4, 5, 6, 8, 9, 10):
        cv2.imwrite(str(path / f"{number}.png"), np.full((8, 8, 3), number, np.uint8))
    return path


def planned(one: Release, folder: Path, **policies: str) -> ReleasePlan:
    return plan_release(one, folder.parent, Policies.model_validate(policies))


def spans(plan: ReleasePlan, folder: Path) -> list[tuple[str, int, int, int | None]]:
    """Kind, first frame, frame after the last, and apex of every event, as places in the folder."""
    table: FrameTable = probe(folder, rate=Fraction(100)).table
    (recording,) = plan.plan.recordings
    found = []
    for one in recording.events:
        start, end, _ = table.frames_of(one.interval)
        found.append(
            (one.kind, start, end, None if one.apex_ms is None else table.frame_of(one.apex_ms))
        )
    return found


def codes(plan: ReleasePlan) -> list[str]:
    return [problem.code for problem in plan.plan.problems]


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        #            4 5 6 . 8 9 10
        ((4, 4, 10), (0, 6, 0)),
        ((5, 6, 8), (1, 4, 2)),
        (
            (5, 7, 9),
            (1, 5, 2),
        ),  # the apex was never recorded: the frame before, as near as the next
        ((5, 5, 7), (1, 3, 1)),  # so was the offset
        ((7, None, 8), (3, 4, None)),  # and the onset
        ((6, 6, 6), (2, 3, 2)),  # one frame, before the gap
        ((10, 10, 10), (5, 6, 5)),  # one frame, the last
    ],
)
def test_numbers_become_frames(
    folder: Path, span: tuple[int, int | None, int], expected: tuple[int, int, int | None]
) -> None:
    plan = planned(release(folder, event(*span)), folder)
    assert spans(plan, folder) == [("me", *expected)]
    assert codes(plan) == []


def test_what_lies_outside_is_said(folder: Path) -> None:
    plan = planned(release(folder, event(7, None, 7), event(11, None, 12), event(1, 2, 5)), folder)
    assert codes(plan) == ["E_OUTSIDE_FRAMES", "E_OUTSIDE_FRAMES", "W_OUTSIDE_FRAMES"]
    # The apex, 2, is not there: the nearest frame is the first.
    assert spans(plan, folder) == [("me", 0, 2, 0)]
    assert "frames 11 to 12 are not among those of V 1, 4 to 10" in str(plan.plan.problems[1])


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ({}, [("macro", 1, 3, 2)]),
        ({"offset_zero": "apex+20"}, [("macro", 1, 6, 2)]),
        ({"offset_zero": "drop"}, []),
    ],
)
def test_offset_zero(
    folder: Path, policies: dict[str, str], expected: list[tuple[str, int, int, int]]
) -> None:
    plan = planned(release(folder, event(5, 6, 0, kind="macro")), folder, **policies)
    assert spans(plan, folder) == expected
    assert codes(plan)[0] == "W_OPEN_ROW"


def test_offset_zero_without_an_apex_is_left_out(folder: Path) -> None:
    plan = planned(release(folder, event(5, None, 0)), folder)
    assert spans(plan, folder) == []
    assert codes(plan) == ["W_OPEN_ROW"]


@pytest.mark.parametrize(
    ("policies", "expected"),
    [({}, []), ({"onset_zero": "first"}, [("macro", 0, 5, 3)])],
)
def test_onset_zero(
    folder: Path, policies: dict[str, str], expected: list[tuple[str, int, int, int]]
) -> None:
    plan = planned(release(folder, event(0, 8, 9, kind="macro")), folder, **policies)
    assert spans(plan, folder) == expected
    assert codes(plan) == ["W_OPEN_ROW"]


def test_an_apex_on_the_onset(folder: Path) -> None:
    one = release(folder, event(5, 5, 9))
    assert spans(planned(one, folder), folder)[0][3] == 1
    assert spans(planned(one, folder, apex_at_onset="unknown"), folder)[0][3] is None


def test_labels_of_an_expression(folder: Path) -> None:
    both = event(5, 6, 8, emotion="happy", units=("6", "L12", "6"))
    (recording,) = planned(
        release(folder, both, event(9, 9, 10, emotion="others")), folder
    ).plan.recordings
    said = [(one.kind, one.label) for one in recording.events]
    assert said == [
        ("me", "ME"), ("emotion", "happy"), ("emotion3", "positive"), ("au", "6"), ("au", "L12"),
        ("me", "ME"), ("emotion", "others"),
    ]  # fmt: skip
    assert {(one.file, one.tier, one.annotation_id) for one in recording.events[:5]} == {
        ("a", "s row 2", "5-8")
    }


def test_overlapping_mes_are_told(folder: Path) -> None:
    plan = planned(release(folder, event(4, 5, 8), event(6, 8, 9), event(10, 10, 10)), folder)
    assert codes(plan) == ["W_OVERLAPPING_ME"]
    assert len(spans(plan, folder)) == 3


def test_a_given_first_number_shifts_the_numbers_and_keeps_the_gap(folder: Path) -> None:
    # files 4 5 6 8 9 10, annotated as 104 105 106 108 109 110
    one = release(folder, event(105, 108, 108), first=104)
    plan = planned(one, folder)
    assert spans(plan, folder) == [("me", 1, 4, 3)]
    numbering = plan.numbering["v-1"]
    assert (numbering.first_number, numbering.frames, numbering.missing) == (104, 6, 1)


def test_a_clip_set_is_one_clip_per_video(folder: Path) -> None:
    one = replace(release(folder, event(5, 6, 8)), clip_set=True)
    (recording,) = planned(one, folder).plan.recordings
    (whole,) = recording.clip_intervals
    assert (whole.start_ms, whole.end_ms) == (0, 70)


def test_the_recording_is_what_a_build_needs(folder: Path) -> None:
    (recording,) = planned(release(folder, event(5, 6, 8)), folder).plan.recordings
    assert recording.recording_id == "v-1"
    assert recording.source_video == "v"
    assert recording.rate == 100
    assert recording.annotators == ("release",)
    (other,) = planned(release(folder, event(5, 6, 9)), folder).plan.recordings
    assert recording.facts != other.facts


def test_unreadable_videos_and_odd_files_are_problems(folder: Path, tmp_path: Path) -> None:
    (folder / ".recursive").touch()
    missing = replace(release(folder).videos[0], path=tmp_path / "none", video_id="w")
    one = replace(release(folder), videos=(release(folder).videos[0], missing))
    plan = planned(one, folder)
    assert codes(plan) == ["W_NO_FRAME", "E_VIDEO"]
    assert len(plan.plan.recordings) == 1


def test_ids_are_plain_and_unique() -> None:
    ids = recording_ids(["spNO.1_a", "006_1_2", "A b", "a-b", "表情"])
    assert ids["spNO.1_a"] == "spno-1_a"
    assert ids["006_1_2"] == "006_1_2"
    assert len(set(ids.values())) == 5
    assert all(ids.values())


def test_unknown_policies_are_refused() -> None:
    with pytest.raises(ValidationError):
        Policies.model_validate({"offset_zero": "guess"})


@pytest.mark.parametrize(("first", "expected"), [(None, (4, 8, 5)), (0, (5, 9, 6))])
def test_a_film_s_frames_count_from_1_unless_told(
    tmp_path: Path, first: int | None, expected: tuple[int, int, int]
) -> None:
    film = write_film(tmp_path / "src" / "v.mp4", plain_frames(20), 100)
    one = release(film, event(5, 6, 8), first=first)
    plan = planned(one, film)
    assert codes(plan) == []
    assert plan.plan.recordings[0].rate is None
    assert spans(plan, film) == [("me", *expected)]


def test_a_film_at_another_rate_is_told(tmp_path: Path) -> None:
    film = write_film(tmp_path / "src" / "v.mp4", plain_frames(20), 30)
    assert codes(planned(release(film, event(5, 6, 8)), film)) == ["W_OTHER_RATE"]
