"""Spotting F1 of the MEGC challenges: inclusive frames, IoU >= 0.5, counts pooled over all videos.

    reference   frames 10..19   |----------|           10 frames
    prediction  frames 15..24        |----------|      10 frames; 5 common of 15: IoU 1/3

Micro- and macro-expressions are matched apart; "overall" pools the counts of both (and, over several
datasets, the counts of all). F1 is taken of the sums, never averaged over videos or subjects.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from wdmd_tools.intervals import Interval, from_frames
from wdmd_tools.metrics.events import EventCounts, event_counts
from wdmd_tools.metrics.matching import IouRule

Frames = tuple[int, int]
"""``(onset, offset)``, both inside, as in the challenges' tables."""

MEGC_THRESHOLD = 0.5


class Fork(StrEnum):
    """How public copies of the evaluator count, to compare with their numbers; never the default.

    `BEST_ONLY` (SOFTNet, MEAN, ME-TST): in order of the file, a prediction looks only at the reference
    it overlaps most, and is a false positive when that one is taken. `REUSE` (SFAMNet, BoostingVRME): a
    prediction counts once for every reference it overlaps enough, and references can be used again, so
    one reference can be found twice.
    """

    BEST_ONLY = "best_only"
    REUSE = "reuse"


@dataclass(frozen=True, slots=True)
class MegcCounts:
    """Counts of micro- and macro-expressions.

    Args:
        micro: Of micro-expressions.
        macro: Of macro-expressions.
    """

    micro: EventCounts = field(default=EventCounts())
    macro: EventCounts = field(default=EventCounts())

    def __add__(self, other: "MegcCounts") -> "MegcCounts":
        return MegcCounts(self.micro + other.micro, self.macro + other.macro)

    @property
    def overall(self) -> EventCounts:
        """Pooled counts of both kinds."""
        return self.micro + self.macro


def megc_counts(
    predictions: Sequence[Frames],
    references: Sequence[Frames],
    threshold: float = MEGC_THRESHOLD,
) -> EventCounts:
    """Count one video and one kind of expression, one to one.

    Args:
        predictions: Inclusive frames.
        references: Inclusive frames, on the same axis.
        threshold: IoU that is enough.

    Raises:
        ValueError: An offset lies before its onset.

    Example:
        >>> megc_counts([(10, 19)], [(10, 14)])  # 5 of 10 frames: exactly one half is enough
        EventCounts(tp=1, fp=0, fn=0)
    """
    return event_counts(
        _intervals(predictions), _intervals(references), threshold, IouRule.AT_LEAST
    )


def fork_counts(
    predictions: Sequence[Frames],
    references: Sequence[Frames],
    fork: Fork,
    threshold: float = MEGC_THRESHOLD,
) -> EventCounts:
    """Count one video as a public copy of the evaluator does.

    Args:
        predictions: Inclusive frames, in order of the file, which matters here.
        references: Inclusive frames.
        fork: Which copy.
        threshold: IoU that is enough.

    Returns:
        With `Fork.REUSE` TP may exceed the number of references, and TP + FN their number.
    """
    said, true = _intervals(predictions), _intervals(references)
    taken: set[int] = set()
    tp = fp = 0
    for one in said:
        overlaps = [one.iou(other) for other in true]
        enough = [index for index, value in enumerate(overlaps) if value >= threshold]
        if fork is Fork.BEST_ONLY:
            best = max(enough, key=lambda index: overlaps[index], default=None)
            enough = [] if best is None or best in taken else [best]
        tp += len(enough)
        fp += not enough
        taken.update(enough)
    return EventCounts(tp, fp, len(true) - len(taken))


def _intervals(frames: Sequence[Frames]) -> list[Interval]:
    return [from_frames(onset, offset) for onset, offset in frames]
