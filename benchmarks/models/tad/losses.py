"""Losses of the two heads."""

import torch
from torch import Tensor
from torch.nn import functional


def focal_loss(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Focal loss of each element, unreduced.

    ``- alpha_t (1 - p_t)^gamma log(p_t)`` with ``p_t`` the probability said of the truth.

    Args:
        logits: Any shape.
        targets: Same shape, 0 or 1.
        alpha: Weight of the positives; the negatives have ``1 - alpha``.
        gamma: How much easy elements are played down.

    Reference:
        Lin et al., Focal Loss for Dense Object Detection, ICCV 2017, equation 5.
    """
    plain = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    probability = torch.sigmoid(logits)
    of_truth = probability * targets + (1 - probability) * (1 - targets)
    weight = alpha * targets + (1 - alpha) * (1 - targets)
    return weight * (1 - of_truth) ** gamma * plain


def iou_1d(said: Tensor, true: Tensor) -> Tensor:
    """Intersection over union of spans that share a point.

    Args:
        said: Shape (N, 2), distances to the left and to the right end, not negative.
        true: Likewise.

    Returns:
        Shape (N,), in [0, 1].
    """
    common = torch.minimum(said, true).sum(-1)
    union = said.sum(-1) + true.sum(-1) - common
    return common / union.clamp_min(1e-8)


def diou_loss(said: Tensor, true: Tensor) -> Tensor:
    """Distance IoU loss of each pair of spans that share a point, unreduced.

    ``1 - IoU + ((c - c') / e)^2`` with the centres c and c', and e the length of the smallest span that
    holds both: the last term has a slope where the ends disagree but the IoU is flat.

    Args:
        said: Shape (N, 2), distances to the left and to the right end, not negative.
        true: Likewise.

    Returns:
        Shape (N,), in [0, 2).

    Reference:
        Zheng et al., Distance-IoU Loss, AAAI 2020, in one dimension.
    """
    around = torch.maximum(said, true).sum(-1).clamp_min(1e-8)
    apart = 0.5 * ((said[..., 1] - said[..., 0]) - (true[..., 1] - true[..., 0]))
    return 1 - iou_1d(said, true) + (apart / around) ** 2
