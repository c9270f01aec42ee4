"""Format twin -> `wdmd import` -> manifest, frame by frame against the twin's truth; real MediaPipe.

numbers of files   8  9 10 .. 27 .. 29 30        truth.json, and what the sheets say
frames             0  1  2 .. 19    20 21        what the manifest must say: gaps shift the frames, not time
"""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from wdmd_tools.cli.console import friendly
from wdmd_tools.cli.import_ import import_
from wdmd_tools.importers import reader_of
from wdmd_tools.importers.corrections import load_corrections
from wdmd_tools.importers.plan import Policies, ReleasePlan, plan_release
from wdmd_tools.synth.twins.render import TWINS, render_twin
from wdmd_tools.video.crops import read_crop

pytestmark = pytest.mark.slow

SUBJECTS = {"casme2sq": 3, "casme3": 3, "samm": 2, "samm-lv": 3, "mmew": 1, "smic": 2, "casme2": 2}
"""As few as have all oddities."""

app = typer.Typer()
app.command()(friendly(import_))

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Imported:
    name: str
    out: Path
    truth: dict[str, Any]
    report: dict[str, Any]
    clips: dict[str, dict[str, Any]]
    segments: Rows
    frames: Rows

    def videos(self) -> Rows:
        return [video for video in self.truth["videos"] if video["form"] == "main"]


def run_import(name: str, source: Path, out: Path) -> Imported:
    """Import a folder of a twin through the command line, in this process."""
    words = [name, source, "--out", out, "--size", 64, "--jobs", 1, "--no-report", "--json"]
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    root = next(p for p in (source, *source.parents) if (p / "truth.json").is_file())

    def table(which: str) -> Rows:
        return pq.read_table(out / f"{which}.parquet").to_pylist()

    return Imported(
        name,
        out,
        json.loads((root / "truth.json").read_text()),
        json.loads(done.stdout),
        {clip["source_video"]: clip for clip in table("clips")},
        table("segments"),
        table("frames"),
    )


@pytest.fixture(scope="module", params=TWINS)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    name = request.param
    root = tmp_path_factory.mktemp(name)
    render_twin(name, root / "twin", subjects=SUBJECTS[name], seed=5, size=224)
    return run_import(name, root / "twin", root / "data")


def numbers_of(video: dict[str, Any]) -> list[int]:
    missing = {*video["gaps"], *video["broken"]}
    span = range(video["first_number"], video["last_number"] + 1)
    return [number for number in span if number not in missing]


def frames_of(event: dict[str, Any], numbers: list[int]) -> tuple[int, int | None, int]:
    """Onset, apex, offset as frames: the first file in the span, the nearest to the apex, the last."""
    read = event["read"]
    inside = [place for place, n in enumerate(numbers) if read["onset"] <= n <= read["offset"]]
    apex = None
    if read["apex"] is not None:
        apex = min(inside, key=lambda place: (abs(numbers[place] - read["apex"]), place))
    return inside[0], apex, inside[-1]


def expected(video: dict[str, Any], kinds: tuple[str, ...]) -> list[tuple[Any, ...]]:
    numbers = numbers_of(video)
    return sorted(
        (event["kind"], *frames_of(event, numbers))
        for event in video["events"]
        if event["read"] is not None and event["kind"] in kinds
    )


def spans(imported: Imported, video: dict[str, Any], annotator: str, *kinds: str) -> list[Any]:
    clip = imported.clips[video["folder"]]
    return sorted(
        (row["kind"], row["onset_frame"], row["apex_frame"], row["offset_frame"])
        for row in imported.segments
        if (row["clip_id"], row["annotator"]) == (clip["clip_id"], annotator)
        and row["kind"] in kinds
    )


def test_every_video_is_one_clip_of_the_right_person(imported: Imported) -> None:
    videos = imported.videos()
    assert {video["folder"] for video in videos} == set(imported.clips)
    for video in videos:
        clip = imported.clips[video["folder"]]
        assert clip["subject_id"] == video["subject_id"]
        assert clip["n_frames"] == video["frames"] - len(video["broken"])
        assert [clip["fps_num"], clip["fps_den"]] == imported.truth["fps"]
    assert imported.report["rejects"] == []
    broken = [video for video in videos if video["broken"]]
    told = [text for text in imported.report["warnings"] if "W_BROKEN_FRAMES" in text]
    assert len(told) == len(broken)


@pytest.mark.parametrize("annotator", ["release", "consensus"])
def test_onset_apex_and_offset_of_every_expression(imported: Imported, annotator: str) -> None:
    seen = 0
    for video in imported.videos():
        wanted = expected(video, ("me", "macro"))
        assert spans(imported, video, annotator, "me", "macro") == wanted, video["folder"]
        seen += len(wanted)
    assert seen >= 2


def test_blinks(imported: Imported) -> None:
    for video in imported.videos():
        wanted = [(kind, on, off) for kind, on, _, off in expected(video, ("blink",))]
        found = [(kind, on, off) for kind, on, _, off in spans(imported, video, "release", "blink")]
        assert found == wanted, video["folder"]
        for event in (one for one in video["events"] if one["kind"] == "blink"):
            # The pictures say so too: the eyes change most in the file of the true apex.
            crop = read_crop(imported.out / imported.clips[video["folder"]]["crop_path"])
            eyes = crop[:, 12:32].astype(float)
            change = np.abs(eyes - eyes[0]).mean(axis=(1, 2, 3))
            assert int(change.argmax()) == numbers_of(video).index(event["apex"])


