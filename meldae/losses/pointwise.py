"""Losses that take each frame for itself; what the paper compares BAL with (figure 4).

The paper gives no formulas for MAE, MSE and smooth L1. Here they compare the frame's probability, not its
logit, with the target 0 or 1.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from meldae.losses.reduction import Reduction, full_precision, masked_mean, reduce


def bce_loss(
    logits: Tensor, targets: Tensor, mask: Tensor | None = None, reduction: Reduction = "mean"
) -> Tensor:
    """Binary cross-entropy, the mean over a clip's frames.

    Args:
        logits: (B, T).
        targets: (B, T) in [0, 1].
        mask: (B, T) bool.
        reduction: Over clips.

    Returns:
        A scalar, or (B,).
    """
    logits, targets = full_precision(logits), full_precision(targets)
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return reduce(masked_mean(entropy, mask), reduction)


def mae_loss(
    logits: Tensor, targets: Tensor, mask: Tensor | None = None, reduction: Reduction = "mean"
) -> Tensor:
    """Mean absolute error of the probability; see `bce_loss` for arguments and shapes."""
    return reduce(masked_mean(_error(logits, targets).abs(), mask), reduction)


def mse_loss(
    logits: Tensor, targets: Tensor, mask: Tensor | None = None, reduction: Reduction = "mean"
) -> Tensor:
    """Mean squared error of the probability (Brier score); see `bce_loss`."""
    return reduce(masked_mean(_error(logits, targets).square(), mask), reduction)


def smooth_l1_loss(
    logits: Tensor,
    targets: Tensor,
    mask: Tensor | None = None,
    beta: float = 0.5,
    reduction: Reduction = "mean",
) -> Tensor:
    """Smooth L1 of the probability: ``e^2 / (2 beta)`` for ``|e| < beta``, else ``|e| - beta / 2``.

    Args:
        logits: (B, T).
        targets: (B, T) in [0, 1].
        mask: (B, T) bool.
        beta: Where the square becomes a line. An error of a probability never passes 1, so torch's
            default of 1 would be half the squared error and nothing else; 0.5 keeps both parts.
        reduction: Over clips.

    Returns:
        A scalar, or (B,).

    Reference:
        Girshick, Fast R-CNN, ICCV 2015, equation 3.
    """
    error = _error(logits, targets)
    zero = torch.zeros_like(error)
    loss = functional.smooth_l1_loss(error, zero, reduction="none", beta=beta)
    return reduce(masked_mean(loss, mask), reduction)


def _error(logits: Tensor, targets: Tensor) -> Tensor:
    return torch.sigmoid(full_precision(logits)) - full_precision(targets)


class _Pointwise(nn.Module):
    """A loss of frames as a module.

    Shape:
        logits, targets: (B, T)
        boundary: ignored, so that all locator losses are called alike.
        mask: (B, T) bool or `None`
        returns: a scalar, or (B,)
    """

    loss: Callable[..., Tensor]

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__()
        self.reduction: Reduction = reduction

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        boundary: Tensor | None = None,  # noqa: ARG002
        mask: Tensor | None = None,
    ) -> Tensor:
        """See the class."""
        return type(self).loss(logits, targets, mask, reduction=self.reduction)


class BceLoss(_Pointwise):
    """`bce_loss` as a module; `reduction` is over clips."""

    loss = staticmethod(bce_loss)


class MaeLoss(_Pointwise):
    """`mae_loss` as a module; `reduction` is over clips."""

    loss = staticmethod(mae_loss)


class MseLoss(_Pointwise):
    """`mse_loss` as a module; `reduction` is over clips."""

    loss = staticmethod(mse_loss)


class SmoothL1Loss(_Pointwise):
    """`smooth_l1_loss` as a module, with its default `beta`; `reduction` is over clips."""

    loss = staticmethod(smooth_l1_loss)
