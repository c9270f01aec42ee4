r"""Self-training on a target without labels, beside the source with labels.

    source window, labels ──► student ──► the run's loss
    target window ──► teacher ──► sure frames ──┐
           └─ changed ──► student ──────────────┴──► the run's localisation loss on sure frames
                 teacher = moving average of the student

After French et al. (2018, self-ensembling: an averaged teacher, an augmented student) with class-balanced
choice of pseudo-labels (Zou et al., 2018): the teacher's highest-scored frames, as large a share as is
inside an ME in the source, are taken for an ME, the lowest `sure` share for none, the others for nothing. A
fixed threshold on confidence, or entropy alone (Wang et al., 2021, TENT), takes everything for "none" where
one frame in twenty is positive.

Everything random follows from the seed; the number of epochs is fixed, since there is no label to stop by.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from meldae.adapt.settings import AdaptConfig
from meldae.data import Batch, ClipDataset, Window
from meldae.inference import score_frames
from meldae.model import Meldae
from meldae.settings import TrainingConfig
from meldae.store import Progress
from meldae.training.average import WeightAverage
from meldae.training.optimizer import make_loss, make_optimizer, set_rate
from meldae.transforms import Augmentation, augment, draw_changes

_CLIPS_AT_ONCE = 16


@dataclass(frozen=True)
class Limits:
    """Which teacher scores (logits) are taken for a label.

    Args:
        inside: At or above it, an ME.
        outside: At or below it, none.
    """

    inside: float
    outside: float


def find_limits(logits: Tensor, share: float, sure: float) -> Limits:
    """Limits by rank, so that the share of pseudo-positives is that of the source.

    Args:
        logits: (N,) the teacher's, of the target's frames.
        share: Of frames inside an ME in the source, in (0, 1).
        sure: Share of frames taken for none.
    """
    # torch.quantile refuses more than 16 million values.
    inside, outside = np.quantile(logits.double().numpy(), [1 - share, min(sure, 1 - share)])
    return Limits(float(inside), float(outside))


def pseudo_labels(logits: Tensor, limits: Limits) -> tuple[Tensor, Tensor]:
    """Teacher scores to labels.

    Args:
        logits: (B, T).
        limits: See `find_limits`.

    Returns:
        Inside, (B, T) float, and which frames are sure, (B, T) bool.
    """
    inside = logits >= limits.inside
    return inside.to(logits.dtype), inside | (logits <= limits.outside)


class SelfTraining:
    """The epochs.

    Args:
        model: Trained on the source; it is changed in place and ends with the teacher's weights.
        source: With labels.
        target: Its labels are not looked at, and a blind view has none.
        training: Of the run: window, loss, rates, augmentation.
        config: How far.
        progress: Told about steps.
    """

    def __init__(
        self,
        model: Meldae,
        source: ClipDataset,
        target: ClipDataset,
        training: TrainingConfig,
        config: AdaptConfig,
        progress: Progress | None = None,
    ) -> None:
        self.model, self.source, self.target = model, source, target
        self.training, self.config, self.progress = training, config, progress
        self.average = WeightAverage(model, config.teacher)
        self.teacher = copy.deepcopy(model).eval().requires_grad_(False)
        self.loss = make_loss(training)
        self.changes = Augmentation.of_settings(training)
        self.optimizer = make_optimizer(model, training)
        for group in self.optimizer.param_groups:
            group["peak"] *= config.rate
        self.device = next(model.parameters()).device
        windows = source.n_frames / training.window
        self.steps = max(1, round(windows / training.batch_size))

    def run(self) -> list[dict[str, float]]:
        """All epochs.

        Returns:
            Per epoch the mean losses, and the share of frames that were taken for an ME.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.config.seed)
            history = [self._epoch(number) for number in range(self.config.epochs)]
        self.model.load_state_dict(self.average.weights(self.model))
        self.model.eval()
        return history

    def _epoch(self, epoch: int) -> dict[str, float]:
        training, config = self.training, self.config
        rng = np.random.default_rng([config.seed, 17, epoch])
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        size = training.batch_size
        learnt = self._windows(self.source, rng, training.me_share)
        seen = self._windows(self.target, rng, 0.0)
        limits = self._limits()
        sums = np.zeros(3)
        self.model.train()
        for step in range(self.steps):
            set_rate(self.optimizer, (epoch + step / self.steps) / config.epochs, 0.1)
            place = slice(step * size, (step + 1) * size)
            known = self._known(self.source.collate(learnt[place]).to(self.device), generator)
            other = self.target.collate(seen[place]).to(self.device)
            guessed, share = self._guessed(other, limits, generator)
            self.optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(known + config.target_weight * guessed)
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), training.clip_norm)
            self.optimizer.step()
            self.average.update(self.model)
            self.teacher.load_state_dict(self.average.weights(self.model))
            sums += [known.item(), guessed.item(), share]
            if self.progress is not None:
                done = epoch * self.steps + step + 1
                self.progress("adapting", done, self.steps * config.epochs)
        names = ("loss_source", "loss_target", "pseudo_positive")
        means = (sums / self.steps).tolist()
        return {name: round(value, 6) for name, value in zip(names, means, strict=True)}

    def _windows(
        self, data: ClipDataset, rng: np.random.Generator, me_share: float
    ) -> list[Window]:
        """Enough for the steps of an epoch."""
        wanted = self.steps * self.training.batch_size
        windows: list[Window] = []
        while len(windows) < wanted:
            windows += data.plan_epoch(rng, self.training.window, me_share)
        return windows[:wanted]

    def _limits(self) -> Limits:
        """From the teacher's scores of all of the target, and the source's share of ME frames."""
        share = float(np.concatenate([one.inside for one in self.source.targets]).mean())
        found = []
        for start in range(0, len(self.target.clips), _CLIPS_AT_ONCE):
            some = self.target.clips[start : start + _CLIPS_AT_ONCE]
            frames = [self.target.store.frames(clip.clip_id) for clip in some]
            window, overlap = self.training.window, self.training.overlap
            found += [one[0] for one in score_frames(self.teacher, frames, window, overlap)]
        logits = torch.from_numpy(np.concatenate(found))
        return find_limits(logits, min(max(share, 1e-3), 0.5), self.config.sure)

    def _known(self, batch: Batch, generator: torch.Generator) -> Tensor:
        mask = batch.mask
        output = self.model(self._changed(batch.frames, generator), mask)
        parts: dict[str, Tensor] = self.loss(
            output, batch.has_me, batch.speaking, batch.inside, batch.boundary, mask
        )
        return parts["total"]

    def _guessed(
        self, batch: Batch, limits: Limits, generator: torch.Generator
    ) -> tuple[Tensor, float]:
        """The student's loss on what the teacher is sure of, and the share that it takes for an ME."""
        frames = batch.frames if batch.frames.dtype == torch.uint8 else batch.frames.float()
        with torch.no_grad():
            inside, sure = pseudo_labels(self.teacher(frames, batch.mask).frame_logits, limits)
        logits = self.model(self._changed(batch.frames, generator), batch.mask).frame_logits
        # No weight on guessed boundaries: where an ME begins is what the teacher knows least.
        nowhere = torch.zeros_like(sure)
        loss: Tensor = self.loss.locator(logits, inside, nowhere, sure & batch.mask)
        return loss, inside[batch.mask].mean().item()

    def _changed(self, frames: Tensor, generator: torch.Generator) -> Tensor:
        ready = frames if frames.dtype == torch.uint8 else frames.float()
        if self.changes is None:
            return ready
        return augment(ready, draw_changes(len(ready), self.changes, generator))
