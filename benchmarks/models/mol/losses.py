"""What MOL is trained on: class, flow and landmarks together.

L = L_class + 10 L_flow + 0.1 L_landmarks
"""

from torch import Tensor
from torch.nn import functional

_LEFT_EYE, _RIGHT_EYE = slice(36, 42), slice(42, 48)


def flow_loss(predicted: Tensor, truth: Tensor, pairs: int) -> Tensor:
    """Mean squared error, divided by the number of pairs once more, as published.

    Args:
        predicted: Shape (B, P, 2, S, S), px, P pairs of frames.
        truth: The same.
        pairs: In a sequence; P, unless only some are predicted.

    Returns:
        Scalar, px squared.
    """
    return functional.mse_loss(predicted, truth) / pairs


def landmark_loss(predicted: Tensor, truth: Tensor) -> Tensor:
    """Mean over landmarks of ``|dx| + |dy|`` in distances between the eyes, summed over the frames.

    Args:
        predicted: Shape (B, frames, 68, 2), px.
        truth: The same; NaN in frames without a face, which do not count.

    Returns:
        Scalar; 0 where no frame has a face. A sequence's frames are summed, the batch is averaged.
    """
    seen = truth.isfinite().all(dim=3).all(dim=2)  # (B, frames)
    safe = truth.nan_to_num()
    left, right = (safe[:, :, eye].mean(dim=2) for eye in (_LEFT_EYE, _RIGHT_EYE))
    apart = (left - right).norm(dim=2).clamp(min=1)
    wrong = (predicted - safe).abs().sum(dim=3).mean(dim=2) / apart
    total: Tensor = (wrong * seen).sum() / len(truth)
    return total


def class_loss(logits: Tensor, truth: Tensor, weights: Tensor | None = None) -> Tensor:
    """Cross entropy of the sequence head.

    Args:
        logits: Shape (B, classes).
        truth: Class indices (B,), or shape (B, classes) of yes (1), no (0) and unknown (NaN) where the
            numbers are independent questions.
        weights: Of the classes.

    Returns:
        Scalar.
    """
    if truth.dim() == 1:
        return functional.cross_entropy(logits, truth, weight=weights)
    known = truth.isfinite()
    each = functional.binary_cross_entropy_with_logits(
        logits, truth.nan_to_num(), pos_weight=weights, reduction="none"
    )
    return (each * known).sum() / known.sum().clamp(min=1)
