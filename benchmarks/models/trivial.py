"""Answers that need no picture: what any model has to beat.

With few micro-expressions "never" has a high accuracy and "always" a high recall; neither spots anything.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.models.base import FitContext, Spotter
from benchmarks.models.options import Options, read_options
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.predictions import ClipPrediction, PredictedSegment


class NoOptions(Options):
    """A model without options."""


class Never(Spotter):
    """No micro-expression anywhere; every clip has the training split's majority state."""

    def __init__(self) -> None:
        self.p_state = 0.5

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Count the training split's states."""
        read_options(NoOptions, context.options, "never")
        self.p_state = _majority(_speaking_share(list(dataset.iter_clips("train"))))

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """The same for every clip."""
        return [
            ClipPrediction(
                clip.clip_id,
                frame_scores=np.zeros(clip.n_frames, dtype=np.float32),
                p_me=0.0,
                p_state=self.p_state,
            )
            for clip in dataset.iter_clips(split)
        ]

    def describe(self) -> dict[str, Any]:
        """No parameters."""
        return {"parameters": 0}


class Always(Never):
    """Every clip is one micro-expression from its first frame to its last."""

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """The whole clip, with certainty."""
        return [
            ClipPrediction(
                clip.clip_id,
                segments=(PredictedSegment(Interval(0, clip.n_frames), 1.0),),
                frame_scores=np.ones(clip.n_frames, dtype=np.float32),
                p_me=1.0,
                p_state=self.p_state,
            )
            for clip in dataset.iter_clips(split)
        ]


class Prior(Never):
    """Constants: the training split's shares of frames and clips with an ME and of speech; no segments."""

    def __init__(self) -> None:
        super().__init__()
        self.p_me = self.p_frame = 0.5

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Take the shares of the training split."""
        read_options(NoOptions, context.options, "prior")
        clips = list(dataset.iter_clips("train"))
        frames = sum(clip.n_frames for clip in clips)
        inside = sum(
            interval.duration_ms
            for clip in clips
            for interval in dataset.reference_intervals(clip.clip_id)
        )
        self.p_frame = inside / frames if frames else 0.5
        self.p_me = _share_with_me(clips)
        self.p_state = _speaking_share(clips)

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """The same shares for every clip."""
        return [
            ClipPrediction(
                clip.clip_id,
                frame_scores=np.full(clip.n_frames, self.p_frame, dtype=np.float32),
                p_me=self.p_me,
                p_state=self.p_state,
            )
            for clip in dataset.iter_clips(split)
        ]

    def describe(self) -> dict[str, Any]:
        """The shares."""
        return {
            "parameters": 0,
            "share_of_frames_with_me": round(self.p_frame, 4),
            "share_of_clips_with_me": round(self.p_me, 4),
            "share_speaking": round(self.p_state, 4),
        }


class RandomPrior(Spotter):
    """Chance that knows the training split: its rate of MEs, their durations, its share of speech.

    The number of segments in a clip is Poisson with the training rate times the clip's duration; each
    has the duration of a random training ME and lies anywhere, without overlap.
    """

    def __init__(self) -> None:
        self.rate_hz = 0.0
        self.durations_s: list[float] = []
        self.p_me = 0.5
        self.p_state = 0.5
        self.seed = 0

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Take rate, durations and shares from the training split."""
        read_options(NoOptions, context.options, "random")
        clips = list(dataset.iter_clips("train"))
        self.durations_s = [
            interval.duration_ms / clip.fps
            for clip in clips
            for interval in dataset.reference_intervals(clip.clip_id)
        ]
        seconds = sum(clip.n_frames / clip.fps for clip in clips)
        self.rate_hz = len(self.durations_s) / seconds if seconds else 0.0
        self.p_me = _share_with_me(clips)
        self.p_state = _speaking_share(clips)
        self.seed = context.seed

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Draw segments and decisions for every clip."""
        generator = np.random.default_rng([self.seed, 7])
        return [self._one(clip, generator) for clip in dataset.iter_clips(split)]

    def _segments(self, clip: Clip, generator: np.random.Generator) -> list[PredictedSegment]:
        """The segments of a clip."""
        count = int(generator.poisson(self.rate_hz * clip.n_frames / clip.fps))
        segments: list[PredictedSegment] = []
        for _ in range(count):
            length = max(1, round(float(generator.choice(self.durations_s)) * clip.fps))
            if length > clip.n_frames:
                continue
            start = int(generator.integers(0, clip.n_frames - length + 1))
            drawn = Interval(start, start + length)
            if not any(drawn.overlaps(other.interval) for other in segments):
                segments.append(PredictedSegment(drawn, float(generator.random())))
        return segments

    def _one(self, clip: Clip, generator: np.random.Generator) -> ClipPrediction:
        segments = self._segments(clip, generator)
        scores = np.zeros(clip.n_frames, dtype=np.float32)
        for segment in segments:
            scores[segment.interval.start_ms : segment.interval.end_ms] = segment.score
        return ClipPrediction(
            clip.clip_id,
            segments=tuple(segments),
            frame_scores=scores,
            # A random number above 0.5 as often as the training split says yes.
            p_me=_draw(self.p_me, generator),
            p_state=_draw(self.p_state, generator),
        )

    def describe(self) -> dict[str, Any]:
        """The prior."""
        return {
            "parameters": 0,
            "rate_per_minute": round(60 * self.rate_hz, 3),
            "share_of_clips_with_me": round(self.p_me, 4),
            "share_speaking": round(self.p_state, 4),
        }


def _speaking_share(clips: Sequence[Clip]) -> float:
    known = [clip.speaking for clip in clips if clip.speaking is not None]
    return sum(known) / len(known) if known else 0.5


def _share_with_me(clips: Sequence[Clip]) -> float:
    return sum(clip.has_me for clip in clips) / len(clips) if clips else 0.5


def _majority(share: float) -> float:
    return 1.0 if share >= 0.5 else 0.0


def _draw(chance: float, generator: np.random.Generator) -> float:
    yes = generator.random() < chance
    return float(generator.uniform(0.5, 1.0) if yes else generator.uniform(0.0, 0.4999))
