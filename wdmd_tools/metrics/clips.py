"""Scores of clip-level probabilities: accuracy at 0.5, balanced accuracy, AUROC.

The paper reports plain accuracy. When one clip in five holds an ME, "never" scores 78 %, so balanced
accuracy and AUROC always stand beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class BinaryCounts:
    """Confusion counts of a yes/no decision.

    Args:
        tp: Yes, rightly.
        fp: Yes, wrongly.
        tn: No, rightly.
        fn: No, wrongly.
    """

    tp: int = 0
    fp: int = 0
    tn: int = 0
    fn: int = 0

    def __add__(self, other: "BinaryCounts") -> "BinaryCounts":
        return BinaryCounts(
            self.tp + other.tp, self.fp + other.fp, self.tn + other.tn, self.fn + other.fn
        )

    @property
    def accuracy(self) -> float | None:
        """Share of right decisions; `None` without any."""
        total = self.tp + self.fp + self.tn + self.fn
        return (self.tp + self.tn) / total if total else None

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean of the two classes' recalls; `None` unless both classes are present."""
        if not (self.tp + self.fn and self.tn + self.fp):
            return None
        return (self.tp / (self.tp + self.fn) + self.tn / (self.tn + self.fp)) / 2


def binary_counts(
    probabilities: Sequence[float], truths: Sequence[bool], threshold: float = 0.5
) -> BinaryCounts:
    """Confusion counts at a threshold; a probability at the threshold is a yes.

    Args:
        probabilities: In [0, 1].
        truths: Same length.
        threshold: 0.5 in the paper.
    """
    yes = np.asarray(probabilities, dtype=float) >= threshold
    true = np.asarray(truths, dtype=bool)
    if yes.shape != true.shape:
        raise ValueError(
            f"Expected as many probabilities as truths but got {len(yes)}, {len(true)}."
        )
    return BinaryCounts(
        tp=int(np.sum(yes & true)),
        fp=int(np.sum(yes & ~true)),
        tn=int(np.sum(~yes & ~true)),
        fn=int(np.sum(~yes & true)),
    )


def auroc(scores: Sequence[float], truths: Sequence[bool]) -> float | None:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties half.

    Args:
        scores: Any monotone scores.
        truths: Same length.

    Returns:
        In [0, 1]; `None` unless both classes are present.

    Raises:
        ValueError: A score is NaN, or the lengths differ.
    """
    values = np.asarray(scores, dtype=float)
    if values.shape != np.shape(truths):
        raise ValueError(f"Expected as many scores as truths but got {len(scores)}, {len(truths)}.")
    if np.isnan(values).any():
        raise ValueError("Expected scores without NaN.")
    true = np.asarray(truths, dtype=bool)
    positives, negatives = int(true.sum()), int((~true).sum())
    if not positives or not negatives:
        return None
    ranks = _mean_ranks(values)
    excess = float(ranks[true].sum()) - positives * (positives + 1) / 2
    return excess / (positives * negatives)


def _mean_ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Ranks from 1, tied values sharing the mean of theirs."""
    _, group, size = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(size) - (size - 1) / 2)[group], dtype=np.float64)
