"""The adapter ``shared``: an encoder of frames with MELDAE's Bi-LSTM, heads, loss and optimiser.

Loss, optimiser, rates over time, weights averaged over steps and share of windows around an ME are those of
MELDAE's preset ``nano``; so are the widths of Bi-LSTM and heads.
"""

import copy
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from torch import Tensor

from benchmarks.models.adapters.decided import Decisions, Scored
from benchmarks.models.adapters.shared_network import FrameEncoder, SharedNetwork
from benchmarks.models.base import FitContext
from benchmarks.models.options import Options
from benchmarks.models.validation import training_and_validation
from meldae.decode import Decoding, ScoredClip, best_threshold
from meldae.losses import MeldaeLoss
from meldae.targets import ClipTargets, clip_targets
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.predictions import ClipPrediction

UInt8 = npt.NDArray[np.uint8]


class FrameModel(ABC):
    """What the adapter needs of a model."""

    @abstractmethod
    def pictures(
        self, dataset: Dataset, clips: Sequence[Clip], context: FitContext
    ) -> dict[str, UInt8]:
        """Pictures of clips, by clip id: shape (T, ...)."""

    @abstractmethod
    def learn_scale(self, pictures: Sequence[UInt8]) -> None:
        """Take what `frames` needs to know from the training clips."""

    @abstractmethod
    def frames(self, pictures: UInt8, fps: float, generator: np.random.Generator | None) -> Tensor:
        """Pictures as the encoder takes them, shape (T, S, S).

        Args:
            pictures: Shape (T, ...).
            fps: Frames per second.
            generator: For what is random in training; `None` when nothing is to be learnt.
        """

    @abstractmethod
    def encoder(self) -> FrameEncoder:
        """A fresh one."""


class SharedOptions(Options):
    """Settings of the adapter.

    Args:
        epochs: Passes over the training frames.
        batch: Windows per step.
        window: Frames of a training window.
        rate: Learning rate of AdamW.
        decay: Its weight decay.
        average: Of the weights, per step.
        me_share: Share of the windows that are laid over an ME.
        step_ms: How far back a frame is compared with.
        check_every: Epochs between looks at the validation split.
    """

    epochs: int = Field(default=24, ge=1)
    batch: int = Field(default=4, ge=1)
    window: int = Field(default=96, ge=8)
    rate: float = Field(default=3e-3, gt=0)
    decay: float = Field(default=0.05, ge=0)
    average: float = Field(default=0.95, ge=0, lt=1)
    me_share: float = Field(default=0.5, ge=0, le=1)
    step_ms: float = Field(default=66.7, gt=0)
    check_every: int = Field(default=3, ge=1)


