"""Emotions of micro-expressions: what is learnt, and what the model's numbers say of a segment.

    emotion rows ──► scheme ──► classes of MEs ──► training
    (T, 1 + K) ──► a segment's frames, weighted ──► K probabilities ──► the largest is said

Weights are the scores of the locator where a segment was spotted, and equal where it was annotated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from meldae.settings import RunConfig
from meldae.targets import Labelled
from wdmd_tools.emotions import EmotionScheme, scheme
from wdmd_tools.errors import ConfigError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples


@dataclass(frozen=True)
class EmotionTrace:
    """What the emotion head says of the frames of a clip.

    Args:
        classes: K names.
        values: (T, 1 + K): log weight, then class logits.
    """

    classes: tuple[str, ...]
    values: npt.NDArray[np.float32]

    def probabilities(
        self, interval: Interval, weights: npt.NDArray[np.float32] | None = None
    ) -> dict[str, float]:
        """Class to probability of a segment.

        Args:
            interval: Half-open, on the clip's frames; what lies outside of them does not count.
            weights: (T,) at least 0, such as frame scores; equal ones when `None`, or when none of the
                segment's is positive.
        """
        first = min(max(interval.start_ms, 0), len(self.values) - 1)
        end = max(min(interval.end_ms, len(self.values)), first + 1)
        part = self.values[first:end].astype(np.float64)
        shares = np.exp(part[:, 0] - part[:, 0].max())
        if weights is not None and float(weights[first:end].sum()) > 0:
            shares = shares * weights[first:end]
        logits = (shares / shares.sum()) @ part[:, 1:]
        powers = np.exp(logits - logits.max())
        return dict(zip(self.classes, (powers / powers.sum()).tolist(), strict=True))

    def emotion(self, interval: Interval, weights: npt.NDArray[np.float32] | None = None) -> str:
        """The likeliest class of a segment; the first of equals. See `probabilities`."""
        chances = self.probabilities(interval, weights)
        return max(self.classes, key=lambda name: chances[name])


def scheme_of(config: RunConfig) -> EmotionScheme | None:
    """The classes that a run learns, `None` for none.

    Raises:
        UnknownNameError: There is no scheme of the name in ``training.emotions``.
        ConfigError: ``model.emotions`` names other classes than the scheme.
    """
    name, classes = config.training.emotions, config.model.emotions
    if not name:
        # Words that are classes themselves.
        return EmotionScheme("own", classes, {}) if classes else None
    chosen = scheme(name)
    if classes and classes != chosen.classes:
        raise ConfigError(
            f"model.emotions: {', '.join(classes)}; training.emotions={name} has "
            f"{', '.join(chosen.classes)}: leave one of the two out"
        )
    return chosen


def labelled_mes(dataset: Dataset, classes: EmotionScheme) -> dict[str, list[Labelled]]:
    """The consensus MEs whose emotion has a class, by clip.

    Args:
        dataset: The truth.
        classes: The scheme.
    """
    found: dict[str, list[Labelled]] = {}
    for sample in emotion_samples(dataset, classes):
        if sample.emotion is not None:
            one = Labelled(sample.interval, classes.index(sample.emotion))
            found.setdefault(sample.clip_id, []).append(one)
    return found


def check_classes(counts: Sequence[int], classes: EmotionScheme, where: object) -> None:
    """Refuse training samples from which nothing can be learnt.

    Args:
        counts: Of each class, in the training split.
        classes: The scheme.
        where: The dataset, for the message.

    Raises:
        ConfigError: Fewer than two classes occur.
    """
    if sum(count > 0 for count in counts) >= 2:
        return
    there = ", ".join(
        f"{name} {count}" for name, count in zip(classes.classes, counts, strict=True)
    )
    raise ConfigError(
        f"{where}: micro-expressions of the training split by class of scheme {classes.name}: {there}; "
        "it takes two classes to learn emotions: annotate them, choose another scheme "
        "(--emotions), or leave it out"
    )
