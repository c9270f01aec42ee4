"""Segments of a clip in seconds from its first frame, and frame rates."""

from fractions import Fraction
from typing import Any

from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset


def clip_starts_s(dataset: Dataset, clip: dict[str, Any]) -> list[float]:
    """When each frame of a clip begins, seconds from its first frame, then when the last one ends.

    From presentation times, so it holds for variable frame rates; the last frame lasts 1 / rate.

    Args:
        dataset: An opened dataset.
        clip: Its row of the clips table.
    """
    pts = dataset.clip_frames(clip["clip_id"])["pts_us"].to_pylist()
    if not pts:
        return [0.0]
    starts = [round((time - pts[0]) / 1e6, 6) for time in pts]
    last = Fraction(pts[-1] - pts[0], 1_000_000) + Fraction(clip["fps_den"], clip["fps_num"])
    return [*starts, round(float(last), 6)]


def span_s(starts: list[float], frames: Interval) -> list[float]:
    """First and last instant of half-open frames, seconds."""
    return [starts[frames.start_ms], starts[frames.end_ms]]
