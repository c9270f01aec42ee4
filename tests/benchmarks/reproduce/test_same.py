"""When two sets of predictions are identical, close, or different."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.reproduce.same import (
    Difference,
    Verdict,
    compare_metrics,
    compare_predictions,
    compare_recognitions,
)
from wdmd_tools.intervals import from_frames
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, Recognition

INFINITE = float("inf")


def segment(onset: int, offset: int, score: float = 0.5, label: str = "me") -> PredictedSegment:
    return PredictedSegment(from_frames(onset, offset), score, label)


CLIP = ClipPrediction(
    "c", (segment(2, 6), segment(8, 9)), np.array([0.1, 0.2], np.float32), p_me=0.7, p_state=None
)


def away(other: ClipPrediction, first: ClipPrediction = CLIP) -> Difference:
    found = compare_predictions({"c": first}, {"c": other})
    back = compare_predictions({"c": other}, {"c": first})
    assert found == back
    return found


def test_order_of_segments_does_not_matter() -> None:
    assert away(replace(CLIP, segments=CLIP.segments[::-1])) == Difference()


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        #   frame     0123456789
        #   then      ..XXXXX.XX
        #   1st case  ...XXXX.XX
        ({"segments": (segment(3, 6), segment(8, 9))}, Difference(1, 0, 1, 0.0)),
        ({"segments": (segment(2, 6), segment(8, 11))}, Difference(1, 0, 2, 0.0)),
        ({"segments": (segment(2, 6, 0.75), segment(8, 9))}, Difference(1, 0, 0, 0.25)),
        ({"segments": (segment(2, 6),)}, Difference(1, 1, 0, 0.0)),
        ({"segments": (segment(2, 6), segment(8, 9, 0.5, "x"))}, Difference(1, 1, 0, 0.0)),
        ({"p_me": 0.5}, Difference(1, 0, 0, pytest.approx(0.2))),
        ({"p_state": 0.5}, Difference(1, 0, 0, INFINITE)),
        ({"frame_scores": None}, Difference(1, 0, 0, INFINITE)),
        ({"frame_scores": np.zeros(3, np.float32)}, Difference(1, 0, 0, INFINITE)),
    ],
)
def test_every_kind_of_difference_is_seen(
    changes: dict[str, object], difference: Difference
) -> None:
    assert away(replace(CLIP, **changes)) == difference  # type: ignore[arg-type]


def test_a_clip_that_one_lacks() -> None:
    assert compare_predictions({"c": CLIP}, {}) == Difference(1, 1, 0, INFINITE)


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (Difference(), Verdict.IDENTICAL),
        (Difference(clips=1, score=1e-7), Verdict.CLOSE),
        (Difference(clips=1, boundary_frames=1), Verdict.CLOSE),
        (Difference(clips=1, boundary_frames=2), Verdict.DIFFERENT),
        (Difference(clips=1, segments=1), Verdict.DIFFERENT),
        (Difference(clips=1, score=0.02), Verdict.DIFFERENT),
        (Difference(metric=0.02), Verdict.DIFFERENT),
        (Difference(clips=1, score=INFINITE), Verdict.DIFFERENT),
    ],
)
def test_verdicts(difference: Difference, verdict: Verdict) -> None:
    assert difference.verdict(0.01) is verdict


def test_metrics_that_both_know_are_compared() -> None:
    assert compare_metrics({"a": 0.5, "b": None, "old": 1.0}, {"a": 0.25, "b": None}) == 0.25
    assert compare_metrics({"a": None}, {"a": 0.0}) == INFINITE


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=9), st.integers(0, 8))
def test_any_changed_score_is_seen(scores: list[float], which: int) -> None:
    one = np.array(scores, np.float32)
    other = one.copy()
    other[which % len(scores)] = 1.0 - other[which % len(scores)] / 2
    found = away(replace(CLIP, frame_scores=other), replace(CLIP, frame_scores=one))
    assert found.score == pytest.approx(float(np.abs(one - other).max()))
    assert (found == Difference()) == bool((one == other).all())


def test_another_emotion_is_another_answer() -> None:
    one = replace(CLIP.segments[0], emotion="negative")
    named = replace(CLIP, segments=(one, CLIP.segments[1]))
    assert away(named).verdict(1e-3) is Verdict.DIFFERENT
    assert away(named, named) == Difference()


def test_recognitions_are_compared_by_sample() -> None:
    first = {
        "1": Recognition("1", "a", "x", {"x": 0.75, "y": 0.25}),
        "2": Recognition("2", "a", "y", {"x": 0.25, "y": 0.75}),
    }
    assert compare_recognitions(first, dict(reversed(first.items()))) == Difference()
    assert compare_recognitions(None, None) == Difference()
    nearly = first | {"2": Recognition("2", "a", "y", {"x": 0.2505, "y": 0.7495})}
    found = compare_recognitions(first, nearly)
    assert found == Difference(clips=1, score=pytest.approx(0.0005))
    assert found.verdict(1e-3) is Verdict.CLOSE
    other = first | {"2": Recognition("2", "a", "x", {"x": 0.25, "y": 0.75})}
    assert compare_recognitions(first, other) == Difference(clips=1, segments=1)
    assert compare_recognitions(first, None).verdict(1e-3) is Verdict.DIFFERENT
    without = {name: replace(one, probabilities=None) for name, one in first.items()}
    assert compare_recognitions(first, without).score == INFINITE
    assert (found | Difference(segments=2, metric=0.5)) == Difference(1, 2, 0, found.score, 0.5)
