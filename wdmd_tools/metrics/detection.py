"""Scores of ranked detections: average precision by temporal IoU, mAP, and average recall at k (AR@k).

    score   0.9    0.8    0.5    0.4        4 predictions, 3 references
    right   yes    no     yes    no
    precision 1/1  1/2    2/3    2/4        AP = (1/3) 1 + (1/3) 2/3 = 5/9
    recall    1/3  1/3    2/3    2/3

No threshold is chosen, so nothing can be chosen on the test data. At every tIoU the predictions of a clip
take, best score first, the free reference they overlap most, if that is enough (IoU >= tIoU, as in
ActivityNet); the rest are wrong. Predictions of all clips are then ranked together. Precision is made
non-increasing from the right (VOC 2011). Equal scores form one step, so the order of the input is without
effect.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.bootstrap import ratio
from wdmd_tools.metrics.matching import IouRule, match_intervals
from wdmd_tools.metrics.measured import Measured, measured

Matrix = npt.NDArray[np.float64]

TIOUS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Temporal IoUs of mAP and AR@k: 0.1:0.1:0.7, low ones too since MEs are short."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A clip's (or a recording's) predictions, each right or wrong at every tIoU.

    Args:
        scores: Shape (P,).
        right: Shape (P, T) bool.
        references: How many references there are.
    """

    scores: Matrix
    right: npt.NDArray[np.bool_]
    references: int

    def __add__(self, other: "Ranked") -> "Ranked":
        return Ranked(
            np.concatenate([self.scores, other.scores]),
            np.concatenate([self.right, other.right]),
            self.references + other.references,
        )


def rank_predictions(
    predictions: Sequence[tuple[Interval, float]],
    references: Sequence[Interval],
    tious: Sequence[float] = TIOUS,
) -> Ranked:
    """Which of a clip's predictions are right.

    Args:
        predictions: Intervals with scores, any order.
        references: Reference intervals.
        tious: Temporal IoUs, in (0, 1].

    Raises:
        ValueError: A score is NaN, or a tIoU is out of range.
    """
    if any(not 0.0 < one <= 1.0 for one in tious):
        raise ValueError(f"Expected tIoUs in (0, 1] but got {list(tious)}.")
    if any(np.isnan(score) for _, score in predictions):
        raise ValueError("Expected scores without NaN.")
    order = sorted(predictions, key=lambda one: (-one[1], one[0]))
    true = sorted(references)
    right = np.zeros((len(order), len(tious)), dtype=bool)
    free = [set(range(len(true))) for _ in tious]
    for row, (said, _) in enumerate(order):
        # The references this prediction would take, best overlap first, earliest of equal ones.
        overlaps = [said.iou(one) for one in true]
        wanted = sorted(range(len(true)), key=lambda index: -overlaps[index])
        for column, tiou in enumerate(tious):
            for index in wanted:
                if overlaps[index] < tiou:
                    break
                if index in free[column]:
                    free[column].remove(index)
                    right[row, column] = True
                    break
    return Ranked(np.array([score for _, score in order], dtype=np.float64), right, len(true))


def score_levels(ranked: Sequence[Ranked], at_most: int | None = None) -> Matrix:
    """The distinct scores, falling: the steps at which precision and recall are taken.

    Args:
        ranked: Of all recordings.
        at_most: Fewer steps, by quantiles, for a quick bootstrap of very many predictions; scores
            between two steps then count as equal. Exact when `None`.
    """
    scores = np.concatenate([np.empty(0), *(one.scores for one in ranked)])
    levels = np.unique(scores)
    if at_most is not None and len(levels) > at_most:
        levels = levels[np.unique(np.linspace(0, len(levels) - 1, at_most).round().astype(int))]
    return np.asarray(levels[::-1])


