"""Windows of a clip back to one row per frame.

window 0  |=============|
window 1         -------|======|            a later one writes only what lies behind those before it,
window 2                 ------|=======|    which is its second half: there it has seen the most
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def stitched(
    windows: npt.NDArray[Any], starts: Sequence[int], n_frames: int
) -> npt.NDArray[np.float32]:
    """One row per frame.

    Args:
        windows: Shape (W, T, ...).
        starts: First frame of each, ascending, without gaps between windows.
        n_frames: Of the clip; rows behind its end are dropped.

    Returns:
        Shape (n_frames, ...).

    Raises:
        ValueError: The windows leave frames out.
    """
    found = np.zeros((n_frames, *windows.shape[2:]), dtype=np.float32)
    done = 0
    for window, start in zip(windows, starts, strict=True):
        end = min(n_frames, start + len(window))
        if start > done:
            raise ValueError(f"Expected a window from frame {done} or before but got {start}.")
        if end > done:
            found[done:end] = window[done - start : end - start]
            done = end
    if done < n_frames:
        raise ValueError(f"Expected windows up to frame {n_frames} but they end at {done}.")
    return found
