"""Focal loss, of clips: L_ME and L_State."""

import torch
from torch import Tensor
from torch.nn import functional

from meldae.losses.reduction import Reduction, full_precision, reduce


def focal_loss(
    logits: Tensor,
    targets: Tensor,
    alpha: float = 0.25,
    gamma: float = 2.0,
    mask: Tensor | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Focal loss, averaged over the elements that count.

    ``-a (1 - p)^gamma log(p)`` of the true class's probability p; a is `alpha` for positives and
    ``1 - alpha`` for negatives.

    Args:
        logits: Any shape.
        targets: Same shape, in [0, 1].
        alpha: Weight of positives, in [0, 1].
        gamma: How much easy examples are damped; 0 gives weighted cross-entropy.
        mask: Same shape, bool: which elements count; all when `None`.
        reduction: Over elements. With ``"none"`` what does not count is 0.

    Returns:
        A scalar, 0 when nothing counts; or the shape of `logits`.

    Reference:
        Lin et al., Focal Loss for Dense Object Detection, ICCV 2017, equation 5.
    """
    logits, targets = full_precision(logits), full_precision(targets)
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    wrong = torch.sigmoid(logits) * (1 - targets) + torch.sigmoid(-logits) * targets
    weight = alpha * targets + (1 - alpha) * (1 - targets)
    loss = weight * wrong.pow(gamma) * entropy
    if mask is None:
        return reduce(loss, reduction)
    loss = loss.masked_fill(~mask, 0.0)
    if reduction != "mean":
        return reduce(loss, reduction)
    return loss.sum() / mask.sum().clamp_min(1).to(loss.dtype)
