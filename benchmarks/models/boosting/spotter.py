"""BoostingVRME as a row of a leaderboard: spots, and recognises what it spots.

    18 regions' flow ──► windows ──► slow-fast network ──► score and class of each frame ──► decoder

Reference:
    Prior-guided video-level regression, ACM MM 2025; its card (`benchmarks.cards`) lists what differs.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.features.region_flow import RegionFlow, window_starts
from benchmarks.features.store import FeatureStore
from benchmarks.models.base import FitContext, Recogniser, Spotter
from benchmarks.models.boosting.decode import Decoder
from benchmarks.models.boosting.options import BoostingOptions
from benchmarks.models.boosting.priors import Priors, estimated_priors
from benchmarks.models.boosting.stitch import stitched
from benchmarks.models.boosting.targets import (
    FrameTargets,
    class_weights,
    frame_targets,
    used_span,
)
from benchmarks.models.boosting.timing import Rate
from benchmarks.models.boosting.votes import given_emotion
from benchmarks.models.options import read_options
from benchmarks.models.svm import Sigmoid, fit_sigmoid
from benchmarks.models.validation import training_and_validation
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample, emotion_samples
from wdmd_tools.predictions import ClipPrediction, Recognition

Scores = npt.NDArray[np.float64]
Float = npt.NDArray[np.float32]
Half = npt.NDArray[np.float16]


class Boosting(Spotter, Recogniser):
    """BoostingVRME; it says nothing about the speaking state.

    `p_me` of a clip is a sigmoid of its largest smoothed score, fitted to the validation clips.
    """

    def __init__(self) -> None:
        self.options = BoostingOptions()
        self.priors = Priors()
        self.decoder = Decoder(self.priors.half_s)
        self._sigmoid = Sigmoid()
        self._network: Any = None
        self._context: FitContext | None = None
        self._facts: dict[str, Any] = {}

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Train on the training split; the clip decision is calibrated on the validation split.

        Raises:
            ManifestError: The training split has no ME, or too few windows.
        """
        from benchmarks.models.boosting.network import SIZES
        from benchmarks.models.boosting.training import (
            Schedule,
            cut_windows,
            joined,
            kept_windows,
            train_network,
        )

        self.options = options = read_options(BoostingOptions, context.options, "boosting")
        self._context = context
        train, check = training_and_validation(dataset, context.seed)
        measured = estimated_priors(dataset, train)
        self.priors = measured if options.priors else Priors()
        scheme = context.emotions
        known = _known_emotions(dataset, scheme) if scheme else {}
        n_emotions = len(scheme.classes) if scheme else 0
        parts = []
        for clip, motion in self._store(context).each(dataset, train):
            targets = _targets(dataset, clip, known.get(clip.clip_id, {}), n_emotions)
            starts = window_starts(len(targets.spot), motion.shape[1])
            parts.append(cut_windows(motion, starts, targets))
        generator = np.random.default_rng([context.seed, 17])
        windows = kept_windows(joined(parts), options.negatives, generator)
        if len(windows.motion) < 2:
            raise ManifestError(
                f"{dataset.root}: no window with a micro-expression in the training split; its MEs are "
                "shorter than three frames"
            )
        weights = np.ones(n_emotions + 1, dtype=np.float32)
        if self.priors.balanced:
            weights = class_weights(windows.classes, n_emotions, self.priors.neutral)
        begin = time.perf_counter()
        self._network = train_network(
            windows,
            SIZES[options.size],
            weights,
            recognises=bool(n_emotions),
            shared=options.shared,
            schedule=Schedule(options.epochs, options.batch, options.rate),
            seed=context.seed,
            progress=context.progress,
        )
        seconds = time.perf_counter() - begin
        self.decoder = Decoder(
            self.priors.half_s, options.p, options.strategy, scheme.classes if scheme else ()
        )
        scores, _ = self._looked_at(dataset, check)
        self._sigmoid = fit_sigmoid(
            [self._highest(clip, scores) for clip in check], [clip.has_me for clip in check]
        )
        self._facts = {
            "parameters": sum(one.numel() for one in self._network.parameters()),
            "training_seconds": round(seconds, 2),
            "train_windows": len(windows.motion),
            "train_windows_with_me": int(windows.spot.any(axis=1).sum()),
            "class_weights": [round(float(one), 4) for one in weights] if scheme else None,
            "device": str(next(self._network.parameters()).device),
        }

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Segments of the clips of a split, with emotions where they were learnt."""
        clips = list(dataset.iter_clips(split))
        scores, logits = self._looked_at(dataset, clips)
        found = self.decoder.spot(clips, scores, logits)
        return [
            ClipPrediction(
                clip.clip_id,
                segments=found[clip.clip_id],
                frame_scores=_by_frame(scores[clip.clip_id], clip),
                p_me=float(self._sigmoid(self._highest(clip, scores))),
            )
            for clip in clips
        ]

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """The emotion of intervals that are known to be MEs: neutral has no vote.

        Raises:
            ValueError: It was not trained to recognise.
        """
        if not self.decoder.emotions:
            raise ValueError("Expected `fit` with emotions before `recognise`.")
        wanted = {sample.clip_id for sample in samples}
        clips = {clip.clip_id: clip for clip in dataset.iter_clips() if clip.clip_id in wanted}
        _, logits = self._looked_at(dataset, list(clips.values()))
        found = []
        for sample in samples:
            skip = Rate(clips[sample.clip_id].fps).skip
            index, shares = given_emotion(logits[sample.clip_id], *used_span(sample.interval, skip))
            names = self.decoder.emotions
            by_name = dict(zip(names, (float(one) for one in shares), strict=True))
            found.append(Recognition(sample.sample_id, sample.clip_id, names[index], by_name))
        return found

    def describe(self) -> dict[str, Any]:
        """Size, cost, priors, and how it decodes."""
        return {
            **self._facts,
            "size": self.options.size,
            "flow": f"{self.options.flow}, {self.options.side} px",
            "half_ms": round(1000 * self.priors.half_s, 1),
            "p": self.decoder.p,
            "strategy": self.decoder.strategy,
            "emotions": list(self.decoder.emotions),
        }

    def _store(self, context: FitContext) -> FeatureStore[Half]:
        options = self.options

        def settings(fps: float) -> RegionFlow:
            rate = Rate(fps)
            window = rate.window(options.window_s)
            return RegionFlow(window, rate.skip, options.side, options.flow, options.share)

        return FeatureStore(context.cache_dir, settings, context.progress, per_frame=False)

    def _looked_at(
        self, dataset: Dataset, clips: Sequence[Clip]
    ) -> tuple[dict[str, Scores], dict[str, Float]]:
        """Scores and logits of the clips' used frames, by clip id; the latter may be empty."""
        from benchmarks.models.boosting.training import run_network

        if self._context is None or self._network is None:
            raise ValueError("Expected `fit` before `predict`.")
        scores: dict[str, Scores] = {}
        logits: dict[str, Float] = {}
        for clip, motion in self._store(self._context).each(dataset, clips):
            used = Rate(clip.fps).used(clip.n_frames)
            starts = window_starts(used, motion.shape[1])
            score, logit = run_network(self._network, motion)
            scores[clip.clip_id] = stitched(score, starts, used).astype(np.float64)
            if logit is not None:
                logits[clip.clip_id] = stitched(logit, starts, used)
        return scores, logits

    def _highest(self, clip: Clip, scores: Mapping[str, Scores]) -> float:
        smooth = self.decoder.smoothed(scores[clip.clip_id], clip.fps)
        return float(smooth.max()) if len(smooth) else 0.0


def _known_emotions(dataset: Dataset, scheme: EmotionScheme) -> dict[str, dict[Interval, int]]:
    """Class of each training ME that has one, by clip and interval."""
    found: dict[str, dict[Interval, int]] = {}
    for sample in emotion_samples(dataset, scheme, "train"):
        if sample.emotion is not None:
            index = scheme.classes.index(sample.emotion)
            found.setdefault(sample.clip_id, {})[sample.interval] = index
    return found


def _targets(
    dataset: Dataset, clip: Clip, emotions: Mapping[Interval, int], n_emotions: int
) -> FrameTargets:
    rate = Rate(clip.fps)
    intervals = dataset.reference_intervals(clip.clip_id)
    return frame_targets(rate.used(clip.n_frames), rate.skip, intervals, emotions, n_emotions)


def _by_frame(scores: Scores, clip: Clip) -> Float:
    """A score for every frame of the clip: a used frame stands for those up to the next."""
    every = np.repeat(scores, Rate(clip.fps).skip)[: clip.n_frames]
    return np.clip(every, 0, 1).astype(np.float32)
