"""Boundary errors of a spotter, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.bootstrap import cluster_bootstrap
from wdmd_tools.metrics.boundaries import (
    BOUNDARY_COLUMNS,
    BoundaryStatistic,
    boundary_error_of,
    boundary_sums,
    spotting_boundary_sums,
)

intervals = st.builds(lambda s, n: Interval(s, s + n), st.integers(0, 50), st.integers(1, 20))


def test_two_clips_of_different_rates() -> None:
    # 50 fps   reference   |--------|       0..10
    #          prediction    |-----|        2..9     onset +2, offset -1
    # 25 fps   reference   |--------|       0..10
    #          prediction  |----------|     0..12    onset  0, offset +2
    sums = spotting_boundary_sums([Interval(2, 9)], [Interval(0, 10)], 20.0)
    sums = sums + spotting_boundary_sums([Interval(0, 12)], [Interval(0, 10)], 40.0)
    found = boundary_error_of(sums)
    assert found.matched == 2
    assert (found.onset_bias_frames, found.onset_mae_frames) == (1.0, 1.0)
    assert (found.offset_bias_frames, found.offset_mae_frames) == (0.5, 1.5)
    assert (found.onset_bias_ms, found.onset_mae_ms) == (20.0, 20.0)
    assert (found.offset_bias_ms, found.offset_mae_ms) == (30.0, 50.0)
    assert found.duration_ratio == pytest.approx(np.sqrt(0.7 * 1.2))


def test_unmatched_ones_do_not_count() -> None:
    sums = spotting_boundary_sums([Interval(0, 4), Interval(90, 99)], [Interval(0, 10)], 20.0)
    found = boundary_error_of(sums)
    assert (found.matched, found.onset_mae_frames) == (0, None)
    assert found.reason == "no reference was found"


@given(st.lists(st.tuples(intervals, intervals), min_size=1, max_size=6))
def test_swapping_the_two_turns_the_signs(pairs: list[tuple[Interval, Interval]]) -> None:
    one = boundary_error_of(boundary_sums(pairs, 20.0))
    other = boundary_error_of(boundary_sums([pair[::-1] for pair in pairs], 20.0))
    assert one.onset_bias_ms == pytest.approx(-(other.onset_bias_ms or 0.0))
    assert one.offset_mae_frames == other.offset_mae_frames
    assert (one.duration_ratio or 0) * (other.duration_ratio or 0) == pytest.approx(1.0)
    assert abs(one.onset_bias_frames or 0) <= (one.onset_mae_frames or 0)
    same = boundary_error_of(boundary_sums([(first, first) for first, _ in pairs], 20.0))
    assert (same.onset_mae_ms, same.offset_mae_ms, same.duration_ratio) == (0.0, 0.0, 1.0)


def test_statistic_of_the_sum_equals_the_mean_error() -> None:
    rng = np.random.default_rng(4)
    rows = np.stack(
        [
            boundary_sums([(Interval(0, 10), Interval(int(rng.integers(0, 5)), 11))], 20.0)
            for _ in range(10)
        ]
    )
    found = boundary_error_of(rows.sum(axis=0))
    for name in BOUNDARY_COLUMNS[1:-1]:
        value = BoundaryStatistic(name)(rows.sum(axis=0, keepdims=True))[0]
        assert value == pytest.approx(getattr(found, name))
    interval = cluster_bootstrap(rows, BoundaryStatistic("onset_mae_ms"), draws=300)
    assert interval is not None
    assert interval.low <= (found.onset_mae_ms or 0) <= interval.high
    assert np.isnan(BoundaryStatistic("onset_mae_ms")(np.zeros((1, 10)))[0])