def ap_counts(one: Ranked, levels: Matrix) -> Matrix:
    """Additive counts of one recording.

    Args:
        one: Its predictions.
        levels: See `score_levels`; the same for all recordings.

    Returns:
        Flattened (1 + T, S): how many predictions have each level, and how many of them are right at
        each tIoU; then the number of references.
    """
    rising = levels[::-1]
    step = len(levels) - np.searchsorted(rising, one.scores, side="right")
    table = np.zeros((len(levels), 1 + one.right.shape[1]))
    np.add.at(table, step, np.column_stack([np.ones(len(one.scores)), one.right]))
    return np.concatenate([table.T.ravel(), [one.references]])


def ap_by_tiou(sums: Matrix, n_tious: int) -> Matrix:
    """Average precision at every tIoU.

    Args:
        sums: Shape (draws, (1 + T) * S + 1), sums of `ap_counts`.
        n_tious: T.

    Returns:
        Shape (draws, T); NaN without references.
    """
    # Levels last, so that sums and maxima along them run over neighbours in memory.
    table = np.cumsum(sums[:, :-1].reshape(len(sums), 1 + n_tious, -1), axis=2)
    said, right = table[:, :1], table[:, 1:]
    precision = right / np.maximum(said, 1e-300)
    envelope = np.maximum.accumulate(precision[..., ::-1], axis=2)[..., ::-1]
    gained = np.diff(right, axis=2, prepend=0.0)
    area = np.einsum("dts,dts->dt", gained, envelope)
    return ratio(area, np.repeat(sums[:, -1:], n_tious, axis=1))


@dataclass(frozen=True, slots=True)
class MapStatistic:
    """mAP as a function of summed counts, for `cluster_bootstrap`.

    Args:
        n_tious: How many tIoUs the counts have.
    """

    n_tious: int = len(TIOUS)

    def __call__(self, sums: Matrix) -> Matrix:
        """Mean over tIoUs of AP, shape (draws,)."""
        return np.asarray(ap_by_tiou(sums, self.n_tious).mean(axis=1))


def mean_average_precision(ranked: Sequence[Ranked]) -> Measured:
    """mAP: the mean of AP over the tIoUs, of one class.

    Args:
        ranked: Of all clips; those without references count too.

    Returns:
        In [0, 1]; 0 when nothing right was predicted, undefined without references.
    """
    if not sum(one.references for one in ranked):
        return Measured(None, "no reference")
    levels = score_levels(ranked)
    sums = np.sum([ap_counts(one, levels) for one in ranked], axis=0)
    return measured(float(MapStatistic(ranked[0].right.shape[1])(sums[None])[0]), "no reference")


def recall_counts(
    predictions: Sequence[tuple[Interval, float]],
    references: Sequence[Interval],
    k: int,
    tious: Sequence[float] = TIOUS,
) -> Matrix:
    """Additive counts of AR@k of one clip.

    Args:
        predictions: Intervals with scores, any order; the `k` best are used, equal scores by time.
        references: Reference intervals.
        k: Predictions per clip, at least 1.
        tious: Temporal IoUs.

    Returns:
        Shape (T + 1,): references found, one to one, at each tIoU; then their number.

    Raises:
        ValueError: `k` is less than 1.
    """
    if k < 1:
        raise ValueError(f"Expected `k` of at least 1 but got {k}.")
    best = [said for said, _ in sorted(predictions, key=lambda one: (-one[1], one[0]))[:k]]
    found = [len(match_intervals(best, references, tiou, IouRule.AT_LEAST)) for tiou in tious]
    return np.array([*found, len(references)], dtype=np.float64)


def average_recall_statistic(sums: Matrix) -> Matrix:
    """AR@k (draws,) of summed `recall_counts` (draws, T + 1): mean over tIoUs of recall."""
    return ratio(sums[:, :-1].mean(axis=1), sums[:, -1])


def average_recall(sums: Matrix) -> Measured:
    """AR@k of summed counts (T + 1,); undefined without references."""
    return measured(float(average_recall_statistic(sums[None])[0]), "no reference")
