"""Spotting scores by conversational state, and F1_DR (the paper, section 5.2, equation 4).

The paper does not say which state an event belongs to. Our rule: a reference belongs to the majority of
the reference states of its own frames; a matched prediction counts where its reference does; an unmatched
prediction belongs to the majority of the reference states under it. Ties go to speaking. Frames without a
state have no vote; an event without any such frame is counted under "unknown" and enters neither score.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.events import EventCounts
from wdmd_tools.metrics.matching import IouRule, match_intervals

DIALOGUE_STATES = ("speaking", "listening", "unknown")


@dataclass(frozen=True, slots=True)
class DialogueCounts:
    """Event counts by state.

    Args:
        speaking: Events while the subject speaks.
        listening: Events while the subject listens or is silent.
        unknown: Events on frames without a state.
    """

    speaking: EventCounts = field(default=EventCounts())
    listening: EventCounts = field(default=EventCounts())
    unknown: EventCounts = field(default=EventCounts())

    def __add__(self, other: "DialogueCounts") -> "DialogueCounts":
        return DialogueCounts(
            self.speaking + other.speaking,
            self.listening + other.listening,
            self.unknown + other.unknown,
        )

    @property
    def total(self) -> EventCounts:
        """All events whatever their state."""
        return self.speaking + self.listening + self.unknown

    @property
    def f1_dr(self) -> float | None:
        """Harmonic mean of the two states' F1, see `harmonic_mean`."""
        return harmonic_mean(self.speaking.f1, self.listening.f1)


def harmonic_mean(first: float | None, second: float | None) -> float | None:
    """F1_DR of F1_speaking and F1_listening.

    Returns:
        `None` when either is undefined (a state with neither references nor predictions); 0 when either
        is 0.

    Example:
        >>> harmonic_mean(0.2, 0.6)
        0.3
    """
    if first is None or second is None:
        return None
    return 2 * first * second / (first + second) if first + second > 0 else 0.0


def majority_state(interval: Interval, speaking: npt.NDArray[np.int8]) -> str:
    """The state most of an interval's frames are in.

    Args:
        interval: On the clip's frame axis.
        speaking: Shape (T,): 1 speaking, 0 listening or silent, -1 no state.

    Returns:
        ``"speaking"`` (also on a tie), ``"listening"`` or ``"unknown"``.
    """
    under = speaking[max(interval.start_ms, 0) : max(interval.end_ms, 0)]
    votes, against = int(np.sum(under == 1)), int(np.sum(under == 0))
    if votes + against == 0:
        return "unknown"
    return "speaking" if votes >= against else "listening"


def dialogue_counts(
    predictions: Sequence[Interval],
    references: Sequence[Interval],
    speaking: npt.NDArray[np.int8],
    threshold: float = 0.5,
    rule: IouRule = IouRule.EXCEEDS,
) -> DialogueCounts:
    """Count one clip by state.

    Args:
        predictions: Spotted intervals on the clip's frame axis.
        references: Reference intervals on the same axis.
        speaking: Shape (T,) int8, see `majority_state`.
        threshold: Temporal IoU at which a prediction is right.
        rule: Whether the threshold itself is enough.

    Returns:
        The counts; add them up over clips before taking F1.
    """
    pairs = match_intervals(predictions, references, threshold, rule)
    hit_predictions = {prediction for prediction, _ in pairs}
    hit_references = {reference for _, reference in pairs}
    tally = {state: [0, 0, 0] for state in DIALOGUE_STATES}
    for index, reference in enumerate(references):
        tally[majority_state(reference, speaking)][0 if index in hit_references else 2] += 1
    for index, prediction in enumerate(predictions):
        if index not in hit_predictions:
            tally[majority_state(prediction, speaking)][1] += 1
    return DialogueCounts(**{state: EventCounts(*counts) for state, counts in tally.items()})
