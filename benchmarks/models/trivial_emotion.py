"""Answers about emotions that need no picture: what any recogniser has to beat.

Classes are uneven (in CASME II and SAMM two of three micro-expressions are negative), so naming the largest
class has a high accuracy; its UAR is 1 / K.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.models.base import FitContext, Recogniser
from benchmarks.models.trivial import Never, RandomPrior
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import EmotionSample, emotion_samples
from wdmd_tools.predictions import Recognition


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
    """Chance that knows the training split: each class as often as there; it spots at the training rate."""

    def __init__(self) -> None:
        super().__init__()
        self.shares: dict[str, float] = {}
        self._generator = np.random.default_rng(0)

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Take rate, durations and shares from the training split."""
        super().fit(dataset, context)
        self.shares = class_shares(dataset, context)
        self._generator = np.random.default_rng([context.seed, 11])

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
        return {**super().describe(), **_facts(self.shares)}


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
