"""Recognition and spot-then-recognise over recordings: additive counts, and the metrics that follow.

    uf1 uar acc_emotion      of micro-expressions whose place was given
    f1_analysis strs         of the model's own spotted ones, in the mode `StrsMode.SOUND`

Counts are summed over recordings and folds before any score is taken; the definitions themselves are in
`recognition` and `strs`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wdmd_tools.metrics.recognition import (
    accuracy_statistic,
    class_counts,
    uar_statistic,
    uf1_statistic,
    unfold,
)
from wdmd_tools.metrics.strs import StrsMode, StrsScore, StrsStatistic, strs_score

Matrix = npt.NDArray[np.float64]
Statistic = Callable[[Matrix], Matrix]

RECOGNITION_METRICS = ("uf1", "uar", "acc_emotion")
JOINT_METRICS = ("f1_analysis", "strs")
EMOTION_METRICS = (*RECOGNITION_METRICS, *JOINT_METRICS)


@dataclass(frozen=True, slots=True)
class EmotionCounts:
    """Additive facts about the emotions of one recording. Plain numbers, so that two can be compared.

    Args:
        confusion: K * (K + 1), see `confusion_counts`; samples about which nothing was said are "other".
        joint: A row of `strs_counts` in the mode `SOUND`.
        official: The same in the mode `OFFICIAL`.
        named: Spotted micro-expressions of which an emotion was said.
        unsaid: Samples about which nothing was said.
    """

    confusion: tuple[float, ...]
    joint: tuple[float, ...]
    official: tuple[float, ...]
    named: int = 0
    unsaid: int = 0


@dataclass(frozen=True)
class EmotionScore:
    """What a set of predictions says of emotions, by recording.

    Args:
        scheme: Name of the scheme.
        classes: Its classes, in order of the counts.
        recognised: Whether samples were recognised at all (in every fold); without, a model has no
            recognition, and its confusions mean nothing.
        recordings: Counts by recording id.
    """

    scheme: str
    classes: tuple[str, ...]
    recognised: bool
    recordings: Mapping[str, EmotionCounts]

    def __add__(self, other: "EmotionScore") -> "EmotionScore":
        """Of different folds together, before any score is taken.

        Raises:
            ValueError: They are of different classes.
        """
        if (self.scheme, self.classes) != (other.scheme, other.classes):
            raise ValueError(f"Expected scheme {self.scheme!r} of both but got {other.scheme!r}.")
        return EmotionScore(
            self.scheme,
            self.classes,
            self.recognised and other.recognised,
            {**self.recordings, **other.recordings},
        )

    @property
    def confusion(self) -> Matrix:
        """Pooled confusions, shape (K, K + 1): true class by said class, "other" last."""
        return unfold(self._summed("confusion"))

    @property
    def support(self) -> dict[str, int]:
        """True samples of each class."""
        counts = self.confusion.sum(axis=1)
        return {name: int(count) for name, count in zip(self.classes, counts, strict=True)}

    @property
    def is_joint(self) -> bool:
        """Whether emotions are said of spotted micro-expressions."""
        return self.recognised or any(one.named for one in self.recordings.values())

    def joint(self, mode: StrsMode = StrsMode.SOUND) -> StrsScore | None:
        """Spot-then-recognise of the pooled counts; `None` when no emotion is said of what is spotted."""
        if not self.is_joint:
            return None
        name = "official" if mode is StrsMode.OFFICIAL else "joint"
        return strs_score(self._summed(name), mode)

    def by_class(self) -> dict[str, dict[str, float | None]]:
        """Support, precision, recall and F1 of each class over the samples; `None` is undefined."""
        counts = class_counts(self.confusion)
        values = {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1}
        return {
            name: {"support": self.support[name]}
            | {key: None if np.isnan(some[at]) else float(some[at]) for key, some in values.items()}
            for at, name in enumerate(self.classes)
        }

    def values(self) -> dict[str, float | None]:
        """All of `EMOTION_METRICS`; `None` is undefined, see the cards for why."""
        names = sorted(self.recordings)
        weights = np.ones((1, len(names)))
        found = {name: float(some(weights)[0]) for name, some in self.statistics(names).items()}
        return {name: None if np.isnan(value) else value for name, value in found.items()}

    def statistics(self, recordings: list[str]) -> Mapping[str, Statistic]:
        """Each metric as a function of recordings' weights.

        Args:
            recordings: In order of the weights; one without counts has none.

        Returns:
            Keys of `EMOTION_METRICS`; weights (draws, recordings) to values (draws,), NaN where undefined.
        """
        chosen: dict[str, Statistic] = {}
        if self.recognised:
            confusion = self._rows("confusion", recordings)
            chosen |= {
                "uf1": _Weighted(confusion, uf1_statistic),
                "uar": _Weighted(confusion, uar_statistic),
                "acc_emotion": _Weighted(confusion, accuracy_statistic),
            }
        if self.is_joint:
            joint = self._rows("joint", recordings)
            chosen |= {name: _Weighted(joint, StrsStatistic(name)) for name in JOINT_METRICS}
        return {name: chosen.get(name, undefined_statistic) for name in EMOTION_METRICS}

    def _rows(self, name: str, recordings: list[str]) -> Matrix:
        length = _lengths(len(self.classes))[name]
        nothing = (0.0,) * length
        rows = [
            getattr(self.recordings[one], name) if one in self.recordings else nothing
            for one in recordings
        ]
        return np.array(rows, dtype=np.float64).reshape(len(recordings), length)

    def _summed(self, name: str) -> Matrix:
        return np.asarray(self._rows(name, list(self.recordings)).sum(axis=0))

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "scheme": self.scheme,
            "classes": list(self.classes),
            "recognised": self.recognised,
            "recordings": {
                name: {
                    "confusion": _whole(one.confusion),
                    "joint": _whole(one.joint),
                    "official": _whole(one.official),
                    "named": one.named,
                    "unsaid": one.unsaid,
                }
                for name, one in self.recordings.items()
            },
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "EmotionScore":
        """The inverse of `to_json`."""
        return cls(
            value["scheme"],
            tuple(value["classes"]),
            value["recognised"],
            {
                name: EmotionCounts(
                    tuple(map(float, one["confusion"])),
                    tuple(map(float, one["joint"])),
                    tuple(map(float, one["official"])),
                    one["named"],
                    one["unsaid"],
                )
                for name, one in value["recordings"].items()
            },
        )


def undefined_statistic(weights: Matrix) -> Matrix:
    """A metric that is undefined whatever the weights."""
    return np.full(len(weights), np.nan)


def _lengths(classes: int) -> dict[str, int]:
    joint = 2 + (classes + 1) ** 2
    return {"confusion": classes * (classes + 1), "joint": joint, "official": joint}


def _whole(row: tuple[float, ...]) -> list[int]:
    return [int(one) for one in row]


@dataclass(frozen=True, slots=True, eq=False)
class _Weighted:
    counts: Matrix
    statistic: Statistic

    def __call__(self, weights: Matrix) -> Matrix:
        return self.statistic(weights @ self.counts)
