"""Cross-entropy that looks at onsets and offsets, and BAL, the paper's localisation loss."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from meldae.losses.overlap import focal_tversky_loss
from meldae.losses.reduction import Reduction, full_precision, masked_mean, reduce


def boundary_loss(
    logits: Tensor,
    targets: Tensor,
    boundary: Tensor | None = None,
    mask: Tensor | None = None,
    weight: float = 10.0,
    reduction: Reduction = "mean",
) -> Tensor:
    """L_boundary (the paper, equation 3): cross-entropy, weighted on onset and offset frames.

    Args:
        logits: (B, T).
        targets: (B, T) in [0, 1].
        boundary: (B, T) bool, annotated onset and offset frames; `find_boundaries` when `None`.
        mask: (B, T) bool.
        weight: W_boundary.
        reduction: Over clips.

    Returns:
        A scalar, ``(1 / T) sum_i w_i BCE_i`` per clip, the mean over clips; or (B,).
    """
    logits, targets = full_precision(logits), full_precision(targets)
    if boundary is None:
        boundary = find_boundaries(targets)
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    loss = entropy * (1 + (weight - 1) * boundary.to(entropy.dtype))
    return reduce(masked_mean(loss, mask), reduction)


def find_boundaries(targets: Tensor) -> Tensor:
    """First and last frame of every run of ones; a run cut by the clip's edge has no boundary there.

    Args:
        targets: (B, T), an ME where above 0.5.

    Returns:
        (B, T) bool.
    """
    inside = targets > 0.5
    edge = torch.zeros_like(inside)
    edge[..., 1:] |= inside[..., 1:] & ~inside[..., :-1]
    edge[..., :-1] |= inside[..., :-1] & ~inside[..., 1:]
    return edge


class BoundaryAwareLoss(nn.Module):
    """BAL, the paper's localisation loss: ``L_overlap + lambda L_boundary`` (equation 2).

    Args:
        boundary_lambda: Lambda, 1.0 in the paper (table 4).
        boundary_weight: W_boundary, 10 in the paper.
        alpha: See `focal_tversky_loss`.
        beta: See `focal_tversky_loss`.
        gamma: See `focal_tversky_loss`.
        reduction: Over clips.

    Shape:
        logits, targets: (B, T)
        boundary, mask: (B, T) bool or `None`
        returns: a scalar, or (B,)

    Example:
        >>> loss = BoundaryAwareLoss()
        >>> perfect = loss(torch.tensor([[-40.0, 40, 40, -40]]), torch.tensor([[0.0, 1, 1, 0]]))
        >>> bool(perfect < 1e-4)
        True
    """

    def __init__(
        self,
        boundary_lambda: float = 1.0,
        boundary_weight: float = 10.0,
        alpha: float = 0.7,
        beta: float = 0.3,
        gamma: float = 4 / 3,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__()
        self.boundary_lambda, self.boundary_weight = boundary_lambda, boundary_weight
        self.alpha, self.beta, self.gamma = alpha, beta, gamma
        self.reduction: Reduction = reduction

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        boundary: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """See the class."""
        overlap = focal_tversky_loss(
            logits,
            targets,
            mask,
            self.alpha,
            self.beta,
            self.gamma,
            reduction=self.reduction,
        )
        edges = boundary_loss(logits, targets, boundary, mask, self.boundary_weight, self.reduction)
        return overlap + self.boundary_lambda * edges
