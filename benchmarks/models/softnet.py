"""SOFTNet: three shallow streams on optical flow and strain, a score for every frame, peaks to intervals.

    flow i -> i + k ──► network ──► mean over 2k frames ──► peaks over mean + tau (max - mean) ──► peak +- k

Reference:
    Liong, See and Wong, ICIP 2021; its card (`benchmarks.cards`) lists what differs here.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from benchmarks.features.flow import FlowFeature, stretched
from benchmarks.features.store import FeatureStore
from benchmarks.models.base import FitContext, Recogniser, Spotter
from benchmarks.models.feature_difference import scaled
from benchmarks.models.options import Options, read_options
from benchmarks.models.peaks import PeakRule, Scores, choose_tau, spot_films
from benchmarks.models.svm import Sigmoid, fit_sigmoid
from benchmarks.models.validation import training_and_validation
from meldae.decode import ScoredClip
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample
from wdmd_tools.predictions import ClipPrediction, Recognition

UInt8 = npt.NDArray[np.uint8]
Bool = npt.NDArray[np.bool_]


class SoftNetOptions(Options):
    """Settings of SOFTNet; the defaults are the published ones, but for the flow.

    Args:
        flow: ``"tvl1"`` is the published one, ``"dis"`` some 70 times cheaper.
        epochs: Passes over the training pictures.
        batch: Pictures per step.
        rate: Learning rate.
        keep: Share of the pictures without an ME that is trained on.
        emotion_epochs: Passes over the training samples of emotions.
    """

    flow: Literal["tvl1", "dis"] = "dis"
    epochs: int = Field(default=10, ge=1)
    batch: int = Field(default=12, ge=1)
    rate: float = Field(default=5e-4, gt=0)
    keep: float = Field(default=0.5, gt=0, le=1)
    emotion_epochs: int = Field(default=150, ge=1)


class SoftNetSpotter(Spotter, Recogniser):
    """SOFTNet; it says nothing about the speaking state.

    SOFTNet names no emotion; `benchmarks.models.flow_emotions` does here, from flow of the same kind.
    """

    def __init__(self) -> None:
        self.options = SoftNetOptions()
        self.half_s = 0.0
        self.tau = 0.55
        self._largest = 1.0
        self._sigmoid = Sigmoid()
        self._network: Any = None
        self._emotions: Any = None
        self._context: FitContext | None = None
        self._facts: dict[str, Any] = {}

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Train on the training split, choose tau on the validation split.

        Raises:
            ManifestError: The training split has no ME, or its clips are too short.
        """
        from benchmarks.models.softnet_network import PARAMETERS, train_network

        self.options = options = read_options(SoftNetOptions, context.options, "softnet")
        self._context = context
        train, check = training_and_validation(dataset, context.seed)
        self.half_s = half_duration_s(dataset, train)
        generator = np.random.default_rng([context.seed, 13])
        kept: list[UInt8] = []
        labels: list[Bool] = []
        for clip, pictures in self._store(context).each(dataset, train):
            k = self._k(clip.fps)
            if clip.n_frames <= k:
                continue
            positive = labels_of(dataset, clip, k)
            chosen = positive | (generator.random(len(positive)) < options.keep)
            kept.append(pictures[: len(positive)][chosen])
            labels.append(positive[chosen])
        if not any(one.any() for one in labels):
            raise ManifestError(f"{dataset.root}: the training clips are too short for SOFTNet")
        pictures, truth = augmented(np.concatenate(kept), np.concatenate(labels), generator)
        self._network = train_network(
            pictures,
            truth,
            context.seed,
            options.epochs,
            options.batch,
            options.rate,
            context.progress,
        )
        scores = self._scores(dataset, check)
        scored = {
            clip.clip_id: ScoredClip(
                scores[clip.clip_id].astype(np.float32),
                dataset.reference_intervals(clip.clip_id),
                dataset.speaking_by_frame(clip.clip_id),
                clip.fps,
            )
            for clip in check
        }
        self._largest = max((_peak(one) for one in scores.values()), default=0.0)
        self.tau, value = choose_tau(check, scored, scores, self._rule)
        self._sigmoid = fit_sigmoid(
            [_peak(scores[clip.clip_id]) for clip in check], [clip.has_me for clip in check]
        )
        self._facts = {
            "parameters": PARAMETERS,
            "train_pictures": len(truth),
            "train_positives": int(truth.sum()),
            "validation_objective": round(value, 4),
        }
        if context.emotions is not None:
            from benchmarks.models.flow_emotions import FlowEmotions

            self._emotions = FlowEmotions(options.flow, options.emotion_epochs)
            self._emotions.fit(dataset, context.emotions, context.seed, context.progress)
            self._facts |= self._emotions.facts

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """The emotions of given intervals, from flow between onset and apex."""
        if self._emotions is None:
            raise ValueError("Expected `fit` with emotions before `recognise`.")
        found: list[Recognition] = self._emotions.recognise(dataset, samples)
        return found

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Peaks of the clips of a split, recording by recording."""
        if self._context is None:
            raise ValueError("Expected `fit` before `predict`.")
        clips = list(dataset.iter_clips(split))
        scores = self._scores(dataset, clips)
        found = spot_films(clips, scores, self._rule, self.tau, self._largest)
        return [self._one(clip, scores[clip.clip_id], found[clip.clip_id]) for clip in clips]

    def _one(self, clip: Clip, scores: Scores, segments: Any) -> ClipPrediction:
        by_frame = np.zeros(clip.n_frames, dtype=np.float32)
        by_frame[: len(scores)] = scaled(scores, self._largest)
        return ClipPrediction(
            clip.clip_id,
            segments=segments,
            frame_scores=by_frame,
            p_me=float(self._sigmoid(_peak(scores))),
        )

    def describe(self) -> dict[str, Any]:
        """Size, duration and what was chosen."""
        return {
            **self._facts,
            "flow": self.options.flow,
            "half_ms": round(1000 * self.half_s, 1),
            "tau": self.tau,
        }

    def _k(self, fps: float) -> int:
        # Rounded down, as published; the small term keeps 0.2 s at 30 fps from becoming 5 frames.
        return max(1, int(self.half_s * fps + 1e-6))

    def _rule(self, fps: float, tau: float) -> PeakRule:
        k = self._k(fps)
        return PeakRule(tau, k, k)

    def _store(self, context: FitContext) -> FeatureStore[UInt8]:
        flow = self.options.flow
        return FeatureStore(
            context.cache_dir, lambda fps: FlowFeature(self._k(fps), flow), context.progress
        )

    def _scores(self, dataset: Dataset, clips: list[Clip]) -> dict[str, Scores]:
        """By clip id, shape (T - k,): the last k frames have no frame k later."""
        from benchmarks.models.softnet_network import score

        if self._context is None:
            raise ValueError("Expected `fit` before `predict`.")
        found: dict[str, Scores] = {}
        for clip, pictures in self._store(self._context).each(dataset, clips):
            k = self._k(clip.fps)
            found[clip.clip_id] = aggregated(
                score(self._network, pictures[: max(0, clip.n_frames - k)]), k
            )
        return found


def _peak(scores: Scores) -> float:
    return float(scores.max()) if len(scores) else 0.0


def half_duration_s(dataset: Dataset, clips: list[Clip]) -> float:
    """Half the mean duration of the clips' reference MEs in seconds.

    Raises:
        ManifestError: There is none.
    """
    durations = [
        interval.duration_ms / clip.fps
        for clip in clips
        for interval in dataset.reference_intervals(clip.clip_id)
    ]
    if not durations:
        raise ManifestError(f"{dataset.root}: no micro-expression in the training split")
    return 0.5 * float(np.mean(durations))


def labels_of(dataset: Dataset, clip: Clip, k: int) -> Bool:
    """Whether the frames ``i ... i + k - 1`` share one with a reference, for every i that has a flow.

    Args:
        dataset: With labels.
        clip: Which.
        k: Frames.

    Returns:
        Shape (T - k,).
    """
    found = np.zeros(clip.n_frames - k, dtype=np.bool_)
    for span in dataset.reference_intervals(clip.clip_id):
        found[max(0, span.start_ms - k + 1) : max(0, span.end_ms)] = True
    return found


def aggregated(scores: Scores, k: int) -> Scores:
    """Mean of the 2k scores ``i - k ... i + k - 1``; near the ends, of those that exist.

    Args:
        scores: Shape (N,).
        k: Frames.
    """
    running = np.concatenate([[0.0], np.cumsum(scores)])
    index = np.arange(len(scores))
    first, last = np.maximum(0, index - k), np.minimum(len(scores), index + k)
    return np.asarray((running[last] - running[first]) / np.maximum(1, last - first))


def augmented(pictures: UInt8, labels: Bool, generator: np.random.Generator) -> tuple[UInt8, Bool]:
    """Add to each picture with an ME a mirrored, a blurred (7 x 7) and a noisy one.

    Args:
        pictures: Shape (N, 42, 42, 3).
        labels: Shape (N,).
        generator: Of the noise: normal, variance 0.01 where the picture's range is 0 to 1.

    Returns:
        Pictures, shape (N + 3 * positives, 42, 42, 3), and their labels.
    """
    import cv2

    positive = pictures[labels]
    blurred = np.empty_like(positive)
    noisy = np.empty_like(positive)
    for index, picture in enumerate(positive):
        blurred[index] = stretched(cv2.GaussianBlur(picture.astype(np.float32), (7, 7), 0))
        noise = generator.normal(0, 25.5, picture.shape)
        noisy[index] = stretched(np.clip(picture + noise, 0, 255).astype(np.float32))
    every = np.concatenate([pictures, positive[:, :, ::-1], blurred, noisy])
    return every, np.concatenate([labels, np.ones(3 * len(positive), dtype=np.bool_)])
