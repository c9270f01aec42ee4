"""Frames of any rate to the steps of a network that works at one rate, and back.

    frames   | 0 | 1 | 2 | 3 | 4 | 5 | 6 |        60 fps
    steps    |   0   |   1   |   2   |   3        stride 2; step k covers frames [2k, 2k + 2)
                 ^ its centre is frame position 2k + 1

Positions are continuous, half-open, and count from the beginning of a frame: position p lies in frame
``floor(p)``. Point k of a grid stands at the centre of its step, ``(k + 0.5) * stride``. Losing that half
step is the usual mistake, and it matters when an ME lasts ten frames.
"""

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval

Array = npt.NDArray[np.float32]


def stride_of(fps: float, rate: float) -> int:
    """Frames per step, so that there are about `rate` steps a second; never less than one frame."""
    return max(1, round(fps / rate))


def to_steps(features: Array, stride: int) -> Array:
    """Mean over the frames of each step; the last one may have fewer.

    Args:
        features: Shape (T, C).
        stride: Frames per step.

    Returns:
        Shape (ceil(T / stride), C).
    """
    starts = np.arange(0, len(features), stride)
    counts = np.diff(np.append(starts, len(features)))
    means: Array = (np.add.reduceat(features, starts) / counts[:, None]).astype(np.float32)
    return means


def frames_to_position(frame: float, stride: int) -> float:
    """A frame position on the axis of steps, where step k has its centre at k + 0.5."""
    return frame / stride


def to_frames(start: float, end: float, stride: int, n_frames: int) -> Interval | None:
    """Step positions to the half-open frames that they cover, rounded to the nearest boundaries.

    Args:
        start: Position on the axis of steps.
        end: Likewise, after `start`.
        stride: Frames per step.
        n_frames: Of the clip.

    Returns:
        At least one frame, inside the clip; `None` when nothing of it lies in the clip.
    """
    first = int(np.clip(np.floor(start * stride + 0.5), 0, n_frames))
    last = int(np.clip(np.floor(end * stride + 0.5), 0, n_frames))
    if last > first:
        return Interval(first, last)
    if first >= n_frames or end * stride <= 0:
        return None
    return Interval(first, first + 1)
