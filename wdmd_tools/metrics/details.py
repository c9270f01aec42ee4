"""Everything beyond F1 that a spotter's segments say, per recording: additive, small, and stored.

From it follow, by the names of `wdmd_tools.metrics.catalogue`, ``f1_megc``, ``map``, ``ar_at_1``,
``ar_at_5``, the boundary errors and the shares of errors, each also as a function of summed counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.bootstrap import f1_statistic
from wdmd_tools.metrics.boundaries import (
    BOUNDARY_COLUMNS,
    BoundaryStatistic,
    spotting_boundary_sums,
)
from wdmd_tools.metrics.detection import (
    TIOUS,
    MapStatistic,
    Ranked,
    ap_counts,
    average_recall_statistic,
    rank_predictions,
    recall_counts,
    score_levels,
)
from wdmd_tools.metrics.error_types import ErrorCounts, error_counts, share_statistic
from wdmd_tools.metrics.events import EventCounts, event_counts
from wdmd_tools.metrics.matching import IouRule

Matrix = npt.NDArray[np.float64]

DETAILS = (
    "f1_megc",
    "map",
    "ar_at_1",
    "ar_at_5",
    *(name for name in BOUNDARY_COLUMNS if name.endswith("_frames")),
    *(name for name in BOUNDARY_COLUMNS if name.endswith("_ms")),
    *(f"share_{kind}" for kind in ErrorCounts.__dataclass_fields__ if kind != "hit"),
)
"""Metrics that follow from `SpottingDetails`, in order."""

BOOTSTRAP_LEVELS = 128
"""Steps of the scores in resamples of mAP; the value itself is exact."""


@dataclass(frozen=True, slots=True)
class SpottingDetails:
    """Additive facts about one clip or recording. Plain values, so that two can be compared.

    Args:
        at_least: Counts by the rule of MEGC, IoU >= threshold.
        errors: Predictions and references by kind.
        boundaries: Sums, see `BOUNDARY_COLUMNS`.
        recall_at_1: References found by each clip's best segment at each of `TIOUS`; then their number.
        recall_at_5: The same of the five best.
        ranked: Score of each prediction, with bit `t` set when it is right at ``TIOUS[t]``.
    """

    at_least: EventCounts
    errors: ErrorCounts
    boundaries: tuple[float, ...]
    recall_at_1: tuple[float, ...]
    recall_at_5: tuple[float, ...]
    ranked: tuple[tuple[float, int], ...]

    def __add__(self, other: "SpottingDetails") -> "SpottingDetails":
        return SpottingDetails(
            self.at_least + other.at_least,
            self.errors + other.errors,
            _sum(self.boundaries, other.boundaries),
            _sum(self.recall_at_1, other.recall_at_1),
            _sum(self.recall_at_5, other.recall_at_5),
            self.ranked + other.ranked,
        )

    @property
    def ranking(self) -> Ranked:
        """The predictions as `wdmd_tools.metrics.detection` takes them."""
        bits = np.array([bit for _, bit in self.ranked], dtype=np.int64)
        right = (bits[:, None] >> np.arange(len(TIOUS))) & 1
        scores = np.array([score for score, _ in self.ranked], dtype=np.float64)
        return Ranked(scores, right.astype(bool), int(self.recall_at_1[-1]))

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "at_least": list(astuple(self.at_least)),
            "errors": self.errors.to_json(),
            "boundaries": list(self.boundaries),
            "recall_at_1": list(self.recall_at_1),
            "recall_at_5": list(self.recall_at_5),
            "ranked": [list(one) for one in self.ranked],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SpottingDetails":
        """The inverse of `to_json`."""
        return cls(
            EventCounts(*value["at_least"]),
            ErrorCounts(**value["errors"]),
            tuple(value["boundaries"]),
            tuple(value["recall_at_1"]),
            tuple(value["recall_at_5"]),
            tuple((float(score), int(bits)) for score, bits in value["ranked"]),
        )


def spotting_details(
    predictions: Sequence[tuple[Interval, float]],
    references: Sequence[Interval],
    ms_per_frame: float,
    threshold: float = 0.5,
    rule: IouRule = IouRule.EXCEEDS,
) -> SpottingDetails:
    """The facts of one clip; add them up over a recording.

    Args:
        predictions: Spotted intervals on the clip's frame axis, with scores.
        references: Reference intervals.
        ms_per_frame: Of the clip.
        threshold: Temporal IoU at which a prediction is right.
        rule: For boundaries and kinds of errors; `at_least` has its own.
    """
    said = [interval for interval, _ in predictions]
    ranked = rank_predictions(predictions, references)
    bits = ranked.right @ (1 << np.arange(len(TIOUS)))
    return SpottingDetails(
        event_counts(said, references, threshold, IouRule.AT_LEAST),
        error_counts(said, references, threshold, rule),
        tuple(spotting_boundary_sums(said, references, ms_per_frame, threshold, rule).tolist()),
        tuple(recall_counts(predictions, references, 1).tolist()),
        tuple(recall_counts(predictions, references, 5).tolist()),
        tuple(zip(ranked.scores.tolist(), bits.tolist(), strict=True)),
    )


def detail_values(details: Sequence[SpottingDetails]) -> dict[str, float | None]:
    """All of `DETAILS` over some recordings; `None` is undefined, see the cards for why."""
    if not details:
        return dict.fromkeys(DETAILS)
    weights = np.ones((1, len(details)))
    values = {
        name: float(statistic(weights)[0])
        for name, statistic in detail_statistics(details, levels=None).items()
    }
    return {name: None if np.isnan(value) else value for name, value in values.items()}


def detail_statistics(
    details: Sequence[SpottingDetails], levels: int | None = BOOTSTRAP_LEVELS
) -> Mapping[str, Callable[[Matrix], Matrix]]:
    """Each of `DETAILS` as a function of the recordings' weights.

    Args:
        details: At least one, in order of the weights.
        levels: Most steps of the scores for mAP; exact when `None`.

    Returns:
        Weights (draws, recordings) to values (draws,), NaN where undefined.
    """
    rankings = [one.ranking for one in details]
    steps = score_levels(rankings, levels)
    tables: dict[str, tuple[Sequence[object], Callable[[Matrix], Matrix]]] = {
        "f1_megc": ([astuple(one.at_least) for one in details], f1_statistic),
        "map": ([ap_counts(one, steps) for one in rankings], MapStatistic()),
        "ar_at_1": ([one.recall_at_1 for one in details], average_recall_statistic),
        "ar_at_5": ([one.recall_at_5 for one in details], average_recall_statistic),
    }
    for name in DETAILS:
        if name in BOUNDARY_COLUMNS:
            tables[name] = [one.boundaries for one in details], BoundaryStatistic(name)
        elif name.startswith("share_"):
            kind = share_statistic(name.removeprefix("share_"))
            tables[name] = [one.errors.row() for one in details], kind
    return {name: _Weighted(np.array(tables[name][0], float), tables[name][1]) for name in DETAILS}


@dataclass(frozen=True, slots=True, eq=False)
class _Weighted:
    counts: Matrix
    statistic: Callable[[Matrix], Matrix]

    def __call__(self, weights: Matrix) -> Matrix:
        return self.statistic(weights @ self.counts)


def _sum(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))
