"""Which frames of a piece of film are the eight of a sequence.

    16 frames, 2 phases    x . x . x . x . x . x . x . x .       phase 0
                           . x . x . x . x . x . x . x . x       phase 1

Every phase is a sequence of its own: more to learn from, and a vote each when the piece is judged.
"""

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval


def sequences(interval: Interval, frames: int) -> npt.NDArray[np.int64]:
    """Frames of every phase.

    The published rule, ``i * (length // frames) + phase``, where the length is a multiple of `frames`;
    otherwise it leaves up to half of a short ME out, and the frames are spread over all of it instead.
    A piece shorter than `frames`, which the published program skips, repeats some.

    Args:
        interval: Half-open, frames.
        frames: Of a sequence.

    Returns:
        Shape (phases, frames), not decreasing along the second axis.
    """
    length = interval.duration_ms
    phases = max(1, length // frames)
    step = np.arange(frames)[None, :] * phases + np.arange(phases)[:, None]
    return interval.start_ms + step * length // (frames * phases)
