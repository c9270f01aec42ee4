from itertools import permutations

import numpy as np
import pytest
from builders import clip_row, segment_row, write_dataset
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.agreement import overlap
from wdmd_tools.agreement.overlap import COLUMNS, match_by_overlap, overlap_counts
from wdmd_tools.agreement.tracks import read_tracks
from wdmd_tools.intervals import Interval

interval = st.tuples(st.integers(0, 40), st.integers(1, 15)).map(
    lambda pair: Interval(pair[0], pair[0] + pair[1])
)
spans = st.lists(interval, max_size=4)


def counts_of(folder, first, second, n_frames=60):
    """Counts of two annotators in one clip; `first` and `second` are (onset, inclusive offset)."""
    rows = [segment_row("c", "a", 0, n_frames - 1, "state", "speaking")]
    rows += [segment_row("c", "b", 0, n_frames - 1, "state", "speaking")]
    rows += [segment_row("c", "a", *span) for span in first]
    rows += [segment_row("c", "b", *span) for span in second]
    tracks = read_tracks(write_dataset(folder, [clip_row("c", n_frames)], rows))
    return overlap_counts(tracks, 0, 1)[0]


def test_the_five_figures_by_hand(tmp_path):
    # frame  0         10        20        30        40        50
    #   a    |--------|          |--------|                              [0, 9] [20, 29]
    #   b      |--------|                            |--------|          [2, 11] [40, 49]
    # pair (a1, b1): 8 common, 12 together, IoU 2/3; a2 and b2 are alone
    counts = counts_of(tmp_path, [(0, 9), (20, 29)], [(2, 11), (40, 49)])
    named = dict(zip(COLUMNS, counts.tolist(), strict=True))
    assert named == {
        "clips": 1,
        "clips_both_empty": 0,
        "me_a": 2,
        "me_b": 2,
        "matched": 1,
        "iou_sum": pytest.approx(2 / 3),
        "frames_both": 8,
        "frames_any": 32,
        "hits_0.3": 1,
        "hits_0.5": 1,
        "hits_0.7": 0,
    }
    assert overlap.matched_iou(counts) == pytest.approx(2 / 3)
    assert overlap.match_rate(counts) == pytest.approx(2 / 4)
    assert overlap.strict_iou(counts) == pytest.approx((2 / 3) / 3)
    assert overlap.pooled_iou(counts) == pytest.approx(8 / 32)
    assert overlap.f1_at(counts, 0.5) == pytest.approx(2 / 4)


def test_a_hit_needs_more_than_half_but_a_pair_needs_only_some(tmp_path):
    # frame  0         10        20
    #   a    |--------|                     [0, 9]
    #   b         |--------|                [5, 14]   5 common, 15 together, IoU 1/3
    counts = counts_of(tmp_path, [(0, 9)], [(5, 14)])
    assert overlap.matched_iou(counts) == pytest.approx(1 / 3)
    assert overlap.match_rate(counts) == 1.0
    assert overlap.f1_at(counts, 0.5) == 0.0


def test_the_largest_sum_wins_over_the_first_fit():
    # a1 |--------|                 a1 meets b1 (IoU 4/16) and b2 (IoU 9/11)
    # b1       |--------|           taking (a1, b2) leaves b1 alone, and is still the larger sum
    # b2  |--------|
    pairs = match_by_overlap([Interval(0, 10)], [Interval(6, 16), Interval(1, 11)])
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 1)]
    assert pairs[0].iou == pytest.approx(9 / 11)


def test_one_good_pair_is_preferred_to_two_poor_ones():
    # a1 |---------|                         (a1, b1) has IoU 1
    # a2          |---------|                (a1, b2) + (a2, b1) have 1/19 + 1/19
    # b1 |---------|
    # b2 (lies before a1 and touches it by one frame)
    first = [Interval(10, 20), Interval(19, 29)]
    second = [Interval(10, 20), Interval(1, 11)]
    pairs = match_by_overlap(first, second)
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 0)]


def test_touching_mes_are_no_pair(tmp_path):
    counts = counts_of(tmp_path, [(0, 9)], [(10, 19)])
    assert overlap.match_rate(counts) == 0.0
    assert overlap.strict_iou(counts) == 0.0
    assert np.isnan(overlap.matched_iou(counts))


def test_a_clip_without_mes_is_counted_and_adds_nothing(tmp_path):
    counts = counts_of(tmp_path, [], [])
    named = dict(zip(COLUMNS, counts.tolist(), strict=True))
    assert named["clips_both_empty"] == 1
    assert sum(counts) == 2  # the clip, and that both are empty
    assert np.isnan(overlap.strict_iou(counts))


def best_sum(first, second):
    """The largest sum of IoU by trying every assignment."""
    if len(first) > len(second):
        first, second = second, first
    return max(
        sum(one.iou(second[j]) for one, j in zip(first, order, strict=True))
        for order in permutations(range(len(second)), len(first))
    )


@given(spans, spans)
def test_the_sum_is_the_best_of_all_assignments(first, second):
    found = sum(pair.iou for pair in match_by_overlap(first, second))
    assert found == pytest.approx(best_sum(first, second))


@given(spans, spans)
def test_matching_is_one_to_one_symmetric_and_bounded(first, second):
    pairs = match_by_overlap(first, second)
    assert len({pair.first for pair in pairs}) == len({pair.second for pair in pairs}) == len(pairs)
    assert all(0 < pair.iou <= 1 for pair in pairs)
    back = match_by_overlap(second, first)
    assert sum(p.iou for p in back) == pytest.approx(sum(p.iou for p in pairs))


@given(spans.filter(bool))
def test_equal_annotators_agree_fully(same):
    assert sum(pair.iou for pair in match_by_overlap(same, same)) == pytest.approx(len(same))
