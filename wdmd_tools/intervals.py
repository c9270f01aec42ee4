"""Spans of time: whole milliseconds, half-open, never empty.

An `Interval` is

- *whole milliseconds*, because that is ELAN's own unit, so nothing is rounded on the way in;
- *half-open*, ``[start_ms, end_ms)``, so two annotations that share a boundary touch and do not overlap;
- *never empty*: ``start_ms < end_ms`` is checked at construction, and an empty intersection is `None`.

    a   |-------|            a & b  ->      |---|
    b       |-------|        a.iou(b) = 4 / 12

Frames have inclusive ends in the field's tables (`onset_frame`, `offset_frame`). The conversion is done
by `from_frames` and `to_frames`, and nowhere else.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """A non-empty half-open span ``[start_ms, end_ms)``.

    The unit is the millisecond by name, but any integer axis works: metrics on frames use the same class
    through `from_frames`.

    Args:
        start_ms: First instant inside.
        end_ms: First instant after it, greater than `start_ms`.

    Raises:
        TypeError: A bound is not an integer.
        ValueError: The interval would be empty or reversed.

    Example:
        >>> Interval(0, 300).iou(Interval(100, 400))
        0.5
    """

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        for name in ("start_ms", "end_ms"):
            if not isinstance(getattr(self, name), int):
                raise TypeError(f"Expected `{name}` to be an int but got {getattr(self, name)!r}.")
        if self.start_ms >= self.end_ms:
            raise ValueError(
                f"Expected `start_ms` < `end_ms` but got {self.start_ms}, {self.end_ms}."
            )

    @property
    def duration_ms(self) -> int:
        """Length, always positive."""
        return self.end_ms - self.start_ms

    @property
    def midpoint_ms(self) -> Fraction:
        """The exact middle."""
        return Fraction(self.start_ms + self.end_ms, 2)

    def __and__(self, other: "Interval") -> "Interval | None":
        """The common part, or `None` when the two do not overlap (touching is not overlapping)."""
        start, end = max(self.start_ms, other.start_ms), min(self.end_ms, other.end_ms)
        return Interval(start, end) if start < end else None

    def overlaps(self, other: "Interval") -> bool:
        """Whether the two share at least one instant."""
        return self.start_ms < other.end_ms and other.start_ms < self.end_ms

    def contains(self, time_ms: int) -> bool:
        """Whether an instant lies inside."""
        return self.start_ms <= time_ms < self.end_ms

    def iou(self, other: "Interval") -> float:
        """Temporal intersection over union (tIoU), in [0, 1]."""
        common = self & other
        if common is None:
            return 0.0
        union = self.duration_ms + other.duration_ms - common.duration_ms
        return common.duration_ms / union

    def shift(self, by_ms: int) -> "Interval":
        """The same span, `by_ms` later."""
        return Interval(self.start_ms + by_ms, self.end_ms + by_ms)


def from_frames(onset_frame: int, offset_frame: int) -> Interval:
    """Frames with an inclusive end, as the field reports them, to a half-open interval on the frame axis.

    Args:
        onset_frame: First frame inside, 0-based.
        offset_frame: Last frame inside.

    Example:
        >>> from_frames(10, 12)
        Interval(start_ms=10, end_ms=13)
    """
    return Interval(onset_frame, offset_frame + 1)


def to_frames(interval: Interval) -> tuple[int, int]:
    """The inverse of `from_frames`: ``(onset_frame, offset_frame)`` with an inclusive end."""
    return interval.start_ms, interval.end_ms - 1
