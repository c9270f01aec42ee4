"""Losses of MELDAE (the paper, section 4.4): logits in, masks honoured, computed in float32.

    L      = 0.5 L_ME + 0.2 L_State + 1.0 L_loc            focal, focal, BAL
    BAL    = L_overlap + lambda L_boundary                 focal Tversky, weighted cross-entropy

Every loss of frames takes (B, T) tensors and a mask, is taken per clip, and is averaged over clips, so a
short clip weighs as much as a long one. Padded frames count in neither the sums nor T.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from meldae.output import MeldaeOutput

_TINY = 1e-6


def _full(values: Tensor) -> Tensor:
    """float32, or float64 where it was: half precision loses what small losses are made of."""
    return values if values.dtype == torch.float64 else values.float()


def focal_loss(
    logits: Tensor,
    targets: Tensor,
    alpha: float = 0.25,
    gamma: float = 2.0,
    mask: Tensor | None = None,
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

    Returns:
        A scalar; 0 when nothing counts.

    Reference:
        Lin et al., Focal Loss for Dense Object Detection, ICCV 2017, equation 5.
    """
    logits, targets = _full(logits), _full(targets)
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    wrong = torch.sigmoid(logits) * (1 - targets) + torch.sigmoid(-logits) * targets
    weight = alpha * targets + (1 - alpha) * (1 - targets)
    loss = weight * wrong.pow(gamma) * entropy
    if mask is None:
        return loss.mean()
    real = mask.to(loss.dtype)
    return loss.masked_fill(~mask, 0.0).sum() / real.sum().clamp_min(1.0)


def focal_tversky_loss(
    logits: Tensor,
    targets: Tensor,
    mask: Tensor | None = None,
    alpha: float = 0.7,
    beta: float = 0.3,
    gamma: float = 4 / 3,
    smooth: float = 1.0,
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

    Returns:
        A scalar, the mean over clips.

    Reference:
        Abraham and Khan, A Novel Focal Tversky Loss Function, ISBI 2019, equations 3 and 4.
    """
    logits, targets = _full(logits), _full(targets)
    score, missed = torch.sigmoid(logits), torch.sigmoid(-logits)
    hit, lost, false = score * targets, missed * targets, score * (1 - targets)
    if mask is not None:
        hit, lost, false = (part.masked_fill(~mask, 0.0) for part in (hit, lost, false))
    tp, fn, fp = hit.sum(-1), lost.sum(-1), false.sum(-1)
    # 1 - TI written without a subtraction of nearly equal numbers.
    wrong = alpha * fn + beta * fp
    # The slope of x^0.75 at 0 is infinite; below 1e-6 there is nothing left to learn.
    rest = (wrong / (tp + wrong + smooth)).clamp_min(_TINY)
    return rest.pow(1 / gamma).mean()


def boundary_loss(
    logits: Tensor,
    targets: Tensor,
    boundary: Tensor | None = None,
    mask: Tensor | None = None,
    weight: float = 10.0,
) -> Tensor:
    """L_boundary (the paper, equation 3): cross-entropy, weighted on onset and offset frames.

    Args:
        logits: (B, T).
        targets: (B, T) in [0, 1].
        boundary: (B, T) bool, annotated onset and offset frames; `find_boundaries` when `None`.
        mask: (B, T) bool.
        weight: W_boundary.

    Returns:
        A scalar: ``(1 / T) sum_i w_i BCE_i`` per clip, the mean over clips.
    """
    logits, targets = _full(logits), _full(targets)
    if boundary is None:
        boundary = find_boundaries(targets)
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    loss = entropy * (1 + (weight - 1) * boundary.to(entropy.dtype))
    if mask is None:
        return loss.mean(-1).mean()
    length = mask.sum(-1).clamp_min(1).to(loss.dtype)
    return (loss.masked_fill(~mask, 0.0).sum(-1) / length).mean()


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

    Shape:
        logits, targets: (B, T)
        boundary, mask: (B, T) bool or `None`
        returns: a scalar

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
    ) -> None:
        super().__init__()
        self.boundary_lambda, self.boundary_weight = boundary_lambda, boundary_weight
        self.alpha, self.beta, self.gamma = alpha, beta, gamma

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        boundary: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """See the class."""
        overlap = focal_tversky_loss(logits, targets, mask, self.alpha, self.beta, self.gamma)
        edges = boundary_loss(logits, targets, boundary, mask, self.boundary_weight)
        return overlap + self.boundary_lambda * edges


class MeldaeLoss(nn.Module):
    """The weighted sum of the three tasks (equation 1).

    Args:
        me_weight: w1, of the clip's ME class.
        state_weight: w2, of the clip's speaking class.
        loc_weight: w3, of the locator.
        focal_alpha: See `focal_loss`.
        focal_gamma: See `focal_loss`.
        locator: The localisation loss; BAL when `None`.

    Shape:
        has_me, speaking: (B,), `speaking` below 0 where unknown, which then counts in no loss.
        targets: (B, T)
        boundary, mask: (B, T) bool
        returns: scalars by name: ``"total"``, ``"me"``, ``"state"``, ``"loc"``
    """

    def __init__(
        self,
        me_weight: float = 0.5,
        state_weight: float = 0.2,
        loc_weight: float = 1.0,
        focal_alpha: float = 0.25,
        focal_gamma: float = 2.0,
        locator: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.me_weight, self.state_weight, self.loc_weight = me_weight, state_weight, loc_weight
        self.focal_alpha, self.focal_gamma = focal_alpha, focal_gamma
        self.locator = BoundaryAwareLoss() if locator is None else locator

    def forward(
        self,
        output: MeldaeOutput,
        has_me: Tensor,
        speaking: Tensor,
        targets: Tensor,
        boundary: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """See the class."""
        alpha, gamma = self.focal_alpha, self.focal_gamma
        known = speaking >= 0
        me = focal_loss(output.me_logits, has_me, alpha, gamma)
        state = focal_loss(output.state_logits, speaking.clamp_min(0), alpha, gamma, known)
        loc: Tensor = self.locator(output.frame_logits, targets, boundary, mask)
        total = self.me_weight * me + self.state_weight * state + self.loc_weight * loc
        return {"total": total, "me": me, "state": state, "loc": loc}
