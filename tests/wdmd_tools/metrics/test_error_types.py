"""Kinds of errors: one timeline of each, and that nothing is lost or counted twice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.bootstrap import cluster_bootstrap
from wdmd_tools.metrics.error_types import (
    ErrorCounts,
    error_counts,
    prediction_kinds,
    share_statistic,
)
from wdmd_tools.metrics.events import event_counts
from wdmd_tools.metrics.matching import IouRule

intervals = st.lists(
    st.builds(lambda s, n: Interval(s, s + n), st.integers(0, 40), st.integers(1, 20)), max_size=5
)


@pytest.mark.parametrize(
    ("said", "kind", "other"),
    [
        # reference     10 |----------| 20
        (Interval(11, 20), "hit", "hit"),
        (Interval(13, 17), "short", "near"),  #      |----|         IoU 4 / 10
        (Interval(0, 30), "long", "near"),  # |--------------|      IoU 10 / 30
        (Interval(16, 26), "shifted", "near"),  #        |-----|    IoU 4 / 16
        (Interval(5, 14), "shifted", "near"),  # |-----|            IoU 4 / 15
        (Interval(19, 29), "background", "missed"),  #     |----|   IoU 1 / 19, under the floor
        (Interval(40, 50), "background", "missed"),
    ],
)
def test_each_kind(said: Interval, kind: str, other: str) -> None:
    reference = Interval(10, 20)
    counts = error_counts([said], [reference])
    expected = {kind: 1} if kind == "hit" else {kind: 1, other: 1}
    assert counts == ErrorCounts(**expected)
    assert prediction_kinds([said], [reference]) == [kind]


def test_a_second_prediction_is_a_duplicate() -> None:
    # reference     |----------|
    # predictions   |----------|
    #               |---------|
    counts = error_counts([Interval(0, 10), Interval(0, 9)], [Interval(0, 10)])
    assert counts == ErrorCounts(hit=1, duplicate=1)


def test_no_prediction_and_no_reference() -> None:
    assert error_counts([], [Interval(0, 5)]) == ErrorCounts(missed=1)
    assert error_counts([Interval(0, 5)], []) == ErrorCounts(background=1)
    assert error_counts([], []) == ErrorCounts()


def test_exactly_the_threshold_depends_on_the_rule() -> None:
    said, true = [Interval(0, 5)], [Interval(0, 10)]
    assert error_counts(said, true).short == 1
    assert error_counts(said, true, rule=IouRule.AT_LEAST).hit == 1


@settings(max_examples=100, deadline=None)
@given(intervals, intervals, st.sampled_from(list(IouRule)), st.randoms(use_true_random=False))
def test_every_event_has_one_kind(
    said: list[Interval], true: list[Interval], rule: IouRule, random: object
) -> None:
    counts = error_counts(said, true, 0.5, rule)
    plain = event_counts(said, true, 0.5, rule)
    assert (counts.predictions, counts.references) == (len(said), len(true))
    assert counts.hit == plain.tp
    assert counts.near + counts.missed == plain.fn
    mixed, shuffled = list(said), list(true)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert error_counts(mixed, shuffled, 0.5, rule) == counts
    perfect = error_counts(true, true)
    assert perfect == ErrorCounts(hit=len(true))


def test_shares_and_their_interval() -> None:
    rng = np.random.default_rng(1)
    rows = np.stack(
        [ErrorCounts(*(int(n) for n in rng.integers(0, 6, 8))).row() for _ in range(15)]
    )
    total = ErrorCounts(*(int(n) for n in rows.sum(axis=0)))
    sums = rows.sum(axis=0, keepdims=True)
    assert share_statistic("background")(sums)[0] == total.background / total.predictions
    assert share_statistic("missed")(sums)[0] == total.missed / total.references
    interval = cluster_bootstrap(rows, share_statistic("short"), draws=300)
    assert interval is not None
    assert interval.low < total.short / total.predictions < interval.high
    assert np.isnan(share_statistic("short")(np.zeros((1, 8)))[0])


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="floor"):
        error_counts([], [], 0.5, floor=0.6)
    with pytest.raises(ValueError, match="floor"):
        error_counts([], [], 1.0)
    with pytest.raises(ValueError, match="Expected one of"):
        share_statistic("late")
