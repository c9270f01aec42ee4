"""Scores to segments, and the choice of thresholds, with timelines written by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldae.decode import (
    Decoding,
    ScoredClip,
    best_threshold,
    choose_decoding,
    count_events,
    decode,
    fit_bias,
    smooth,
)
from meldae.settings import DecodingConfig
from wdmd_tools.intervals import Interval


def scores(text: str) -> np.ndarray:
    """One digit a frame, tenths."""
    return np.array([int(digit) / 10 for digit in text], dtype=np.float32)


def spans(text: str, how: Decoding, fps: float = 10.0) -> list[tuple[int, int]]:
    found = decode(scores(text), fps, how)
    return [(one.interval.start_ms, one.interval.end_ms) for one in found]


def test_a_segment_reaches_down_to_the_lower_threshold_but_needs_the_upper_one() -> None:
    #          frame 0123456789012
    text = "0044840004400"
    how = Decoding(threshold=0.8, low_share=0.5, min_ms=100, max_ms=10_000)
    assert spans(text, how) == [(2, 6)]
    assert spans(text, Decoding(0.8, 1.0, 0.0, 100, 10_000)) == [(4, 5)]


def test_too_short_and_too_long_are_dropped() -> None:
    text = "0900999009999900"
    how = Decoding(threshold=0.9, min_ms=200, max_ms=400)
    assert spans(text, how) == [(4, 7)]


def test_durations_follow_the_frame_rate() -> None:
    text = "0099999900"
    how = Decoding(threshold=0.5, min_ms=66, max_ms=300)
    assert spans(text, how, fps=10.0) == []
    assert spans(text, how, fps=30.0) == [(2, 8)]


def test_the_score_of_a_segment_is_its_largest() -> None:
    (one,) = decode(scores("0577950"), 10.0, Decoding(threshold=0.5, min_ms=100))
    assert one.score == pytest.approx(0.9)


def test_smoothing_averages_over_frames_that_exist() -> None:
    assert smooth(scores("0909"), 3) == pytest.approx([0.45, 0.3, 0.6, 0.45])
    assert smooth(scores("09"), 99) == pytest.approx([0.45, 0.45])
    assert smooth(scores("0909"), 0) == pytest.approx([0.0, 0.9, 0.0, 0.9])


@settings(deadline=None)
@given(values=st.lists(st.integers(0, 9), min_size=1, max_size=60), low=st.floats(0.1, 1.0))
def test_segments_are_ordered_apart_and_inside(values: list[int], low: float) -> None:
    line = np.array(values, dtype=np.float32) / 10
    found = decode(line, 10.0, Decoding(0.5, low, 0.0, 0.0, 1e6))
    ends = [0]
    for one in found:
        assert one.interval.start_ms >= ends[-1]
        assert one.interval.end_ms <= len(line)
        assert line[one.interval.start_ms : one.interval.end_ms].max() >= 0.5
        ends.append(one.interval.end_ms + 1)


def clip(text: str, *references: tuple[int, int]) -> ScoredClip:
    line = scores(text)
    speaking = np.zeros(len(line), dtype=np.int8)
    return ScoredClip(line, [Interval(*one) for one in references], speaking, 10.0)


def test_the_threshold_that_separates_is_found() -> None:
    """True MEs score 0.7, false alarms 0.4: anything between finds all and invents nothing."""
    clips = {
        "a": clip("000777000444000", (3, 6)),
        "b": clip("044400000777000", (9, 12)),
    }
    how, value = best_threshold(clips, Decoding(min_ms=100))
    assert 0.4 < how.threshold <= 0.7
    assert value == pytest.approx(1.0)
    assert count_events(clips, how).listening.tp == 2


def test_the_longest_duration_is_chosen_on_validation() -> None:
    """The false alarm is as high as the ME and three times as long."""
    clips = {"a": clip("0088800888888888000", (2, 5))}
    how, value = choose_decoding(clips, DecodingConfig(max_ms=(2000.0, 500.0), min_ms=(100.0,)))
    assert how.max_ms == 500.0
    assert value == pytest.approx(1.0)


def test_bias_makes_logits_fair() -> None:
    assert fit_bias([2.0, 2.0, 2.0, 2.0], [1, 1, 1, 0]) == pytest.approx(np.log(3) - 2, abs=0.05)
    assert fit_bias([1.0, 2.0], [1, 1]) == 0.0
    assert fit_bias([], []) == 0.0
