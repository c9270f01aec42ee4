r"""Recognition of emotion classes: UF1, UAR (MEGC 2019) and accuracy, from a pooled confusion matrix.

    true \ said    neg  pos  sur | other        TP_c on the diagonal, FN_c the rest of the row,
    neg             3    1    0  |   0           FP_c the rest of the column
    pos             0    2    0  |   1
    sur             1    0    1  |   0

Confusions are summed over all folds and subjects first and the scores are taken of the sum. A mean of
per-subject scores is a different, and wrong, number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.metrics.bootstrap import ratio
from wdmd_tools.metrics.measured import Measured, measured

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """TP, FP and FN of every class, for any number of (re)samples at once.

    Args:
        tp: Shape (..., K).
        fp: Shape (..., K).
        fn: Shape (..., K).
    """

    tp: Matrix
    fp: Matrix
    fn: Matrix

    @property
    def f1(self) -> Matrix:
        """2 TP / (2 TP + FP + FN), NaN for a class that is neither true nor said."""
        return ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def precision(self) -> Matrix:
        """TP / (TP + FP), NaN for a class never said."""
        return ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Matrix:
        """TP / (TP + FN), NaN for a class that never occurs."""
        return ratio(self.tp, self.tp + self.fn)


def confusion_counts(said: Sequence[str], true: Sequence[str], classes: Sequence[str]) -> Matrix:
    """Confusions of one recording, to be summed.

    Args:
        said: One class per sample; anything outside `classes` goes to the last column.
        true: Same length; samples of other classes are left out (the protocol excludes them).
        classes: The K classes of the protocol, in the order of the rows.

    Returns:
        Shape (K, K + 1): true class by said class, "other" last.

    Raises:
        ValueError: The lengths differ, or `classes` repeats a name or is empty.

    Example:
        >>> confusion_counts(["a", "b", "z"], ["a", "a", "b"], ["a", "b"]).tolist()
        [[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if not classes or len(set(classes)) < len(classes):
        raise ValueError(f"Expected distinct classes but got {list(classes)}.")
    index = {name: number for number, name in enumerate(classes)}
    counts = np.zeros((len(classes), len(classes) + 1))
    for one, other in zip(said, true, strict=True):
        if other in index:
            counts[index[other], index.get(one, len(classes))] += 1
    return counts


def class_counts(confusion: Matrix) -> ClassCounts:
    """Counts by class of confusions of shape (..., K, K + 1)."""
    tp = np.diagonal(confusion, axis1=-2, axis2=-1)
    fn = confusion.sum(axis=-1) - tp
    fp = confusion.sum(axis=-2)[..., :-1] - tp
    return ClassCounts(np.asarray(tp), fp, fn)


def unfold(sums: Matrix) -> Matrix:
    """Confusions (draws, K, K + 1) of flattened ones (draws, K * (K + 1)).

    Raises:
        ValueError: The length is not K * (K + 1).
    """
    classes = int(np.sqrt(sums.shape[-1]))
    if classes * (classes + 1) != sums.shape[-1]:
        raise ValueError(f"Expected K * (K + 1) columns but got {sums.shape[-1]}.")
    return sums.reshape(*sums.shape[:-1], classes, classes + 1)


def uf1_statistic(sums: Matrix) -> Matrix:
    """UF1 of flattened confusions (draws, K * (K + 1)), NaN where a class is neither true nor said."""
    return np.asarray(class_counts(unfold(sums)).f1.mean(axis=-1))


def uar_statistic(sums: Matrix) -> Matrix:
    """UAR of flattened confusions (draws, K * (K + 1)), NaN where a class never occurs."""
    return np.asarray(class_counts(unfold(sums)).recall.mean(axis=-1))


def accuracy_statistic(sums: Matrix) -> Matrix:
    """Share of right answers of flattened confusions (draws, K * (K + 1)), NaN without a sample."""
    right = np.diagonal(unfold(sums), axis1=-2, axis2=-1).sum(axis=-1)
    return ratio(np.asarray(right), np.asarray(sums.sum(axis=-1)))


def accuracy(confusion: Matrix) -> Measured:
    """Share of samples whose class was said, over all classes together.

    Args:
        confusion: Summed, shape (K, K + 1), see `confusion_counts`.

    Returns:
        In [0, 1]; undefined without a sample.
    """
    return measured(float(accuracy_statistic(confusion.reshape(1, -1))[0]), "no sample")


def uf1(confusion: Matrix, classes: Sequence[str]) -> Measured:
    """Unweighted F1: the mean of the K classes' F1.

    Args:
        confusion: Summed, shape (K, K + 1), see `confusion_counts`.
        classes: Names, for the reason.

    Returns:
        In [0, 1]; undefined when a class of the protocol is neither true nor said anywhere.
    """
    return _mean(class_counts(confusion).f1, classes, "is neither true nor said")


def uar(confusion: Matrix, classes: Sequence[str]) -> Measured:
    """Unweighted average recall: the mean of the K classes' recall.

    Args:
        confusion: Summed, shape (K, K + 1), see `confusion_counts`.
        classes: Names, for the reason.

    Returns:
        In [0, 1]; undefined when a class of the protocol never occurs.
    """
    return _mean(class_counts(confusion).recall, classes, "never occurs")


def _mean(values: Matrix, classes: Sequence[str], what: str) -> Measured:
    absent = [name for name, value in zip(classes, values, strict=True) if np.isnan(value)]
    if absent:
        return Measured(None, f"class {absent[0]!r} {what}")
    return Measured(float(values.mean()))
