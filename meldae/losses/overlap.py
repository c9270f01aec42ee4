"""Losses that see a clip's frames as a set: how much of it is found, how much is invented."""

import torch
from torch import Tensor, nn

from meldae.losses.reduction import Reduction, full_precision, reduce

_TINY = 1e-6


def _soft_counts(
    logits: Tensor, targets: Tensor, mask: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """True positives, false negatives and false positives of each clip, (B,), from probabilities."""
    logits, targets = full_precision(logits), full_precision(targets)
    score, missed = torch.sigmoid(logits), torch.sigmoid(-logits)
    hit, lost, false = score * targets, missed * targets, score * (1 - targets)
    if mask is not None:
        hit, lost, false = (part.masked_fill(~mask, 0.0) for part in (hit, lost, false))
    return hit.sum(-1), lost.sum(-1), false.sum(-1)


def focal_tversky_loss(
    logits: Tensor,
    targets: Tensor,
    mask: Tensor | None = None,
    alpha: float = 0.7,
    beta: float = 0.3,
    gamma: float = 4 / 3,
    smooth: float = 1.0,
    reduction: Reduction = "mean",
) -> Tensor:
    """L_overlap: ``(1 - TI)^(1 / gamma)``, TI the Tversky index of soft counts over a clip's frames.

    ``TI = (TP + smooth) / (TP + alpha FN + beta FP + smooth)``

    Args:
        logits: (B, T).
        targets: (B, T) in [0, 1].
        mask: (B, T) bool.
        alpha: Cost of missed frames.
        beta: Cost of invented frames.
        gamma: Focal exponent, as in the source: ``1 / gamma = 0.75``.
        smooth: Keeps TI defined, and 1, for an empty clip that is left alone.
        reduction: Over clips.

    Returns:
        A scalar, or (B,).

    Reference:
        Abraham and Khan, A Novel Focal Tversky Loss Function, ISBI 2019, equations 3 and 4.
    """
    tp, fn, fp = _soft_counts(logits, targets, mask)
    # 1 - TI written without a subtraction of nearly equal numbers.
    wrong = alpha * fn + beta * fp
    # The slope of x^0.75 at 0 is infinite; below 1e-6 there is nothing left to learn.
    rest = (wrong / (tp + wrong + smooth)).clamp_min(_TINY)
    return reduce(rest.pow(1 / gamma), reduction)


def iou_loss(
    logits: Tensor,
    targets: Tensor,
    mask: Tensor | None = None,
    smooth: float = 1.0,
    reduction: Reduction = "mean",
) -> Tensor:
    """One minus the soft intersection over union (Jaccard) of a clip's frames.

    ``1 - (TP + smooth) / (TP + FN + FP + smooth)``; the paper's "IoU loss" without a formula, read as
    the usual soft one.

    Args:
        logits: (B, T).
        targets: (B, T) in [0, 1].
        mask: (B, T) bool.
        smooth: As in `focal_tversky_loss`.
        reduction: Over clips.

    Returns:
        A scalar, or (B,), in [0, 1).

    Reference:
        Rahman and Wang, Optimizing Intersection-Over-Union in Deep Neural Networks for Image
        Segmentation, ISVC 2016, equations 3 to 5.
    """
    tp, fn, fp = _soft_counts(logits, targets, mask)
    wrong = fn + fp
    return reduce(wrong / (tp + wrong + smooth), reduction)


class FocalTverskyLoss(nn.Module):
    """`focal_tversky_loss` as a module.

    Args:
        alpha: Cost of missed frames.
        beta: Cost of invented frames.
        gamma: Focal exponent.
        smooth: See `focal_tversky_loss`.
        reduction: Over clips.

    Shape:
        logits, targets: (B, T)
        boundary: ignored, so that all locator losses are called alike.
        mask: (B, T) bool or `None`
        returns: a scalar, or (B,)
    """

    def __init__(
        self,
        alpha: float = 0.7,
        beta: float = 0.3,
        gamma: float = 4 / 3,
        smooth: float = 1.0,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__()
        self.alpha, self.beta, self.gamma, self.smooth = alpha, beta, gamma, smooth
        self.reduction: Reduction = reduction

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        boundary: Tensor | None = None,  # noqa: ARG002
        mask: Tensor | None = None,
    ) -> Tensor:
        """See the class."""
        return focal_tversky_loss(
            logits, targets, mask, self.alpha, self.beta, self.gamma, self.smooth, self.reduction
        )


class IouLoss(nn.Module):
    """`iou_loss` as a module.

    Args:
        smooth: See `iou_loss`.
        reduction: Over clips.

    Shape:
        As `FocalTverskyLoss`.
    """

    def __init__(self, smooth: float = 1.0, reduction: Reduction = "mean") -> None:
        super().__init__()
        self.smooth = smooth
        self.reduction: Reduction = reduction

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        boundary: Tensor | None = None,  # noqa: ARG002
        mask: Tensor | None = None,
    ) -> Tensor:
        """See the class."""
        return iou_loss(logits, targets, mask, self.smooth, self.reduction)
