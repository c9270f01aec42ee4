"""Proposals over many thresholds and their soft suppression, by hand."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldae.decode import Decoding, decode
from meldae.proposals import SIGMA, proposals, suppress
from meldae.runs import runs_over


def scores(text: str) -> np.ndarray:
    return np.array([int(digit) / 10 for digit in text], dtype=np.float32)


def test_a_span_that_stands_out_wins_over_those_around_it() -> None:
    # frame   0         10
    #         000999000222222000
    #            |---|                 inside 0.9, flanks 0        -> 0.9
    #                  |-----|         inside 0.2, flanks 0        -> 0.2
    found = proposals(scores("000999000222222000"), 2, 10)
    assert [(one.interval.start_ms, one.interval.end_ms) for one in found] == [(3, 6), (9, 15)]
    assert [one.score for one in found] == pytest.approx([0.9, 0.2], abs=1e-6)


def test_nested_spans_are_counted_once() -> None:
    # 0 0 5 5 9 9 5 5 0 0
    #     |- outer --|        inside 0.65 (4 x 0.5, 2 x 0.9, over 6), flanks 0    -> 0.6333
    #         |-|             inside 0.9, flanks 0.5                              -> 0.4
    outer, inner = proposals(scores("0055995500"), 2, 10)
    assert outer.score == pytest.approx(3.8 / 6, abs=1e-6)
    assert inner.score == pytest.approx(0.4 * math.exp(-((2 / 6) ** 2) / SIGMA), abs=1e-6)


def test_suppression_by_hand() -> None:
    # a  |----|            0.9
    # b    |----|          0.8   IoU with a 2/6
    # c             |--|   0.3   alone
    taken = suppress([((0, 4), 0.9), ((2, 6), 0.8), ((9, 12), 0.3)], sigma=0.5)
    assert [one.score for one in taken] == pytest.approx(
        [0.9, 0.8 * math.exp(-((2 / 6) ** 2) / 0.5), 0.3]
    )


def test_a_faint_me_beside_a_strong_one_is_found() -> None:
    text = "0009999000033330000"
    strong_only = decode(scores(text), 10.0, Decoding(0.6, 1.0, min_ms=100))
    both = decode(scores(text), 10.0, Decoding(0.25, min_ms=100, method="proposals"))
    assert len(strong_only) == 1
    assert [(one.interval.start_ms, one.interval.end_ms) for one in both] == [(3, 7), (11, 15)]


def test_gaps_are_bridged_before_durations_count() -> None:
    # 0 9 0 9 9 0 0 9 0          gap of one frame bridged, of two not
    text = "090990090"
    how = Decoding(0.5, min_ms=100, max_ms=10_000, merge_ms=100)
    found = decode(scores(text), 10.0, how)
    assert [(one.interval.start_ms, one.interval.end_ms) for one in found] == [(1, 5), (7, 8)]


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_runs_hold_what_a_loop_finds(values: list[int], gap: int) -> None:
    line = np.array(values) / 10
    inside = {frame for first, end in runs_over(line, 0.5, gap) for frame in range(first, end)}
    above = [frame for frame, value in enumerate(line) if value >= 0.5]
    expected = set(above)
    for one, other in itertools.pairwise(above):
        if other - one - 1 <= gap:
            expected |= set(range(one, other))
    assert inside == expected


@given(st.lists(st.integers(0, 10), min_size=1, max_size=80))
@settings(max_examples=60, deadline=None)
def test_proposals_keep_to_durations_and_worth(values: list[int]) -> None:
    found = proposals(np.array(values, dtype=np.float32) / 10, 2, 8)
    assert all(2 <= one.interval.duration_ms <= 8 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 <= one.score <= 1 for one in found)
