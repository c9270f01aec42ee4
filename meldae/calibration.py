"""Logits to probabilities that mean what they say, by numbers chosen on the validation split.

Platt's scaling, ``p = sigmoid(scale * logit + bias)``; ``1 / scale`` is the temperature.

Reference:
    Platt, Probabilistic outputs for support vector machines, 1999 (also its softened targets).
    Guo et al., On calibration of modern neural networks, ICML 2017 (temperature; the error in bins).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_LEAST, _LARGEST = 0.05, 20.0
_EDGE = 1e-6


@dataclass(frozen=True)
class Platt:
    """A straight line on logits.

    Args:
        scale: Above 0, so that the order of scores never changes.
        bias: Added after scaling.
    """

    scale: float = 1.0
    bias: float = 0.0


def fit_platt(logits: npt.ArrayLike, truths: npt.ArrayLike) -> Platt:
    """The line that makes given truths the most likely.

    Args:
        logits: (N,).
        truths: (N,) of 0 and 1.

    Returns:
        Scale in [0.05, 20]; the identity unless both classes are present.
    """
    values, true = np.asarray(logits, dtype=np.float64), np.asarray(truths, dtype=np.float64)
    positives = float(true.sum())
    negatives = len(true) - positives
    if positives == 0 or negatives == 0:
        return Platt()
    # Softened, so that separable scores do not ask for an endless scale.
    target = np.where(true > 0.5, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    scale, bias = 1.0, 0.0
    for _ in range(100):
        p = _sigmoid(scale * values + bias)
        slope, weight = p - target, p * (1 - p) + 1e-12
        gradient = np.array([(slope * values).mean(), slope.mean()])
        square, cross = (weight * values * values).mean(), (weight * values).mean()
        curve = np.array([[square, cross], [cross, weight.mean()]]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(curve, gradient)
        # Halved until it helps: Newton's step may overshoot where sigmoids are flat.
        now = _loss(values, target, scale, bias)
        factor = 1.0
        while (
            factor > 1e-6
            and _loss(values, target, scale - factor * step[0], bias - factor * step[1]) > now
        ):
            factor /= 2
        scale, bias = scale - factor * float(step[0]), bias - factor * float(step[1])
        if float(np.abs(factor * step).max()) < 1e-9:
            break
    if not _LEAST <= scale <= _LARGEST:
        scale = float(np.clip(scale, _LEAST, _LARGEST))
        bias = _bias_at(values, target, scale)
    return Platt(round(scale, 6), round(bias, 6))


def rescale(probabilities: npt.ArrayLike, scale: float, bias: float) -> npt.NDArray[np.float32]:
    """Probabilities whose logits are put on a line.

    Args:
        probabilities: Any shape, in [0, 1].
        scale: Above 0.
        bias: Added after scaling.

    Returns:
        The same shape; as they were for scale 1 and bias 0.
    """
    given = np.asarray(probabilities, dtype=np.float32)
    if scale == 1 and bias == 0:
        return given
    clipped = np.clip(given.astype(np.float64), _EDGE, 1 - _EDGE)
    logits = np.log(clipped) - np.log1p(-clipped)
    return _sigmoid(scale * logits + bias).astype(np.float32)


def expected_calibration_error(
    probabilities: npt.ArrayLike, truths: npt.ArrayLike, bins: int = 15
) -> float | None:
    """Mean distance between what is promised and what comes, over bins of equal width.

    Args:
        probabilities: (N,) in [0, 1] of the positive class.
        truths: (N,) of 0 and 1.
        bins: How many.

    Returns:
        In [0, 1]; `None` without any.

    Example:
        >>> expected_calibration_error([0.9, 0.9, 0.1, 0.1], [1, 1, 0, 0])
        0.1
    """
    given, true = np.asarray(probabilities, np.float64), np.asarray(truths, np.float64)
    if not len(given):
        return None
    place = np.minimum((given * bins).astype(np.intp), bins - 1)
    promised = np.bincount(place, given, bins)
    came = np.bincount(place, true, bins)
    return float(round(float(np.abs(promised - came).sum()) / len(given), 12))


def _sigmoid(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    result: npt.NDArray[np.float64] = np.exp(-np.logaddexp(0, -values))
    return result


def _loss(
    values: npt.NDArray[np.float64], target: npt.NDArray[np.float64], scale: float, bias: float
) -> float:
    line = scale * values + bias
    return float((np.logaddexp(0, line) - target * line).mean())


def _bias_at(
    values: npt.NDArray[np.float64], target: npt.NDArray[np.float64], scale: float
) -> float:
    """The best bias at a fixed scale, by bisection: the mean probability meets the mean target."""
    low, high = -60.0 * scale, 60.0 * scale
    low, high = (
        low - float(np.abs(values).max()) * scale,
        high + float(np.abs(values).max()) * scale,
    )
    for _ in range(80):
        middle = (low + high) / 2
        if float(_sigmoid(scale * values + middle).mean()) > float(target.mean()):
            high = middle
        else:
            low = middle
    return (low + high) / 2
