"""Average rank over datasets (Demšar 2006): one number for "better on most datasets", with its interval.

    dataset 1   A 0.5   B 0.4   C 0.4      ranks  1  2.5  2.5
    dataset 2   A 0.2   B 0.3   C -        C is undefined there and is ranked nowhere
    ranked      A, B                       ranks  1  2 and 2  1; averages 1.5 and 1.5

A model without a value on every dataset has no average rank, and is left out of the others' ranks: a rank
among fewer models is another number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.scoring import Score
from benchmarks.summary import Matrix, statistics_of

_CHUNK = 250


@dataclass(frozen=True, slots=True)
class AverageRank:
    """A model's mean rank.

    Args:
        value: From 1, the best, to the number of ranked models.
        low: Lower end of the 95 % interval; `None` when a dataset has one recording only.
        high: Upper end.
        ranks: By dataset, ties shared.
    """

    value: float
    low: float | None
    high: float | None
    ranks: Mapping[str, float]


def average_ranks(
    scores: Mapping[str, Mapping[str, Sequence[Score]]],
    metric: str = "f1_dr",
    *,
    draws: int = 1000,
    seed: int = 0,
) -> dict[str, AverageRank]:
    """Rank models on each dataset by a metric of which more is better, and average over datasets.

    Args:
        scores: Dataset to model to one score per training seed; the models of one dataset are scored on
            the same recordings.
        metric: A key of `benchmarks.summary.METRICS`.
        draws: Resamples of recordings, of every dataset at once and the same for all models.
        seed: Of the resampling.

    Returns:
        By model, only those with a defined value on every dataset; empty with fewer than two datasets or
        two such models.
    """
    if len(scores) < 2:
        return {}
    known = {name: _values(models, metric) for name, models in scores.items()}
    ranked = [
        model for model in next(iter(known.values())) if all(model in one for one in known.values())
    ]
    if len(ranked) < 2:
        return {}
    table = np.array([[one[model] for model in ranked] for one in known.values()])
    ranks = ranks_of(table)
    means = ranks.mean(axis=0)
    drawn = _drawn(scores, ranked, metric, draws, seed)
    ends: list[tuple[float | None, float | None]] = [(None, None)] * len(ranked)
    if drawn is not None:
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        ends = list(zip(low.tolist(), high.tolist(), strict=True))
    return {
        model: AverageRank(
            float(means[column]),
            *ends[column],
            dict(zip(known, ranks[:, column].tolist(), strict=True)),
        )
        for column, model in enumerate(ranked)
    }


def ranks_of(values: npt.ArrayLike) -> Matrix:
    """Ranks along the last axis, the largest value 1, equal values the mean of their places.

    Args:
        values: Shape (..., models), finite.

    Example:
        >>> ranks_of([0.5, 0.4, 0.4]).tolist()
        [1.0, 2.5, 2.5]
    """
    table = np.asarray(values, dtype=np.float64)
    above = (table[..., None, :] > table[..., :, None]).sum(axis=-1)
    equal = (table[..., None, :] == table[..., :, None]).sum(axis=-1)
    return np.asarray(above + (equal + 1) / 2, dtype=np.float64)


def _values(models: Mapping[str, Sequence[Score]], metric: str) -> dict[str, float]:
    """Mean over seeds of each model for which it is defined; the plain sample has weights of one."""
    found = {}
    for model, seeds in models.items():
        if not seeds:
            continue
        value = _mean(seeds, sorted(seeds[0].events), metric, np.ones((1, len(seeds[0].events))))
        if np.isfinite(value[0]):
            found[model] = float(value[0])
    return found


def _mean(
    seeds: Sequence[Score], recordings: Sequence[str], metric: str, weights: Matrix
) -> Matrix:
    every = [statistics_of(score, recordings)[metric](weights) for score in seeds]
    return np.asarray(np.mean(every, axis=0), dtype=np.float64)


def _drawn(
    scores: Mapping[str, Mapping[str, Sequence[Score]]],
    ranked: Sequence[str],
    metric: str,
    draws: int,
    seed: int,
) -> Matrix | None:
    """Average ranks in resamples, shape (draws, models); `None` without two recordings everywhere."""
    generator = np.random.default_rng(seed)
    total = np.zeros((draws, len(ranked)))
    for models in scores.values():
        recordings = sorted(models[ranked[0]][0].events)
        if len(recordings) < 2:
            return None
        even = np.full(len(recordings), 1 / len(recordings))
        weights = generator.multinomial(len(recordings), even, size=draws).astype(np.float64)
        columns = [_mean(models[name], recordings, metric, weights) for name in ranked]
        values = np.stack(columns, axis=-1)
        # A resample may lack a state; what is undefined there is worse than any number.
        values = np.where(np.isfinite(values), values, -1.0)
        for start in range(0, draws, _CHUNK):
            total[start : start + _CHUNK] += ranks_of(values[start : start + _CHUNK])
    return np.asarray(total / len(scores), dtype=np.float64)
