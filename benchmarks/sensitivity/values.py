"""Numbers with intervals, from counts by film."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.metrics.bootstrap import BootstrapInterval, cluster_bootstraps, ratio

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Value:
    """A number with its interval; `None` where undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None


def summed(rows: FloatArray, clusters: npt.NDArray[np.int64]) -> FloatArray:
    """Counts of films added up by what is resampled.

    Args:
        rows: (F, k) counts of F films.
        clusters: (F,) number of each film's cluster, from 0.

    Returns:
        (C, k).
    """
    total = np.zeros((int(clusters.max()) + 1, rows.shape[1]))
    np.add.at(total, clusters, rows)
    return total


def ratio_of(table: FloatArray, top: int, bottom: int, draws: int, seed: int) -> Value:
    """One column over another, with its interval.

    Args:
        table: (C, k) counts.
        top: Number of a column.
        bottom: Number of a column.
        draws: Resamples.
        seed: Of the resampling.
    """
    if not len(table):
        return Value(None)
    return values_of(table, {"": lambda s: ratio(s[:, top], s[:, bottom])}, draws, seed)[""]


def values_of(
    table: FloatArray,
    statistics: dict[str, Callable[[FloatArray], FloatArray]],
    draws: int,
    seed: int,
) -> dict[str, Value]:
    """Statistics of summed counts, with intervals from the same resamples.

    Args:
        table: (C, k) counts.
        statistics: By name; each maps (n, k) sums to (n,) values, NaN where undefined.
        draws: Resamples.
        seed: Of the resampling.
    """
    intervals = cluster_bootstraps(table, statistics, draws=draws, seed=seed)
    sums = table.sum(axis=0, keepdims=True)
    return {
        name: _value(float(statistic(sums)[0]), intervals[name])
        for name, statistic in statistics.items()
    }


def _value(point: float, interval: BootstrapInterval | None) -> Value:
    if not np.isfinite(point):
        return Value(None)
    if interval is None:
        return Value(point)
    return Value(point, interval.low, interval.high)