class SharedAdapter:
    """Spots with a `FrameModel`.

    Args:
        model: Which.
        options: See `SharedOptions`.
    """

    def __init__(self, model: FrameModel, options: SharedOptions) -> None:
        self.model, self.options = model, options
        self._network: SharedNetwork | None = None
        self._decisions: Decisions | None = None
        self._facts: dict[str, Any] = {}

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Train on the training split, choose epoch and decoding on the validation split.

        Raises:
            ManifestError: The training split has no ME.
        """
        options = self.options
        train, check = training_and_validation(dataset, context.seed)
        if not any(clip.has_me for clip in train):
            raise ManifestError(f"{dataset.root}: no micro-expression in the training split")
        pictures = self.model.pictures(dataset, train, context)
        self.model.learn_scale(list(pictures.values()))
        targets = {clip.clip_id: clip_targets(dataset, clip) for clip in train}
        held = self.model.pictures(dataset, check, context)
        generator = np.random.default_rng([context.seed, 31])
        begin = time.perf_counter()
        with torch.random.fork_rng():
            torch.manual_seed(context.seed)
            network = SharedNetwork(self.model.encoder(), 64, 64, 0.0).to(_device())
            kept = _Kept(network, options.average)
            optimizer = torch.optim.AdamW(
                network.parameters(), options.rate, weight_decay=options.decay
            )
            loss = MeldaeLoss()
            count = sum(clip.n_frames for clip in train)
            steps = max(1, round(count / (options.window * options.batch)))
            for epoch in range(1, options.epochs + 1):
                network.train()
                for index in range(steps):
                    done = ((epoch - 1) * steps + index) / (steps * options.epochs)
                    for group in optimizer.param_groups:
                        group["lr"] = options.rate * _share_of_rate(done)
                    chosen = self._batch(train, generator)
                    total = self._loss(network, loss, chosen, pictures, targets, generator)
                    optimizer.zero_grad(set_to_none=True)
                    torch.autograd.backward(total)
                    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                    optimizer.step()
                    kept.update(network)
                context.progress("epochs", epoch, options.epochs)
                if epoch % options.check_every == 0 or epoch == options.epochs:
                    scored = self._score(kept.average, check, held)
                    kept.judge(_value(dataset, scored), epoch)
        self._network = kept.best
        self._decisions = Decisions.choose(dataset, self._score(kept.best, check, held))
        self._facts = {
            "parameters": sum(one.numel() for one in network.parameters()),
            "training_seconds": round(time.perf_counter() - begin, 1),
            "epoch": kept.epoch,
        }

    def predict(self, dataset: Dataset, split: str, context: FitContext) -> list[ClipPrediction]:
        """Score and decode the clips of a split."""
        if self._network is None or self._decisions is None:
            raise ValueError("Expected `fit` before `predict`.")
        found = []
        clips = list(dataset.iter_clips(split))
        for done, clip in enumerate(clips):
            pictures = self.model.pictures(dataset, [clip], context)
            (scored,) = self._score(self._network, [clip], pictures)
            found.append(self._decisions.predict(scored))
            context.progress("clips", done + 1, len(clips))
        return found

    def describe(self) -> dict[str, Any]:
        """Facts for the result."""
        chosen = {} if self._decisions is None else self._decisions.describe()
        return {**self._facts, **chosen, "adapter": "shared"}

    def _batch(self, clips: Sequence[Clip], generator: np.random.Generator) -> list[Clip]:
        """Clips of one frame rate, so that all look back equally far."""
        step = self._step(clips[int(generator.integers(0, len(clips)))])
        alike = [clip for clip in clips if self._step(clip) == step]
        return [alike[i] for i in generator.integers(0, len(alike), self.options.batch)]

    def _step(self, clip: Clip) -> int:
        return max(1, round(self.options.step_ms * clip.fps / 1000))

    def _loss(
        self,
        network: SharedNetwork,
        loss: MeldaeLoss,
        chosen: Sequence[Clip],
        pictures: dict[str, UInt8],
        targets: dict[str, ClipTargets],
        generator: np.random.Generator,
    ) -> Tensor:
        length, where = self.options.window, _device()
        frames, parts = [], []
        mask = torch.zeros(len(chosen), length, dtype=torch.bool)
        for row, clip in enumerate(chosen):
            truth = targets[clip.clip_id]
            first = self._start(truth, generator)
            index = np.arange(first, min(first + length, len(truth)))
            cut = self.model.frames(pictures[clip.clip_id][index], clip.fps, generator)
            mask[row, : len(cut)] = True
            frames.append(torch.cat([cut, cut[-1:].expand(length - len(cut), -1, -1)]))
            parts.append(truth.take(index))
        said = network(torch.stack(frames).to(where), self._step(chosen[0]), mask.to(where))
        found: Tensor = loss(
            said,
            torch.tensor([one.has_me for one in parts], device=where),
            torch.tensor([one.majority_speaking for one in parts], device=where),
            _padded([one.inside for one in parts], length).to(where),
            _padded([one.boundary for one in parts], length).to(where),
            mask.to(where),
        )["total"]
        return found

    def _start(self, truth: ClipTargets, generator: np.random.Generator) -> int:
        """First frame of a training window: anywhere, or so that the window holds an ME."""
        last = max(0, len(truth) - self.options.window)
        inside = np.flatnonzero(truth.inside)
        if len(inside) and generator.random() < self.options.me_share:
            middle = int(generator.choice(inside))
            return int(np.clip(middle - generator.integers(0, self.options.window), 0, last))
        return int(generator.integers(0, last + 1))

    def _score(
        self, network: SharedNetwork, clips: Sequence[Clip], pictures: dict[str, UInt8]
    ) -> list[Scored]:
        network.eval()
        found = []
        with torch.inference_mode():
            for clip in clips:
                frames = self.model.frames(pictures[clip.clip_id], clip.fps, None)[None]
                said = network(frames.to(_device()), self._step(clip), chunk=64)
                scores = torch.sigmoid(said.frame_logits[0]).float().cpu().numpy()
                me, state = float(said.me_logits[0]), float(said.state_logits[0])
                found.append(Scored(clip, scores, me, state))
        return found


class _Kept:
    """Weights averaged over steps, and the best of them."""

    def __init__(self, network: SharedNetwork, share: float) -> None:
        self.average, self._share = copy.deepcopy(network), share
        self.best, self.epoch, self._value = self.average, 0, -math.inf

    def update(self, network: SharedNetwork) -> None:
        new = network.state_dict()
        for name, old in self.average.state_dict().items():
            if old.is_floating_point():
                old.lerp_(new[name], 1 - self._share)
            else:
                old.copy_(new[name])

    def judge(self, value: float, epoch: int) -> None:
        if value > self._value:
            self._value, self.epoch, self.best = value, epoch, copy.deepcopy(self.average)


def _value(dataset: Dataset, scored: Sequence[Scored]) -> float:
    by_clip = {
        one.clip.clip_id: ScoredClip(
            one.frames,
            dataset.reference_intervals(one.clip.clip_id),
            dataset.speaking_by_frame(one.clip.clip_id),
            one.clip.fps,
        )
        for one in scored
    }
    return best_threshold(by_clip, Decoding())[1]


def _padded(arrays: Sequence[npt.NDArray[Any]], length: int) -> Tensor:
    found = np.zeros((len(arrays), length), dtype=arrays[0].dtype)
    for row, one in enumerate(arrays):
        found[row, : len(one)] = one
    return torch.from_numpy(found)


def _share_of_rate(done: float) -> float:
    """A tenth of the training warms up, then a cosine falls to a hundredth."""
    if done < 0.1:
        return max(done / 0.1, 0.01)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (done - 0.1) / 0.9))


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
