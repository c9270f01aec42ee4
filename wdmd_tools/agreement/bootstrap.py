"""Intervals of many statistics at once, from one set of resamples.

Agreement has dozens of statistics (each pair of annotators has nine), all of them functions of counts that
add up over clips. They are stacked side by side, the clips (or whole recordings) are drawn once with
replacement, and every statistic is taken of the same drawn sums. Frames are never drawn one by one: they
are not independent, and such an interval is several times too narrow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.metrics.bootstrap import BootstrapInterval

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""Summed counts of shape (draws, k) to values of shape (draws,), NaN where undefined."""

_CHUNK = 256


@dataclass(frozen=True, slots=True)
class Measure:
    """A statistic and the counts it is taken of.

    Args:
        block: Name of a block of counts.
        statistic: Maps that block's summed counts, (draws, k), to (draws,).
    """

    block: str
    statistic: Statistic


def sum_by_cluster(counts: Floats, cluster: npt.NDArray[np.int64]) -> Floats:
    """Add up rows of the same cluster.

    Args:
        counts: Shape (C, k).
        cluster: Shape (C,): any integers.

    Returns:
        Shape (clusters, k), by cluster number.
    """
    _, index = np.unique(cluster, return_inverse=True)
    result = np.zeros((int(index.max()) + 1 if len(index) else 0, counts.shape[1]))
    np.add.at(result, index, counts)
    return result


def resampled_sums(counts: Floats, draws: int, seed: int) -> Floats:
    """Sums over clusters drawn with replacement.

    Args:
        counts: Shape (clusters, k).
        draws: Number of resamples; each has as many clusters as there are.
        seed: Of the generator.

    Returns:
        Shape (draws, k).
    """
    clusters = len(counts)
    generator = np.random.default_rng(seed)
    result = np.empty((draws, counts.shape[1]))
    for start in range(0, draws, _CHUNK):
        size = min(_CHUNK, draws - start)
        drawn = generator.integers(0, clusters, size=(size, clusters), dtype=np.int32)
        drawn += (np.arange(size, dtype=np.int32) * clusters)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=size * clusters).reshape(size, clusters)
        result[start : start + size] = weights.astype(np.float64) @ counts
    return result


def bootstrap_measures(
    blocks: Mapping[str, Floats],
    measures: Mapping[str, Measure],
    cluster: npt.NDArray[np.int64],
    *,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, BootstrapInterval | None]:
    """Percentile intervals of all measures.

    Args:
        blocks: Name to additive counts of shape (C, k), one row per clip, k may differ.
        measures: Name to measure.
        cluster: Shape (C,): the cluster of each clip; clips that nobody shares must be left out.
        draws: Number of resamples.
        seed: Of the generator.
        level: Coverage aimed at.

    Returns:
        Name to interval; `None` with fewer than two clusters, or when the statistic is undefined in more
        than half of the resamples.
    """
    summed = {name: sum_by_cluster(counts, cluster) for name, counts in blocks.items()}
    clusters = len(np.unique(cluster))
    if clusters < 2 or draws < 1:
        return dict.fromkeys(measures)
    edges = np.cumsum([0, *(part.shape[1] for part in summed.values())])
    drawn = resampled_sums(np.concatenate(list(summed.values()), axis=1), draws, seed)
    part = {name: drawn[:, edges[i] : edges[i + 1]] for i, name in enumerate(summed)}
    tail = (1.0 - level) / 2
    result: dict[str, BootstrapInterval | None] = {}
    for name, measure in measures.items():
        values = measure.statistic(part[measure.block])
        defined = values[np.isfinite(values)]
        if 2 * len(defined) < draws:
            result[name] = None
            continue
        low, high = np.quantile(defined, [tail, 1.0 - tail])
        result[name] = BootstrapInterval(float(low), float(high), level, len(defined), clusters)
    return result
