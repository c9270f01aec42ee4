"""Points to segments, and the choice of a threshold, by hand."""

import numpy as np
import pytest

from benchmarks.models.tad.candidates import (
    Candidates,
    Suppression,
    Truth,
    choose_threshold,
    find_candidates,
)
from wdmd_tools.intervals import Interval
from wdmd_tools.predictions import PredictedSegment


def test_points_become_segments_and_frame_scores() -> None:
    # 30 fps, stride 1, limits 66 ms (2 steps) to 1000 ms (30 steps)
    # A [2, 8)   0.6          B [4, 10)  0.9          C [20, 21)  0.8: too short
    # D [0, 35)  0.7: too long                         E [12, 15) 0.0005: too small
    spans = np.array([[2.0, 8.0], [4.0, 10.0], [20.0, 21.0], [0.0, 35.0], [12.0, 15.0]])
    scores = np.array([0.6, 0.9, 0.8, 0.7, 0.0005])
    found = find_candidates(spans, scores, 1, 40, 30.0, Suppression())
    assert [one.interval for one in found.segments] == [Interval(4, 10), Interval(2, 8)]
    assert found.segments[0].score == pytest.approx(0.9)
    assert found.segments[1].score == pytest.approx(0.6 * np.exp(-((4 / 8) ** 2) / 0.5))
    expected = np.zeros(40)
    expected[2:4], expected[4:10] = 0.6, 0.9
    np.testing.assert_allclose(found.frame_scores, expected, atol=1e-6)
    assert found.best == pytest.approx(0.9)


def test_above_a_threshold_by_time_and_each_span_once() -> None:
    first, second = Interval(9, 12), Interval(1, 4)
    found = Candidates(
        (PredictedSegment(first, 0.9), PredictedSegment(second, 0.5), PredictedSegment(first, 0.4)),
        np.zeros(20, np.float32),
    )
    assert found.above(0.3) == (PredictedSegment(second, 0.5), PredictedSegment(first, 0.9))
    assert found.above(0.6) == (PredictedSegment(first, 0.9),)
    assert found.above(0.95) == ()


def test_the_threshold_lies_between_the_right_and_the_wrong() -> None:
    # every clip: right ones score 0.7 and more, wrong ones 0.3 and less
    speaking = np.zeros(30, np.int8)
    found, truths = [], []
    for index in range(4):
        right = PredictedSegment(Interval(10, 18), 0.7 + 0.05 * index)
        wrong = PredictedSegment(Interval(22, 28), 0.3 - 0.05 * index)
        found.append(Candidates((right, wrong), np.zeros(30, np.float32)))
        truths.append(Truth([Interval(10, 18)], speaking, True))
    threshold, value = choose_threshold(found, truths)
    assert 0.3 < threshold <= 0.7
    assert value == pytest.approx(1.0)


def test_nothing_found_anywhere_is_no_crash() -> None:
    empty = Candidates((), np.zeros(5, np.float32))
    threshold, value = choose_threshold([empty], [Truth([], np.zeros(5, np.int8), False)])
    assert empty.best == 0.0
    assert 0 < threshold < 1
    assert value == 0.0
