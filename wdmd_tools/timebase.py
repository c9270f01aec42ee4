"""Which decoded frame is on screen at a time.

    PTS, ms      0      16.7     33.3     50
    floor        0      16       33       50
    frame        0      1        2        3
    t = 16 -> 1      t = 32 -> 1      t = 33 -> 2      t = 34 -> 2

The frame of a time t is the last one whose presentation time, *rounded down to the millisecond*, is not
after t. Players write the time of a frame rounded up, down or to the nearest millisecond; this rule gets
the frame back from each of them, at any constant or variable rate up to about 400 frames per second.
``int(t * fps)`` is wrong for up to 98 % of the frames. All arithmetic is on exact rationals.
"""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from wdmd_tools.intervals import Interval

_MS = Fraction(1, 1000)
_USUAL_RATES = tuple(
    Fraction(n) for n in (10, 12, 15, 24, 25, 30, 48, 50, 60, 90, 100, 120, 200, 240)
) + tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120))


@dataclass(frozen=True)
class FrameTable:
    """Presentation times of all decoded frames of a video.

    Args:
        pts: As in the container, in units of `time_base`, strictly increasing.
        time_base: Seconds per unit.
        shift: Start of the container in seconds, taken off every time.
        rate: Frames per second where it is known, as for numbered pictures; `fps` is measured when `None`.

    Raises:
        ValueError: There is no frame, or times do not increase.
    """

    pts: tuple[int, ...]
    time_base: Fraction
    shift: Fraction = Fraction(0)
    rate: Fraction | None = None

    def __post_init__(self) -> None:
        if not self.pts:
            raise ValueError("Expected at least one frame.")
        if any(b <= a for a, b in zip(self.pts, self.pts[1:], strict=False)):
            raise ValueError("Expected `pts` to increase.")

    @classmethod
    def from_seconds(cls, times: Sequence[Fraction]) -> "FrameTable":
        """A table from exact times in seconds."""
        denominator = math.lcm(*(time.denominator for time in times))
        return cls(tuple(int(time * denominator) for time in times), Fraction(1, denominator))

    def __len__(self) -> int:
        return len(self.pts)

    def seconds(self, frame: int) -> Fraction:
        """Exact media time of a frame, relative to the container's start."""
        return self.pts[frame] * self.time_base - self.shift

    @cached_property
    def floor_ms(self) -> tuple[int, ...]:
        """Media time of every frame, rounded down to the millisecond."""
        numerator, denominator = self.time_base.numerator * 1000, self.time_base.denominator
        offset = self.shift * 1000
        if offset == 0:
            return tuple(pts * numerator // denominator for pts in self.pts)
        scale = Fraction(numerator, denominator)
        return tuple((pts * scale - offset).__floor__() for pts in self.pts)

    @cached_property
    def pts_us(self) -> tuple[int, ...]:
        """Media time of every frame, rounded to the microsecond."""
        scale, offset = self.time_base * 1_000_000, self.shift * 1_000_000
        return tuple(round(pts * scale - offset) for pts in self.pts)

    @cached_property
    def fps(self) -> Fraction:
        """Average frame rate; a usual rate where it agrees with one within 0.02 %; `rate` if known."""
        if self.rate is not None:
            return self.rate
        if len(self.pts) < 2:
            return Fraction(25)
        mean = (len(self.pts) - 1) / ((self.pts[-1] - self.pts[0]) * self.time_base)
        close = min(_USUAL_RATES, key=lambda rate: abs(rate - mean))
        # A time base of 1/1000 s (Matroska) blurs the end points by a millisecond each.
        blur = Fraction(2, 1000) * mean / (len(self.pts) - 1) if self.time_base >= _MS else 0
        if abs(close - mean) <= close * (Fraction(1, 5000) + blur):
            return close
        return mean.limit_denominator(1001)

    @property
    def is_variable(self) -> bool:
        """Whether some frame lasts more than a quarter longer or shorter than the average, and 2 ms."""
        mean = 1 / self.fps
        limit = max(mean / 4, Fraction(2, 1000))
        steps = ((b - a) * self.time_base for a, b in zip(self.pts, self.pts[1:], strict=False))
        return any(abs(step - mean) > limit for step in steps)

    @property
    def end_ms(self) -> int:
        """Media time at which the last frame ends, ms, rounded up."""
        return -((-(self.seconds(len(self.pts) - 1) + 1 / self.fps) * 1000).__floor__())

    def frame_of(self, time_ms: int) -> int:
        """The frame on screen at a media time.

        Args:
            time_ms: Media time (annotation time plus TIME_ORIGIN), ms.

        Returns:
            ``max{k : floor(PTS_ms[k]) <= time_ms}``; 0 before the first frame, and the number of frames
            at or after the end of the last.
        """
        if time_ms >= self.end_ms:
            return len(self.pts)
        return max(0, bisect.bisect_right(self.floor_ms, time_ms) - 1)

    def frames_of(self, interval: Interval) -> tuple[int, int, bool]:
        """The frames that an interval covers.

        Args:
            interval: In media time.

        Returns:
            First frame, first frame after it (at least one more), and whether the interval is shorter
            than a frame and was widened to one.
        """
        first = min(self.frame_of(interval.start_ms), len(self.pts) - 1)
        end = self.frame_of(interval.end_ms)
        return (first, end, False) if end > first else (first, first + 1, True)

    def share_near_frame_starts(self, times_ms: Sequence[int]) -> float | None:
        """Share of times within 1 ms of the start of a frame: near 1 when annotated frame by frame."""
        if not times_ms:
            return None
        near = 0
        for time in times_ms:
            frame = min(max(bisect.bisect_right(self.floor_ms, time) - 1, 0), len(self.pts) - 1)
            around = self.floor_ms[frame : frame + 2]
            near += any(abs(time - start) <= 1 for start in around)
        return near / len(times_ms)
