"""What the network is to say about each used frame.

clip (used frames)  . . . . on = = = = off . . .
spotting            0 0 0 0 0  1 1 1 1  0  0 0 0      strictly inside
class               n n n n n  e e e e  n  n n n      n neutral, e emotion, or left out where it has none
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval

Float = npt.NDArray[np.float32]
Int = npt.NDArray[np.int64]

LEFT_OUT = -100
"""Class of a frame that counts in no loss."""


@dataclass(frozen=True)
class FrameTargets:
    """Targets of a clip.

    Args:
        spot: Shape (N,), 0 or 1.
        classes: Shape (N,): index of the emotion, the number of emotions for neutral, or `LEFT_OUT`.
    """

    spot: Float
    classes: Int


def frame_targets(
    used: int,
    skip: int,
    intervals: Sequence[Interval],
    emotions: Mapping[Interval, int],
    n_emotions: int,
) -> FrameTargets:
    """Targets of a clip's used frames.

    Args:
        used: Their number.
        skip: Frame t of them is frame ``t * skip`` of the clip.
        intervals: MEs, half-open, in frames of the clip.
        emotions: Class of those that have one.
        n_emotions: Classes.
    """
    spot = np.zeros(used, dtype=np.float32)
    classes = np.full(used, n_emotions, dtype=np.int64)
    for interval in intervals:
        onset, offset = used_span(interval, skip)
        inside = slice(onset + 1, max(onset + 1, offset))
        spot[inside] = 1
        classes[inside] = emotions.get(interval, LEFT_OUT)
    return FrameTargets(spot, classes)


def used_span(interval: Interval, skip: int) -> tuple[int, int]:
    """First and last used frame of an interval, both inside."""
    return interval.start_ms // skip, (interval.end_ms - 1) // skip


def clip_span(onset: int, offset: int, skip: int, n_frames: int) -> Interval:
    """The inverse of `used_span`: half-open, in frames of the clip, which has `n_frames`."""
    return Interval(onset * skip, min(n_frames, (offset + 1) * skip))


def class_weights(classes: Int, n_emotions: int, neutral: float) -> Float:
    """Balanced weights: ``frames / (classes * frames of the class)``, neutral's times `neutral`.

    Args:
        classes: Any shape, see `FrameTargets`.
        n_emotions: Emotions; neutral comes last.
        neutral: A further factor of neutral.

    Returns:
        Shape (n_emotions + 1,); 0 for a class without frames.
    """
    counts = np.bincount(classes[classes != LEFT_OUT].ravel(), minlength=n_emotions + 1)
    present = counts > 0
    weights = np.zeros(n_emotions + 1)
    weights[present] = counts.sum() / (present.sum() * counts[present])
    weights[-1] *= neutral
    return weights.astype(np.float32)
