"""The cluster bootstrap against a slow loop."""

import numpy as np
import pytest

from wdmd_tools.metrics.bootstrap import (
    cluster_bootstrap,
    cluster_bootstraps,
    f1_dr_statistic,
    f1_statistic,
)


def slow_f1_interval(counts: np.ndarray, draws: int, seed: int) -> tuple[float, float]:
    """Resample rows one by one and take F1 of the sums."""
    generator = np.random.default_rng(seed)
    values = []
    for _ in range(draws):
        tp, fp, fn = counts[generator.integers(0, len(counts), len(counts))].sum(axis=0)
        values.append(2 * tp / (2 * tp + fp + fn))
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def test_interval_agrees_with_a_slow_loop() -> None:
    counts = np.random.default_rng(3).integers(0, 9, size=(14, 3))
    fast = cluster_bootstrap(counts, f1_statistic, draws=10_000, seed=1)
    low, high = slow_f1_interval(counts, 4_000, 2)
    assert fast is not None
    assert fast.low == pytest.approx(low, abs=0.02)
    assert fast.high == pytest.approx(high, abs=0.02)
    assert fast.low < f1_statistic(counts.sum(axis=0, keepdims=True))[0] < fast.high


def test_equal_clusters_leave_no_uncertainty() -> None:
    interval = cluster_bootstrap(np.tile([3, 1, 2], (6, 1)), f1_statistic)
    assert interval is not None
    assert interval.low == interval.high == pytest.approx(6 / 9)


def test_one_cluster_has_no_interval() -> None:
    assert cluster_bootstrap([[3, 1, 2]], f1_statistic) is None


def test_undefined_statistic_has_no_interval() -> None:
    assert cluster_bootstrap(np.zeros((5, 3)), f1_statistic) is None


def test_same_seed_same_interval() -> None:
    counts = np.random.default_rng(0).integers(0, 5, size=(10, 6))
    first = cluster_bootstrap(counts, f1_dr_statistic, seed=7)
    assert first == cluster_bootstrap(counts, f1_dr_statistic, seed=7)


def test_f1_dr_is_zero_without_hits_and_undefined_without_events() -> None:
    sums = np.array([[0, 2, 3, 0, 1, 1], [0, 0, 0, 4, 0, 0], [2, 0, 0, 2, 0, 0]], dtype=float)
    value = f1_dr_statistic(sums)
    assert value[0] == 0.0
    assert np.isnan(value[1])
    assert value[2] == 1.0


def test_several_statistics_at_once_equal_one_by_one() -> None:
    counts = np.random.default_rng(1).integers(0, 5, size=(9, 6))
    both = {"f1": lambda sums: f1_statistic(sums[:, :3]), "f1_dr": f1_dr_statistic}
    together = cluster_bootstraps(counts, both, draws=700, seed=3)
    for name, statistic in both.items():
        assert together[name] == cluster_bootstrap(counts, statistic, draws=700, seed=3)
    assert cluster_bootstraps(counts[:1], both) == {"f1": None, "f1_dr": None}
