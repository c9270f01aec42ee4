"""Frames of a clip to times on ELAN's time line that map back to the same frames.

The time of a frame is its presentation time rounded down to the millisecond, minus TIME_ORIGIN; the end of
a segment is the time of the next frame. `wdmd_tools.timebase` says why that is exact. The frames table
stores microseconds, rounded; where that rounding crosses a millisecond, the time is one more than the floor
and still before the next frame's, so the frame is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.review.tiers import recording_clips


@dataclass(frozen=True)
class ClipTimes:
    """When the frames of a clip begin, on ELAN's time line.

    Args:
        starts_ms: One per frame; negative before ELAN's 0.
        end_ms: When the last one ends.
    """

    starts_ms: tuple[int, ...]
    end_ms: int

    @classmethod
    def from_pts_us(cls, pts_us: Sequence[int], time_origin_ms: int, end_ms: int) -> "ClipTimes":
        """From media times in microseconds.

        Args:
            pts_us: Of every frame.
            time_origin_ms: Media time of ELAN's 0.
            end_ms: ELAN time of the end of the clip.
        """
        return cls(tuple(int(pts) // 1000 - time_origin_ms for pts in pts_us), end_ms)

    def span(self, frames: Interval) -> Interval:
        """The time of half-open frames, clip-relative.

        Args:
            frames: On the clip's frame axis.

        Raises:
            ValueError: They leave the clip.
        """
        first, end = frames.start_ms, frames.end_ms
        if not 0 <= first < end <= len(self.starts_ms):
            raise ValueError(f"Expected frames in [0, {len(self.starts_ms)}), got [{first}, {end})")
        start_ms = self.starts_ms[first]
        end_ms = self.starts_ms[end] if end < len(self.starts_ms) else self.end_ms
        return Interval(start_ms, max(end_ms, start_ms + 1))


def recording_times(dataset: Dataset, recording_id: str) -> dict[str, ClipTimes]:
    """The times of every clip of a recording.

    Where the next clip begins with the next frame, a clip ends when that frame begins, so segments of two
    clips never overlap.

    Args:
        dataset: An opened dataset.
        recording_id: One of its recordings.

    Returns:
        Clip id to times.

    Raises:
        UnknownNameError: There is no such recording.
    """
    result: dict[str, ClipTimes] = {}
    follower: tuple[int, int] | None = None
    for row in reversed(recording_clips(dataset, recording_id)):
        end_ms = int(row["end_ms"])
        if follower is not None and follower[0] == row["end_frame"]:
            end_ms = follower[1]
        pts = dataset.clip_frames(row["clip_id"])["pts_us"].to_pylist()
        times = ClipTimes.from_pts_us(pts, int(row["time_origin_ms"]), end_ms)
        result[str(row["clip_id"])] = times
        if times.starts_ms:
            follower = (int(row["start_frame"]), times.starts_ms[0])
    return result