def test_every_frame_has_its_time_its_face_and_its_label(imported: Imported) -> None:
    fps = Fraction(*imported.truth["fps"])
    by_clip: dict[str, Rows] = {}
    for row in imported.frames:
        by_clip.setdefault(row["clip_id"], []).append(row)
    for video in imported.videos():
        numbers = numbers_of(video)
        rows = by_clip[imported.clips[video["folder"]]["clip_id"]]
        assert [row["source_frame"] for row in rows] == list(range(len(numbers)))
        # A gap in the numbers is a gap in time.
        times = [(number - numbers[0]) * 1_000_000 / fps for number in numbers]
        assert all(abs(row["pts_us"] - at) <= 1 for row, at in zip(rows, times, strict=True))
        assert all(row["face_found"] for row in rows)
        shown = [
            any(
                event["kind"] == "me"
                and event["read"] is not None
                and event["read"]["onset"] <= number <= event["read"]["offset"]
                for event in video["events"]
            )
            for number in numbers
        ]
        assert [row["is_me"] for row in rows] == shown


def test_emotions_and_action_units(imported: Imported) -> None:
    for video in imported.videos():
        numbers = numbers_of(video)
        clip = imported.clips[video["folder"]]
        found = sorted(
            (row["kind"], row["onset_frame"], row["offset_frame"], row["label"])
            for row in imported.segments
            if row["clip_id"] == clip["clip_id"]
            and row["annotator"] == "release"
            and row["kind"] in ("emotion", "emotion3", "au")
        )
        wanted = []
        for event in video["events"]:
            if event["read"] is None:
                continue
            onset, _, offset = frames_of(event, numbers)
            wanted += [("au", onset, offset, unit) for unit in event["action_units"]]
            wanted += [
                (kind, onset, offset, event[kind])
                for kind in ("emotion", "emotion3")
                if event[kind] is not None
            ]
        assert found == sorted(wanted), video["folder"]


def test_it_is_known_to_be_synthetic_and_less_than_published(imported: Imported) -> None:
    assert json.loads((imported.out / "dataset.json").read_text())["synthetic"] is True
    counts = {one["what"]: one for one in imported.report["published"]}
    kinds = [event["kind"] for video in imported.videos() for event in video["events"]]
    assert counts["micro-expressions"]["found"] == kinds.count("me")
    told = [text for text in imported.report["warnings"] if "W_COUNTS" in text]
    differing = [one for one in counts.values() if one["expected"] not in (None, one["found"])]
    assert len(told) == len(differing) >= 1


def test_cut_clips_of_smic_are_imported_from_their_own_folder(tmp_path: Path) -> None:
    render_twin("smic", tmp_path / "twin", subjects=1, seed=5, size=224)
    cut = run_import("smic", tmp_path / "twin" / "SMIC_all_cropped", tmp_path / "data")
    (video,) = (one for one in cut.truth["videos"] if one["form"] == "SMIC, cut clips")
    (clip,) = cut.clips.values()
    assert clip["subject_id"] == video["subject_id"]
    assert clip["n_frames"] == video["frames"] == 36
    (me,) = (row for row in cut.segments if (row["annotator"], row["kind"]) == ("release", "me"))
    assert (me["onset_frame"], me["apex_frame"], me["offset_frame"]) == (0, None, 35)


def planned(name: str, source: Path, corrections: str | None, **policies: str) -> ReleasePlan:
    release = reader_of(name)(source, load_corrections(name, corrections))
    return plan_release(release, source, Policies.model_validate(policies))


def found_spans(plan: ReleasePlan, recording: str, kind: str) -> list[tuple[int, int]]:
    (one,) = (r for r in plan.plan.recordings if r.recording_id.startswith(recording))
    return sorted(
        (event.interval.start_ms, event.interval.end_ms)
        for event in one.events
        if event.kind == kind
    )


def test_without_corrections_the_typing_errors_of_casme3_stay(tmp_path: Path) -> None:
    render_twin("casme3", tmp_path / "twin", subjects=3, seed=5, size=128)
    plan = planned("casme3", tmp_path / "twin", "none")
    told = {(p.code, p.message.split(":")[0]) for p in plan.plan.problems}
    assert ("E_REVERSED", "spNO.216/d/3647-2668-2694") in told
    assert ("W_OPEN_ROW", "spNO.216/e/0-0-25") in told
    # The only row of that film cannot be used, so the film is left out: it may not count as empty.
    assert not any(r.recording_id.startswith("spno-216_d") for r in plan.plan.recordings)
    # Offset 0 ends at the apex: numbers 1812 to 1824 of a film that begins at 1797, at 30 fps.
    assert found_spans(plan, "spno-40_e", "me") == [(500, 933)]
    mended = planned("casme3", tmp_path / "twin", None)
    assert found_spans(mended, "spno-40_e", "me") == [(500, 1633)]
    assert len(found_spans(mended, "spno-216_d", "me")) == 1


def test_open_rows_follow_the_policies(tmp_path: Path) -> None:
    render_twin("casme2sq", tmp_path / "a", subjects=1, seed=5, size=128)
    # disgust1_3 is numbers 95 to 125 with apex 107 and offset 0; frame 94 is at 3133 ms.
    for policy, last in (("apex", 107), ("apex+20", 127)):
        plan = planned("casme2sq", tmp_path / "a", None, offset_zero=policy)
        assert (3133, last * 1000 // 30) in found_spans(plan, "s15_0101", "macro")
    dropped = planned("casme2sq", tmp_path / "a", None, offset_zero="drop")
    assert len(found_spans(dropped, "s15_0101", "macro")) == 1
    render_twin("samm-lv", tmp_path / "b", subjects=2, seed=5, size=128)
    plan = planned("samm-lv", tmp_path / "b", None, onset_zero="first")
    assert found_spans(plan, "018_3", "macro") == [(0, 700)]
    assert found_spans(planned("samm-lv", tmp_path / "b", None), "018_3", "macro") == []
