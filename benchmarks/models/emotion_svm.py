"""A linear SVM of emotions beside a spotter: descriptors of intervals in, classes out.

    training samples ──► descriptors ──► one SVM per class against the rest, for each cost
    validation samples ─────────────────► the cost with the best mean F1
    a sample ──► descriptor ──► the class with the largest margin

Every class weighs alike in training (``class_weight="balanced"``), since UF1 and UAR weigh them alike.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.models.validation import training_and_validation
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample, emotion_samples
from wdmd_tools.metrics.recognition import class_counts, confusion_counts
from wdmd_tools.predictions import Recognition

Float = npt.NDArray[np.float32]
Describe = Callable[[Dataset, Sequence[EmotionSample]], Float]
"""Samples of a dataset to their descriptors, shape (N, D), in their order."""

COSTS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Values of C that are tried."""


@dataclass(frozen=True)
class EmotionSvm:
    """What was learnt.

    Args:
        classes: K classes that occurred in training.
        weights: Shape (K, D); one row is enough for every margin.
        biases: Shape (K,).
        cost: The C that was chosen; 0 where only one class occurred.
        value: Mean F1 on the validation samples, `None` without any.
    """

    classes: tuple[str, ...]
    weights: Float
    biases: Float
    cost: float
    value: float | None = None

    def say(self, features: Float) -> list[str]:
        """The class of each descriptor, shape (N, D); the first of equals."""
        margins = features @ self.weights.T + self.biases
        return [self.classes[int(place)] for place in margins.argmax(axis=1)]


def mean_f1(said: Sequence[str], true: Sequence[str], classes: Sequence[str]) -> float:
    """Mean F1 of the classes that are true or said: UF1, but never undefined."""
    return float(np.nanmean(class_counts(confusion_counts(said, true, classes)).f1))


def train_emotion_svm(
    features: Float,
    labels: Sequence[str],
    check_features: Float,
    check_labels: Sequence[str],
    costs: Sequence[float],
    seed: int,
) -> EmotionSvm:
    """Train one machine per cost and keep the one with the best mean F1 on the validation samples.

    Args:
        features: Shape (N, D), N at least 1.
        labels: N classes.
        check_features: Shape (M, D); without any, the first cost is taken.
        check_labels: M classes.
        costs: Ascending values of C; the first of equally good ones is kept.
        seed: Of the solver's shuffling.
    """
    classes = tuple(sorted(set(labels)))
    if len(classes) == 1:
        width = features.shape[1]
        return EmotionSvm(classes, np.zeros((1, width), np.float32), np.zeros(1, np.float32), 0.0)
    best: EmotionSvm | None = None
    judged = sorted({*labels, *check_labels})
    for cost in costs if len(check_labels) else costs[:1]:
        found = _machine(features, labels, classes, cost, seed)
        if not len(check_labels):
            return found
        value = mean_f1(found.say(check_features), check_labels, judged)
        if best is None or best.value is None or value > best.value:
            best = EmotionSvm(found.classes, found.weights, found.biases, cost, value)
    if best is None:
        raise ValueError("Expected at least one cost.")
    return best


def _machine(
    features: Float, labels: Sequence[str], classes: tuple[str, ...], cost: float, seed: int
) -> EmotionSvm:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    weights, biases = [], []
    for name in classes:
        machine = LinearSVC(C=cost, class_weight="balanced", random_state=seed, dual=True, tol=1e-3)
        with warnings.catch_warnings():
            # A solver that stops early at a large cost is judged on the validation data like any other.
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(features, [label == name for label in labels])
        weights.append(machine.coef_[0].astype(np.float32))
        biases.append(float(machine.intercept_[0]))
    return EmotionSvm(classes, np.stack(weights), np.array(biases, np.float32), cost)


class EmotionSide:
    """The recognition side of a spotter.

    Args:
        describe: Makes descriptors.
        costs: Values of C that are tried.
    """

    def __init__(self, describe: Describe, costs: Sequence[float] = COSTS) -> None:
        self._describe, self._costs = describe, costs
        self._svm: EmotionSvm | None = None
        self.facts: dict[str, Any] = {}

    def fit(self, dataset: Dataset, scheme: EmotionScheme, seed: int) -> None:
        """Learn from the training samples; the cost comes from the validation subjects.

        Args:
            dataset: With labels, without test clips.
            scheme: The classes.
            seed: Of the solver, and of the subjects that serve as validation where there is no such split.

        Raises:
            ManifestError: No training sample has a class.
        """
        learn, check = learning_samples(dataset, scheme, seed)
        features = self._describe(dataset, learn)
        checked = self._describe(dataset, check) if check else features[:0]
        self._svm = train_emotion_svm(
            features, labels_of(learn), checked, labels_of(check), self._costs, seed
        )
        self.facts = {
            "emotion_samples": len(learn),
            "emotion_cost": self._svm.cost,
            "emotion_validation_f1": None if self._svm.value is None else round(self._svm.value, 4),
        }

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """See `benchmarks.models.base.Recogniser.recognise`."""
        if self._svm is None:
            raise ValueError("Expected `fit` before `recognise`.")
        if not samples:
            return []
        said = self._svm.say(self._describe(dataset, samples))
        return [
            Recognition(one.sample_id, one.clip_id, emotion)
            for one, emotion in zip(samples, said, strict=True)
        ]


def labels_of(samples: Sequence[EmotionSample]) -> list[str]:
    """Classes of samples that have one."""
    return [one.emotion or "" for one in samples]


def learning_samples(
    dataset: Dataset, scheme: EmotionScheme, seed: int
) -> tuple[list[EmotionSample], list[EmotionSample]]:
    """Training and validation samples, of different subjects.

    Raises:
        ManifestError: No training sample has a class.
    """
    train, check = training_and_validation(dataset, seed)
    samples = emotion_samples(dataset, scheme)
    learn, held = ({clip.clip_id for clip in part} for part in (train, check))
    found = [one for one in samples if one.clip_id in learn]
    if not found:
        raise ManifestError(
            f"{dataset.root}: no micro-expression of the training split has an emotion of scheme "
            f"{scheme.name}; run with --emotions none"
        )
    return found, [one for one in samples if one.clip_id in held]


def clips_of_samples(dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Clip]:
    """The clips that samples lie in, once each, in table order."""
    wanted = {one.clip_id for one in samples}
    return [clip for clip in dataset.iter_clips() if clip.clip_id in wanted]


def in_order(
    samples: Sequence[EmotionSample],
    features: Iterator[tuple[Clip, Any]],
    describe: Callable[[Clip, Any, EmotionSample], Float],
) -> Float:
    """Descriptors of samples, clip by clip, so that one clip's features are held at a time.

    Args:
        samples: In any order.
        features: Each clip that holds a sample, with its features.
        describe: Clip, its features, a sample in it: descriptor (D,).

    Returns:
        (N, D), in the order of `samples`.
    """
    places: dict[str, list[int]] = {}
    for place, one in enumerate(samples):
        places.setdefault(one.clip_id, []).append(place)
    rows: list[Float | None] = [None] * len(samples)
    for clip, found in features:
        for place in places.get(clip.clip_id, ()):
            rows[place] = describe(clip, found, samples[place])
    return np.stack([row for row in rows if row is not None])
