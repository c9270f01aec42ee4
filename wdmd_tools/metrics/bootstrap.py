"""Intervals by resampling clusters (whole recordings), not events or frames.

Frames and events of one recording share a face, a light and a conversation; resampling them one by one
gives intervals several times too narrow. Counts are additive, so a resample is a weighted sum of the
per-cluster counts, and ten thousand of them are one matrix product.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_CHUNK = 500

Statistic = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class BootstrapInterval:
    """A percentile interval.

    Args:
        low: Lower end.
        high: Upper end.
        level: Coverage aimed at, for example 0.95.
        draws: Resamples in which the statistic was defined.
        clusters: How many clusters were resampled.
    """

    low: float
    high: float
    level: float
    draws: int
    clusters: int


def cluster_bootstrap(
    counts: npt.ArrayLike,
    statistic: Statistic,
    *,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> BootstrapInterval | None:
    """Percentile interval of a statistic of summed counts.

    Args:
        counts: Shape (clusters, k): additive counts, one row per recording.
        statistic: Maps summed counts of shape (draws, k) to values of shape (draws,), NaN where
            undefined.
        draws: Number of resamples.
        seed: Of the generator; printed with results.
        level: Coverage.

    Returns:
        The interval; `None` with fewer than two clusters, or when the statistic is undefined in more
        than half of the resamples.
    """
    return cluster_bootstraps(counts, {"": statistic}, draws=draws, seed=seed, level=level)[""]


def cluster_bootstraps(
    counts: npt.ArrayLike,
    statistics: Mapping[str, Statistic],
    *,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, BootstrapInterval | None]:
    """Intervals of several statistics from the same resamples, drawn once.

    Args:
        counts: As for `cluster_bootstrap`.
        statistics: By name; each as for `cluster_bootstrap`.
        draws: Number of resamples.
        seed: Of the generator; the intervals equal those of `cluster_bootstrap` one by one.
        level: Coverage.

    Returns:
        Name to interval, or `None` as for `cluster_bootstrap`.
    """
    matrix = np.asarray(counts, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(f"Expected counts of shape (clusters, k) but got {matrix.shape}.")
    clusters = matrix.shape[0]
    if clusters < 2:
        return dict.fromkeys(statistics)
    generator = np.random.default_rng(seed)
    even = np.full(clusters, 1.0 / clusters)
    values: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in statistics}
    for start in range(0, draws, _CHUNK):
        size = min(_CHUNK, draws - start)
        weights = generator.multinomial(clusters, even, size=size).astype(np.float64)
        sums = weights @ matrix
        for name, statistic in statistics.items():
            values[name].append(statistic(sums))
    return {
        name: _interval(np.concatenate(some), draws, level, clusters)
        for name, some in values.items()
    }


def _interval(
    every: npt.NDArray[np.float64], draws: int, level: float, clusters: int
) -> BootstrapInterval | None:
    defined = every[np.isfinite(every)]
    if 2 * len(defined) < draws:
        return None
    tail = (1.0 - level) / 2
    low, high = np.quantile(defined, [tail, 1.0 - tail])
    return BootstrapInterval(float(low), float(high), level, len(defined), clusters)


def ratio(
    numerator: npt.NDArray[np.float64], denominator: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Elementwise division, NaN where the denominator is 0 (inside a bootstrap only)."""
    result = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result


def f1_statistic(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """F1 of columns ``tp, fp, fn``."""
    tp, fp, fn = sums[:, 0], sums[:, 1], sums[:, 2]
    return ratio(2 * tp, 2 * tp + fp + fn)


def f1_dr_statistic(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """F1_DR of columns ``tp, fp, fn`` while speaking, then the same three while listening."""
    speaking, listening = f1_statistic(sums[:, :3]), f1_statistic(sums[:, 3:6])
    value = ratio(2 * speaking * listening, speaking + listening)
    both_zero = (speaking == 0) & (listening == 0)
    return np.where(both_zero, 0.0, value)
