"""The epochs of a student: those of `meldae.training`, with the teacher's share of the loss."""

from typing import Any

import torch
from torch import Tensor

from meldae.data import Batch, ClipDataset
from meldae.distill.data import TaughtBatch, TaughtDataset
from meldae.distill.lessons import LOGITS, Lessons
from meldae.distill.losses import binary_divergence, similarity_loss
from meldae.distill.settings import DistillConfig
from meldae.output import MeldaeOutput
from meldae.training.loop import Loop


class DistillLoop(Loop):
    """One student's training.

    Args:
        *args: As for `Loop`.
        lessons: Of the training clips.
        how: How much they count.
    """

    parts: tuple[str, ...] = (*Loop.parts, "taught")

    def __init__(self, *args: Any, lessons: Lessons, how: DistillConfig) -> None:
        super().__init__(*args)
        self._lessons, self._how = lessons, how
        self._features: list[Tensor] = []
        if how.feature_weight:
            self.bare.locator.register_forward_pre_hook(self._keep)

    def fit(self, data: ClipDataset) -> None:
        """See `Loop`."""
        super().fit(
            TaughtDataset(
                self.dataset,
                data.clips,
                data.store,
                self._lessons,
                scheme=data.scheme,
                macro=data.macro,
            )
        )

    def _keep(self, _: object, given: tuple[Tensor, ...]) -> None:
        self._features = [given[0]]

    def _losses(self, output: MeldaeOutput, batch: Batch, mask: Tensor | None) -> dict[str, Tensor]:
        assert isinstance(batch, TaughtBatch)  # noqa: S101 - see fit
        parts, how = super()._losses(output, batch, mask), self._how
        frame, me, state = batch.lessons[..., :LOGITS].unbind(-1)
        taught = how.frame_weight * binary_divergence(
            output.frame_logits, frame, how.temperature, mask
        )
        for ours, theirs in ((output.me_logits, me), (output.state_logits, state)):
            # What the teacher said of the looks that the window's frames were in.
            said = (theirs * batch.mask).sum(1) / batch.mask.sum(1)
            taught = taught + how.clip_weight * binary_divergence(ours, said, how.temperature)
        if how.feature_weight:
            theirs = batch.lessons[..., LOGITS:]
            taught = taught + how.feature_weight * similarity_loss(self._features[0], theirs, mask)
        total = how.truth_weight * parts["total"] + taught
        return parts | {"total": total, "taught": taught.detach() + torch.zeros_like(total)}
