"""Counts of found, invented and missed events, and the ratios that follow from them.

Counts are kept per recording and added up first; a ratio is taken of the sums (micro average), so long
and short recordings weigh by their events, as in the MEGC challenges.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.matching import IouRule, match_intervals


@dataclass(frozen=True, slots=True)
class EventCounts:
    """How many events were found, invented and missed.

    Args:
        tp: Predictions matched to a reference.
        fp: Predictions without one.
        fn: References without a prediction.
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: "EventCounts") -> "EventCounts":
        return EventCounts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float | None:
        """TP / (TP + FP); `None` when nothing was predicted."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        """TP / (TP + FN); `None` when there is no reference."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float | None:
        """2 TP / (2 TP + FP + FN); `None` when there is neither a reference nor a prediction."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None


def event_counts(
    predictions: Sequence[Interval],
    references: Sequence[Interval],
    threshold: float = 0.5,
    rule: IouRule = IouRule.EXCEEDS,
) -> EventCounts:
    """Count one clip.

    Args:
        predictions: Spotted intervals.
        references: Reference intervals.
        threshold: Temporal IoU at which a prediction is right.
        rule: Whether the threshold itself is enough.

    Returns:
        The counts; their sum over clips gives the dataset's F1.

    Example:
        >>> event_counts([Interval(0, 10), Interval(50, 60)], [Interval(1, 11)])
        EventCounts(tp=1, fp=1, fn=0)
    """
    pairs = match_intervals(predictions, references, threshold, rule)
    return EventCounts(len(pairs), len(predictions) - len(pairs), len(references) - len(pairs))
