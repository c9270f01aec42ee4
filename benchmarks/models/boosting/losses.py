"""``0.9 * squared error of the score + 0.1 * weighted cross-entropy of the class``, frame by frame.

Reference:
    BoostingVRME's program; the two shares come from SFAMNet (2024).
"""

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.models.boosting.targets import LEFT_OUT

SPOT_SHARE = 0.9


def spot_loss(scores: Tensor, spot: Tensor, mask: Tensor) -> Tensor:
    """Mean squared error over the frames of a mask.

    Args:
        scores: Shape (B, T), in [0, 1].
        spot: Shape (B, T), 0 or 1.
        mask: Shape (B, T), 1 for frames that exist.
    """
    return ((scores - spot).square() * mask).sum() / mask.sum().clamp(min=1)


def emotion_loss(logits: Tensor, classes: Tensor, mask: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean cross-entropy over the frames of a mask that have a class.

    Args:
        logits: Shape (B, T, K).
        classes: Shape (B, T), `LEFT_OUT` where there is none.
        mask: Shape (B, T).
        weights: Shape (K,).

    Returns:
        0 where no frame counts.
    """
    chosen = torch.where(mask > 0, classes, LEFT_OUT)
    each = functional.cross_entropy(
        logits.flatten(0, 1), chosen.flatten(), weights, ignore_index=LEFT_OUT, reduction="none"
    )
    counted = chosen.flatten() != LEFT_OUT
    total = weights[chosen.flatten()[counted]].sum()
    return each.sum() / total.clamp(min=torch.finfo(total.dtype).tiny)


def joint_loss(
    scores: Tensor,
    logits: Tensor | None,
    spot: Tensor,
    classes: Tensor,
    mask: Tensor,
    weights: Tensor,
) -> Tensor:
    """Both, by their shares; spotting's alone without logits. Arguments as above."""
    spotting = spot_loss(scores, spot, mask)
    if logits is None:
        return spotting
    return SPOT_SHARE * spotting + (1 - SPOT_SHARE) * emotion_loss(logits, classes, mask, weights)
