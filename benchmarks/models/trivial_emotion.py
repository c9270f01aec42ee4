"""Answers about emotions that need no picture: what any recogniser has to beat.

Classes are uneven (in CASME II and SAMM two of three micro-expressions are negative), so naming the largest
class has a high accuracy; its UAR is 1 / K.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.models.base import FitContext, Recogniser
from benchmarks.models.random_matched import place
from benchmarks.models.trivial import Never, RandomPrior
from benchmarks.scoring_emotions import macro_references
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample, emotion_samples
from wdmd_tools.predictions import MACRO, ClipPrediction, PredictedSegment, Recognition


class MajorityEmotion(Never, Recogniser):
    """The training split's most frequent class, whatever is shown; it spots nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.shares: dict[str, float] = {}

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Count the training split's classes."""
        super().fit(dataset, context)
        self.shares = class_shares(dataset, context)

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """The same for every sample; of equally frequent classes the scheme's first."""
        del dataset
        best = max(self.shares, key=lambda name: self.shares[name])
        return [Recognition(one.sample_id, one.clip_id, best, self.shares) for one in samples]

    def describe(self) -> dict[str, Any]:
        """The shares."""
        return {**super().describe(), **_facts(self.shares)}


class RandomEmotion(RandomPrior, Recogniser):
    """Chance that knows the training split: each class as often as there; it spots at the training rate.

    Where macro-expressions are asked for it places them too, at their own rate and with their durations.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shares: dict[str, float] = {}
        self.macro_rate_hz = 0.0
        self.macro_durations_s: list[float] = []
        self._generator = np.random.default_rng(0)

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Take rate, durations and shares from the training split."""
        super().fit(dataset, context)
        self.shares = class_shares(dataset, context)
        self._generator = np.random.default_rng([context.seed, 11])
        if context.macro:
            clips = list(dataset.iter_clips("train"))
            self.macro_durations_s = [
                interval.duration_ms / clip.fps
                for clip in clips
                for interval in macro_references(dataset, clip.clip_id)
            ]
            seconds = sum(clip.n_frames / clip.fps for clip in clips)
            self.macro_rate_hz = len(self.macro_durations_s) / seconds if seconds else 0.0

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """What `RandomPrior` draws, and macro-expressions anywhere without overlap among themselves."""
        found = super().predict(dataset, split)
        if not self.macro_durations_s:
            return found
        generator = np.random.default_rng([self.seed, 13])
        clips = {clip.clip_id: clip for clip in dataset.iter_clips(split)}
        return [
            replace(one, segments=(*one.segments, *self._macro(clips[one.clip_id], generator)))
            for one in found
        ]

    def _macro(self, clip: Clip, generator: np.random.Generator) -> list[PredictedSegment]:
        count = int(generator.poisson(self.macro_rate_hz * clip.n_frames / clip.fps))
        lengths: list[int] = []
        for _ in range(count):
            length = max(1, round(float(generator.choice(self.macro_durations_s)) * clip.fps))
            if sum(lengths) + length <= clip.n_frames:
                lengths.append(length)
        spans = place(lengths, clip.n_frames, generator)
        return [PredictedSegment(span, float(generator.random()), MACRO) for span in spans]

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """A drawn class for each sample."""
        del dataset
        names, chances = list(self.shares), list(self.shares.values())
        drawn = self._generator.choice(len(names), size=len(samples), p=chances)
        return [
            Recognition(one.sample_id, one.clip_id, names[index], self.shares)
            for one, index in zip(samples, drawn.tolist(), strict=True)
        ]

    def describe(self) -> dict[str, Any]:
        """The prior."""
        macro = {"macro_rate_per_minute": round(60 * self.macro_rate_hz, 3)}
        return {
            **super().describe(),
            **_facts(self.shares),
            **(macro if self.macro_rate_hz else {}),
        }


def class_shares(dataset: Dataset, context: FitContext) -> dict[str, float]:
    """Share of each class among the training split's samples, in order of the scheme.

    Args:
        dataset: Without test clips.
        context: Says which classes; empty without them.

    Returns:
        Shares that add up to 1; equal ones when there is no sample.
    """
    if context.emotions is None:
        return {}
    classes = context.emotions.classes
    counts = Counter(one.emotion for one in emotion_samples(dataset, context.emotions, "train"))
    total = sum(counts.values())
    return {name: counts[name] / total if total else 1 / len(classes) for name in classes}


def _facts(shares: dict[str, float]) -> dict[str, Any]:
    if not shares:
        return {}
    return {"share_of_emotions": {name: round(share, 4) for name, share in shares.items()}}
