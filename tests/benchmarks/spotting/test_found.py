"""Clips' answers on the film's time line, by hand."""

from pathlib import Path

import numpy as np
import pytest
from builders import clip_row, write_dataset

from benchmarks.spotting.found import FilmSpotting, on_the_film
from benchmarks.spotting.output import write_film_csv, write_film_eaf
from wdmd_tools.elan import read_eaf
from wdmd_tools.intervals import Interval
from wdmd_tools.predictions import ClipPrediction, PredictedSegment


def _segment(first: int, end: int, score: float, **more: str) -> PredictedSegment:
    return PredictedSegment(Interval(first, end), score, **more)


@pytest.fixture
def found(tmp_path: Path) -> FilmSpotting:
    # Two clips of 20 frames at 10 fps that touch, and a third after a gap:
    #   a 0-20   b 20-40   c 45-55
    #   a [17,20) 0.3 and b [0,4) 0.8 are one; b [10,12) macro; c [1,3)
    rows = [
        clip_row("a", 20, fps=10),
        clip_row("b", 20, fps=10, start_frame=20, end_frame=40),
        clip_row("c", 10, fps=10, start_frame=45, end_frame=55),
    ]
    dataset = write_dataset(tmp_path / "data", rows, [])
    said = [
        ClipPrediction("a", (_segment(17, 20, 0.3),), np.full(20, 0.1, np.float32), p_state=0.2),
        ClipPrediction(
            "b",
            (_segment(0, 4, 0.8, emotion="surprise"), _segment(10, 12, 0.6, label="macro")),
            np.full(20, 0.2, np.float32),
            p_state=0.6,
        ),
        ClipPrediction("c", (_segment(1, 3, 0.5),)),
    ]
    return on_the_film(dataset, tmp_path / "film.mp4", "mine", said)


def test_segments_lie_on_the_film(found: FilmSpotting) -> None:
    rows = [one.to_json() for one in found.segments]
    assert [(r["onset_frame"], r["offset_frame"], r["score"], r["label"]) for r in rows] == [
        (17, 23, 0.8, "me"),
        (30, 31, 0.6, "macro"),
        (46, 47, 0.5, "me"),
    ]
    assert [(r["onset_ms"], r["offset_ms"]) for r in rows] == [
        (1700, 2400),
        (3000, 3200),
        (4600, 4800),
    ]
    assert rows[0]["emotion"] == "surprise"
    assert found.clips == 3
    assert found.covered == pytest.approx(50 / 55)
    assert found.speaking == pytest.approx(0.4)
    assert found.scores[5] == pytest.approx(0.1)
    assert np.isnan(found.scores[42])
    assert np.isnan(found.scores[50])


def test_no_answer_is_told_from_the_answer_none(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path, [clip_row("a", 20)], [])
    for said, answered in (
        (ClipPrediction("a"), False),
        (ClipPrediction("a", p_state=0.5), False),
        (ClipPrediction("a", p_me=0.0), True),
        (ClipPrediction("a", frame_scores=np.zeros(20, np.float32)), True),
        (ClipPrediction("a", (_segment(2, 5, 0.5),)), True),
    ):
        found = on_the_film(dataset, tmp_path / "f.mp4", "m", [said])
        assert (found.answered, found.to_json()["answered"]) == (answered, answered)


def test_segments_that_touch_inside_of_a_clip_stay_two(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path, [clip_row("a", 20)], [])
    said = ClipPrediction("a", (_segment(2, 5, 0.5), _segment(5, 9, 0.6)))
    assert len(on_the_film(dataset, tmp_path / "f.mp4", "m", [said]).segments) == 2


def test_files(found: FilmSpotting, tmp_path: Path) -> None:
    write_film_csv(tmp_path / "out.csv", found)
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "onset_ms,offset_ms,onset_frame,offset_frame,score,label,emotion"
    assert lines[1] == "1700,2400,17,23,0.8,me,surprise"
    assert lines[3] == "4600,4800,46,47,0.5,me,"
    write_film_eaf(tmp_path / "out.eaf", found, "k")
    tiers = {tier.tier_id: tier for tier in read_eaf(tmp_path / "out.eaf").tiers}
    assert [
        (one.interval.start_ms, one.interval.end_ms) for one in tiers["ME@mine"].annotations
    ] == [(1700, 2400), (4600, 4800)]
    assert [one.value for one in tiers["Emotion@mine"].annotations] == ["surprise"]
    assert len(tiers["Macro@mine"].annotations) == 1
