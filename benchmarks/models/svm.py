"""A linear SVM whose cost is chosen on validation data, and sigmoids from margins to probabilities."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LinearSvm:
    """A trained linear SVM.

    Args:
        weights: Shape (D,).
        bias: Scalar.
        cost: The C that it was trained with.
    """

    weights: Float
    bias: float
    cost: float

    def margins(self, features: Float) -> npt.NDArray[np.float64]:
        """Signed distances, shape (N,), of features of shape (N, D)."""
        return (features @ self.weights).astype(np.float64) + self.bias


def train_svm(
    features: Float,
    labels: Bool,
    check_features: Float,
    check_labels: Bool,
    costs: Sequence[float],
    seed: int,
) -> LinearSvm:
    """Train one SVM per cost and keep the one that ranks the validation data best.

    Ranking is measured by average precision, or not at all when the validation data are of one class: then
    the first cost is taken.

    Args:
        features: Shape (N, D).
        labels: Shape (N,), both classes present.
        check_features: Shape (M, D), of the validation split.
        check_labels: Shape (M,).
        costs: Ascending values of C.
        seed: Of the solver's shuffling.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import average_precision_score
    from sklearn.svm import LinearSVC

    both = bool(check_labels.any() and not check_labels.all())
    best, best_value = None, -1.0
    for cost in costs if both else costs[:1]:
        machine = LinearSVC(C=cost, class_weight="balanced", random_state=seed, dual=True, tol=1e-2)
        with warnings.catch_warnings():
            # A solver that stops early at a large cost is judged on the validation data like any other.
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(features, labels)
        found = LinearSvm(
            machine.coef_[0].astype(np.float32), float(machine.intercept_[0]), float(cost)
        )
        value = (
            float(average_precision_score(check_labels, found.margins(check_features)))
            if both
            else 0.0
        )
        if value > best_value:
            best, best_value = found, value
    if best is None:
        raise ValueError("Expected at least one cost.")
    return best


@dataclass(frozen=True)
class Sigmoid:
    """Platt's sigmoid ``1 / (1 + exp(-(slope * margin + shift)))``.

    Args:
        slope: Positive where larger margins mean "more likely".
        shift: Where 0.5 lies.
    """

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, margins: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Probabilities of margins."""
        from scipy.special import expit

        return np.asarray(expit(self.slope * np.asarray(margins, dtype=np.float64) + self.shift))


def fit_sigmoid(
    margins: Sequence[float] | npt.NDArray[np.float64],
    labels: Sequence[bool] | Bool,
    *,
    balanced: bool = False,
) -> Sigmoid:
    """Fit a sigmoid to validation data.

    Args:
        margins: Shape (N,).
        labels: Shape (N,).
        balanced: Whether both classes weigh the same, so that 0.5 lies between them whatever their shares.

    Returns:
        The identity's sigmoid when only one class is present.
    """
    from sklearn.linear_model import LogisticRegression

    x, y = np.asarray(margins, dtype=np.float64), np.asarray(labels, dtype=bool)
    if not y.any() or y.all():
        return Sigmoid()
    scale = float(np.std(x)) or 1.0
    fitted = LogisticRegression(class_weight="balanced" if balanced else None)
    fitted.fit(x[:, None] / scale, y)
    return Sigmoid(float(fitted.coef_[0, 0]) / scale, float(fitted.intercept_[0]))
