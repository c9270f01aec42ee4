"""A temporal action detector as a spotter.

    face crop ──► region motion ──► steps of about 1/30 s ──► detector ──► points ──► soft-NMS ──► threshold
                  (shared, cached)                                 validation: epoch ┘                 └ too

It says nothing about the speaking state: ``p_state`` stays undefined. Emotions come from a linear SVM on
the region motion of the interval (`benchmarks.models.tad.emotions`), not from the network.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from benchmarks.features.frames import CHANNELS, RegionMotion, Regions, mirrored
from benchmarks.features.store import FeatureStore
from benchmarks.models.base import FitContext, Progress, Recogniser, Spotter
from benchmarks.models.emotion_svm import EmotionSide, clips_of_samples, in_order
from benchmarks.models.options import Options, read_options
from benchmarks.models.svm import Sigmoid, fit_sigmoid
from benchmarks.models.tad.candidates import (
    Candidates,
    Suppression,
    Truth,
    choose_threshold,
    find_candidates,
)
from benchmarks.models.tad.emotions import pooled
from benchmarks.models.tad.grid import frames_to_position, stride_of, to_steps
from benchmarks.models.tad.network import Detector, NetworkConfig, Pyramid
from benchmarks.models.tad.points import make_points, spans_of
from benchmarks.models.tad.training import Sequence1d, TrainingConfig, padded, train
from benchmarks.models.validation import training_and_validation
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample
from wdmd_tools.predictions import ClipPrediction, Recognition

Float = npt.NDArray[np.float32]


class TadOptions(Options):
    """Settings of the temporal detectors.

    Args:
        regions: Rows and columns of the feature grid.
        rate: Steps per second, about; frames of faster films are averaged to it.
        dim: Channels of the network.
        levels: Of the pyramid.
        stem: Attention blocks before the pyramid; ActionFormer only.
        dropout: In the network.
        epochs: Passes over the training clips.
        batch: Clips per step.
        learning_rate: The largest.
        min_ms: Shortest segment.
        max_ms: Longest segment.
        threads: Of torch; all that the job has when `None`.
    """

    regions: int = Field(default=10, ge=1, le=20)
    rate: float = Field(default=30.0, gt=0)
    dim: int = Field(default=96, ge=8)
    levels: int = Field(default=4, ge=1, le=8)
    stem: int = Field(default=1, ge=0, le=6)
    dropout: float = Field(default=0.2, ge=0, lt=1)
    epochs: int = Field(default=30, ge=1)
    batch: int = Field(default=8, ge=1)
    learning_rate: float = Field(default=1e-3, gt=0)
    min_ms: float = Field(default=66.0, ge=0)
    max_ms: float = Field(default=1000.0, gt=0)
    threads: int | None = Field(default=None, ge=1)


@dataclass(frozen=True)
class _Checked:
    """A validation clip, ready to be judged again and again."""

    clip: Clip
    features: Float
    truth: Truth


class TadSpotter(Spotter, Recogniser):
    """What the temporal detectors share; `pyramid` says which one it is."""

    pyramid: Pyramid = "max"
    name = "tad"

    def __init__(self) -> None:
        self.options = TadOptions()
        self._context: FitContext | None = None
        self._network: Detector | None = None
        self._scale = np.ones(CHANNELS, np.float32)
        self._sigmoid = Sigmoid()
        self._threshold = 0.0
        self._emotions = EmotionSide(self._descriptors)
        self._facts: dict[str, Any] = {}

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Train on the training split; epoch, threshold and the clip's sigmoid come from the validation.

        Raises:
            ManifestError: The training split has no ME.
        """
        self.options = options = read_options(TadOptions, context.options, self.name)
        self._context = context
        if options.threads is not None:
            import torch

            torch.set_num_threads(options.threads)
        learn, check = training_and_validation(dataset, context.seed)
        if not any(clip.has_me for clip in learn):
            raise ManifestError(f"{dataset.root}: no micro-expression in the training split")
        raw = list(self._each(dataset, learn, context.progress))
        self._scale = _scale_of([motion for _, motion in raw])
        clips = [self._sequence(dataset, clip, motion) for clip, motion in raw]
        held = [
            _Checked(clip, self._steps(clip, motion), _truth(dataset, clip))
            for clip, motion in self._each(dataset, check, context.progress)
        ]

        def judge(network: Detector) -> tuple[float, tuple[float, list[Candidates]]]:
            said = self._say(network, [(one.clip, one.features) for one in held])
            threshold, value = choose_threshold(said, [one.truth for one in held])
            return value, (threshold, said)

        network = NetworkConfig(
            inputs=CHANNELS * options.regions**2,
            pyramid=self.pyramid,
            dim=options.dim,
            levels=options.levels,
            stem=options.stem,
            dropout=options.dropout,
        )
        how = TrainingConfig(epochs=options.epochs, batch=options.batch, rate=options.learning_rate)
        self._network, (self._threshold, said), facts = train(
            clips,
            network,
            how,
            context.seed,
            judge,
            lambda done, total: context.progress("epochs", done, total),
        )
        self._sigmoid = fit_sigmoid(
            [_logit(one.best) for one in said], [one.truth.has_me for one in held]
        )
        self._facts = {
            **facts,
            "threshold": self._threshold,
            "train_clips": len(clips),
            "validation_clips": len(held),
        }
        if context.emotions is not None:
            self._emotions.fit(dataset, context.emotions, context.seed)
            self._facts |= self._emotions.facts

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Detect in the clips of a split."""
        if self._context is None or self._network is None:
            raise ValueError("Expected `fit` before `predict`.")
        found = []
        for clip, motion in self._each(
            dataset, list(dataset.iter_clips(split)), self._context.progress
        ):
            (one,) = self._say(self._network, [(clip, self._steps(clip, motion))])
            found.append(
                ClipPrediction(
                    clip.clip_id,
                    segments=one.above(self._threshold),
                    frame_scores=one.frame_scores,
                    p_me=float(self._sigmoid(_logit(one.best))),
                )
            )
        return found

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """The class with the largest margin for the pooled motion of each interval."""
        return self._emotions.recognise(dataset, samples)

    def _descriptors(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> Float:
        if self._context is None:
            raise ValueError("Expected `fit` before `recognise`.")
        clips = clips_of_samples(dataset, samples)
        features = self._each(dataset, clips, self._context.progress)
        return in_order(
            samples, features, lambda _, motion, one: pooled(motion, one.interval, self._scale)
        )

    def describe(self) -> dict[str, Any]:
        """Epoch, threshold, size, and how it did on the validation split."""
        return self._facts

    def _each(
        self, dataset: Dataset, clips: Sequence[Clip], progress: Progress
    ) -> Iterator[tuple[Clip, Regions]]:
        if self._context is None:
            raise ValueError("Expected `fit` first.")
        regions = self.options.regions
        store = FeatureStore(
            self._context.cache_dir, lambda fps: RegionMotion(fps, regions=regions), progress
        )
        return store.each(dataset, clips)

    def _stride(self, clip: Clip) -> int:
        return stride_of(clip.fps, self.options.rate)

    def _steps(self, clip: Clip, motion: Regions) -> Float:
        flat = (motion.astype(np.float32) / self._scale).reshape(len(motion), -1)
        return to_steps(flat, self._stride(clip))

    def _sequence(self, dataset: Dataset, clip: Clip, motion: Regions) -> Sequence1d:
        stride = self._stride(clip)
        references = tuple(
            (frames_to_position(one.start_ms, stride), frames_to_position(one.end_ms, stride))
            for one in dataset.reference_intervals(clip.clip_id)
        )
        other = self._steps(clip, mirrored(motion))
        return Sequence1d(self._steps(clip, motion), other, references)

    def _say(
        self, network: Detector, clips: Sequence[tuple[Clip, Float]], at_once: int = 16
    ) -> list[Candidates]:
        """Candidates of clips, in their order."""
        import torch

        levels = self.options.levels
        limits = Suppression(min_ms=self.options.min_ms, max_ms=self.options.max_ms)
        found = []
        network.eval()
        for first in range(0, len(clips), at_once):
            part = clips[first : first + at_once]
            features, mask = padded([one for _, one in part], levels)
            with torch.inference_mode():
                logits, distances, real = network(features, mask)
                spans = spans_of(make_points(features.shape[2], levels), distances)
                scores = torch.sigmoid(logits)
            for row, (clip, _) in enumerate(part):
                found.append(
                    find_candidates(
                        spans[row, real[row]].double().numpy(),
                        scores[row, real[row]].double().numpy(),
                        self._stride(clip),
                        clip.n_frames,
                        clip.fps,
                        limits,
                    )
                )
        return found


def _scale_of(motions: Sequence[Regions]) -> Float:
    """Spread of each channel over all training frames and regions, so that a mirror changes nothing."""
    squares = sum(
        (np.square(one.astype(np.float64)).sum((0, 1, 2)) for one in motions), np.zeros(CHANNELS)
    )
    count = sum(one[..., 0].size for one in motions)
    return np.maximum(np.sqrt(squares / max(1, count)), 1e-3).astype(np.float32)


def _truth(dataset: Dataset, clip: Clip) -> Truth:
    return Truth(
        dataset.reference_intervals(clip.clip_id),
        dataset.speaking_by_frame(clip.clip_id),
        clip.has_me,
    )


def _logit(score: float) -> float:
    inside = min(max(score, 1e-6), 1 - 1e-6)
    return float(np.log(inside / (1 - inside)))
