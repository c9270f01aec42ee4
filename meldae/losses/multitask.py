"""The weighted sum of the three tasks (the paper, equation 1), and of the emotion beyond the paper."""

from torch import Tensor, nn

from meldae.losses.boundary import BoundaryAwareLoss
from meldae.losses.emotion import emotion_loss
from meldae.losses.focal import focal_loss
from meldae.output import MeldaeOutput


class MeldaeLoss(nn.Module):
    """The weighted sum of the three tasks (equation 1).

    Args:
        me_weight: w1, of the clip's ME class.
        state_weight: w2, of the clip's speaking class.
        loc_weight: w3, of the locator.
        focal_alpha: See `focal_loss`.
        focal_gamma: See `focal_loss`.
        locator: The localisation loss; BAL when `None`.
        emotion_weight: Of the emotion, where the model has that head.

    `class_weights`, (K,) or `None`, are factors of the emotion classes.

    Shape:
        has_me, speaking: (B,), `speaking` below 0 where unknown, which then counts in no loss.
        targets: (B, T)
        boundary, mask: (B, T) bool
        segments: (N, 4), see `meldae.losses.emotion`; of a model with an emotion head.
        macro: (B, T), 1 inside a macro-expression; of a model with a locator for them.
        macro_boundary: (B, T) bool
        returns: scalars by name: ``"total"``, ``"me"``, ``"state"``, ``"loc"``, with segments
            ``"emotion"``, with a second locator ``"macro"``, which weighs as the first one does and is 0
            where its targets are unknown
    """

    def __init__(
        self,
        me_weight: float = 0.5,
        state_weight: float = 0.2,
        loc_weight: float = 1.0,
        focal_alpha: float = 0.25,
        focal_gamma: float = 2.0,
        locator: nn.Module | None = None,
        emotion_weight: float = 0.0,
    ) -> None:
        super().__init__()
        self.me_weight, self.state_weight, self.loc_weight = me_weight, state_weight, loc_weight
        self.focal_alpha, self.focal_gamma = focal_alpha, focal_gamma
        self.locator = BoundaryAwareLoss() if locator is None else locator
        self.emotion_weight = emotion_weight
        self.class_weights: Tensor | None = None

    def forward(
        self,
        output: MeldaeOutput,
        has_me: Tensor,
        speaking: Tensor,
        targets: Tensor,
        boundary: Tensor | None = None,
        mask: Tensor | None = None,
        segments: Tensor | None = None,
        macro: Tensor | None = None,
        macro_boundary: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """See the class."""
        alpha, gamma = self.focal_alpha, self.focal_gamma
        known = speaking >= 0
        me = focal_loss(output.me_logits, has_me, alpha, gamma)
        state = focal_loss(output.state_logits, speaking.clamp_min(0), alpha, gamma, known)
        loc: Tensor = self.locator(output.frame_logits, targets, boundary, mask)
        total = self.me_weight * me + self.state_weight * state + self.loc_weight * loc
        parts = {"total": total, "me": me, "state": state, "loc": loc}
        if output.emotions is not None and segments is not None:
            parts["emotion"] = emotion_loss(output.emotions, segments, self.class_weights)
            parts["total"] = parts["total"] + self.emotion_weight * parts["emotion"]
        if output.macro_logits is not None:
            if macro is None:
                # Every process has to reach every parameter.
                parts["macro"] = 0.0 * output.macro_logits.sum()
            else:
                parts["macro"] = self.locator(output.macro_logits, macro, macro_boundary, mask)
            parts["total"] = parts["total"] + self.loc_weight * parts["macro"]
        return parts
