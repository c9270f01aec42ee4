"""Geometry of a clip's timeline: runs of frames, curves, ticks. Pure, in frames and percent.

A lane is an SVG of the clip's width in frames, stretched to the page, so it needs no font and fits a phone
as it fits a wide screen.

    frames  0    1    2    3    4    5
            |----|----|----|----|----|
    a run of frames 1..3 is the bar [1, 4); frame k of a curve lies at x = k + 0.5
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from wdmd_tools.report.model import Tick
from wdmd_tools.report.text import clock

MOST_POINTS = 600
"""Points of a curve; longer ones keep the extremes of each stretch, so that no spike is lost."""

_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)


def runs(values: Sequence[Any]) -> list[tuple[int, int, Any]]:
    """Equal neighbours as (start, end, value), end exclusive.

    Args:
        values: One per frame.
    """
    found: list[tuple[int, int, Any]] = []
    start = 0
    for index in range(1, len(values) + 1):
        if index == len(values) or values[index] != values[start]:
            found.append((start, index, values[start]))
            start = index
    return found


def curve(values: npt.NDArray[np.floating], low: float, high: float) -> str:
    """SVG path data of a curve with gaps where values are missing.

    Args:
        values: One per frame, NaN where there is none.
        low: Value at the bottom (y = 100).
        high: Value at the top (y = 0).

    Returns:
        Path data; a value alone between gaps becomes a short dash. Empty without values.

    Raises:
        ValueError: `low` is not below `high`.
    """
    if not low < high:
        raise ValueError(f"Expected low < high but got {low}, {high}.")
    y = 100 * (high - np.clip(values, low, high)) / (high - low)
    pieces = []
    for start, end, present in runs(np.isfinite(values).tolist()):
        if not present:
            continue
        picked = _picked(values[start:end], max(2, MOST_POINTS * (end - start) // len(values)))
        points = [(start + int(k) + 0.5, float(y[start + k])) for k in picked]
        if len(points) == 1:
            x, height = points[0]
            points = [(x - 0.4, height), (x + 0.4, height)]
        pieces.append("M" + "L".join(f"{x:g} {height:.1f}" for x, height in points))
    return "".join(pieces)


def _picked(values: npt.NDArray[np.floating], most: int) -> list[int]:
    """Indices to draw: all, or the lowest and highest of equal stretches."""
    if len(values) <= most:
        return list(range(len(values)))
    chosen = {0, len(values) - 1}
    for stretch in np.array_split(np.arange(len(values)), max(1, most // 2)):
        chosen.add(int(stretch[np.argmin(values[stretch])]))
        chosen.add(int(stretch[np.argmax(values[stretch])]))
    return sorted(chosen)


def time_ticks(start_ms: int, end_ms: int, most: int = 6) -> tuple[Tick, ...]:
    """Round times inside a clip.

    Args:
        start_ms: The clip's start in ELAN's time.
        end_ms: Its end.
        most: Ticks at most; labels must not touch on a phone.
    """
    length = end_ms - start_ms
    if length <= 0:
        return ()
    step = next((s for s in _STEPS_S if length / (1000 * s) <= most), _STEPS_S[-1]) * 1000
    step = max(step, length / most)
    digits = 1 if step < 1000 else 0
    first = int(-(-start_ms // step) * step)
    times = np.arange(first, end_ms, step)
    return tuple(
        # A label at the very edge would leave the strip.
        Tick(round(100 * (t - start_ms) / length, 3), clock(float(t), digits))
        for t in times
        if 100 * (t - start_ms) / length <= 93
    )


def motion(
    boxes: npt.NDArray[np.floating], affines: npt.NDArray[np.floating]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """How far the face moves from one frame to the next, before and after alignment.

    The point followed is the middle of the upper edge of the face's box: the jaw does not move it. It is
    one noisy point, so it shows *where* motion is left; how much is said by `jitter_px` of the clip, which
    is measured on many rigid points.

    Args:
        boxes: (T, 4), x0 y0 x1 y1 in source px, NaN where there is no face.
        affines: (T, 6), source px to crop px, row-major.

    Returns:
        Two arrays (T,) in crop px per frame: motion of the face in the film, and motion left in the crop.
        The first frame, and frames next to a gap, are NaN.
    """
    if len(boxes) == 0:
        return np.empty(0), np.empty(0)
    point = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 1]], axis=1).astype(np.float64)
    matrix = affines.reshape(-1, 2, 3).astype(np.float64)
    mapped = np.einsum("tij,tj->ti", matrix[:, :, :2], point) + matrix[:, :, 2]
    determinant = matrix[:, 0, 0] * matrix[:, 1, 1] - matrix[:, 0, 1] * matrix[:, 1, 0]
    scale = np.sqrt(np.abs(determinant))
    before = np.full(len(boxes), np.nan)
    after = np.full(len(boxes), np.nan)
    before[1:] = np.linalg.norm(np.diff(point, axis=0), axis=1) * scale[1:]
    after[1:] = np.linalg.norm(np.diff(mapped, axis=0), axis=1)
    return before, after
