"""Region motion of an interval as one descriptor: what its emotion is told by.

motion (T, rows, cols, 6)    . . . [a b c d] . . .
│      └────► the frame that moved most: direction at the apex
└───────────► mean: direction all along
"""

import numpy as np
import numpy.typing as npt

from benchmarks.features.frames import Regions
from wdmd_tools.intervals import Interval

Float = npt.NDArray[np.float32]


def pooled(motion: Regions, interval: Interval, scale: Float) -> Float:
    """Mean motion, and that of the frame that moved most, each of unit length.

    Unit length, since direction tells emotions apart; how far the skin moves is the person's.

    Args:
        motion: Shape (T, rows, columns, 6), see `benchmarks.features.frames`.
        interval: On the clip's frames; at least one of them is taken.
        scale: Spread of each channel, (6,).

    Returns:
        Shape (2 * rows * columns * 6,), zeros where nothing moved.
    """
    first = min(max(interval.start_ms, 0), len(motion) - 1)
    end = max(min(interval.end_ms, len(motion)), first + 1)
    part = (motion[first:end].astype(np.float32) / scale).reshape(end - first, -1)
    most = part[int(np.square(part).sum(axis=1).argmax())]
    return np.concatenate([_unit(part.mean(axis=0)), _unit(most)])


def _unit(values: Float) -> Float:
    length = float(np.sqrt(np.square(values).sum()))
    return values / np.float32(length) if length > 0 else values
