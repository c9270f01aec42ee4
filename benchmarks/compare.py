"""Is one model better than another on the same recordings? A paired bootstrap.

Both models are scored on the same resampled recordings, so what makes a recording hard for both cancels:
the interval of the difference is often narrower than either model's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scoring import Score
from benchmarks.summary import METRICS, Matrix, point_values, statistics_of
from wdmd_tools.errors import UnknownNameError
from wdmd_tools.metrics.bootstrap import cluster_bootstrap


@dataclass(frozen=True, slots=True)
class Difference:
    """How much the second model is above the first.

    Args:
        metric: Which.
        first: Its value for the first model; with several seeds their mean.
        second: For the second.
        value: Second - first; `None` when either is undefined.
        low: Lower end of the 95 % interval; `None` when there is none.
        high: Upper end.
        p_value: Two-sided, 2 x the smaller share of resamples on one side of 0, at least 1 / draws: how
            easily other recordings would turn the sign. `None` when there is no interval.
        recordings: How many were resampled.
        reason: Why something is undefined.
    """

    metric: str
    first: float | None
    second: float | None
    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    recordings: int
    reason: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def compare_scores(
    first: Sequence[Score],
    second: Sequence[Score],
    metric: str = "f1_dr",
    *,
    draws: int = 10_000,
    seed: int = 0,
) -> Difference:
    """Compare two models.

    Args:
        first: One score per seed.
        second: One score per seed, on the same recordings.
        metric: A key of `benchmarks.summary.METRICS`.
        draws: Resamples.
        seed: Of the resampling.

    Raises:
        UnknownNameError: There is no such metric.
        ValueError: There is no score, or they are of different recordings.
    """
    if metric not in METRICS:
        raise UnknownNameError("metric", metric, METRICS)
    if not first or not second:
        raise ValueError("Expected at least one score of each model.")
    recordings = sorted(first[0].events)
    if any(sorted(score.events) != recordings for score in (*first, *second)):
        raise ValueError("Expected all scores to be of the same recordings.")
    one, other = (
        _mean([point_values(score)[metric] for score in side]) for side in (first, second)
    )
    if one is None or other is None:
        which = "first" if one is None else "second"
        reason = f"{metric} is undefined for the {which}"
        return Difference(metric, one, other, None, None, None, None, len(recordings), reason)
    value = other - one
    if len(recordings) < 2:
        reason = "no interval: one recording"
        return Difference(metric, one, other, value, None, None, None, len(recordings), reason)
    sides = [
        [statistics_of(score, recordings)[metric] for score in side] for side in (first, second)
    ]
    drawn: list[Matrix] = []

    def difference(weights: Matrix) -> Matrix:
        low, high = (np.mean([f(weights) for f in side], axis=0) for side in sides)
        drawn.append(high - low)
        return drawn[-1]

    interval = cluster_bootstrap(np.eye(len(recordings)), difference, draws=draws, seed=seed)
    if interval is None:
        reason = "no interval: undefined in most resamples"
        return Difference(metric, one, other, value, None, None, None, len(recordings), reason)
    every = np.concatenate(drawn)
    every = every[np.isfinite(every)]
    side_share = min(float((every <= 0).mean()), float((every >= 0).mean()))
    p_value = min(1.0, max(2 * side_share, 1 / draws))
    return Difference(
        metric, one, other, value, interval.low, interval.high, p_value, len(recordings)
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None
