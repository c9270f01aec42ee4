"""Descriptors of sliding windows from per-frame histograms, by cumulative sums."""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.features.blocks import Counts


def window_starts(n_frames: int, length: int, stride: int) -> npt.NDArray[np.int64]:
    """First frames of the windows of a clip; the last window ends with the clip.

    Args:
        n_frames: Frames of the clip.
        length: Frames of a window.
        stride: Frames between windows.

    Returns:
        Ascending; empty when the clip is shorter than a window.
    """
    if n_frames < length:
        return np.zeros(0, dtype=np.int64)
    starts = np.arange(0, n_frames - length + 1, stride, dtype=np.int64)
    if starts[-1] != n_frames - length:
        starts = np.append(starts, n_frames - length)
    return starts


def window_descriptors(
    counts: Counts,
    starts: npt.NDArray[np.int64],
    length: int,
    margin: int,
    parts: Sequence[int],
) -> npt.NDArray[np.float32]:
    """Square roots of the normalised histograms of windows.

    The frames at both ends of a window that have no code when the window is looked at alone
    (`margin` = R_t) are left out, so the result is that of the window cut out of the clip. Each block's
    histogram of each part (plane) is scaled to a sum of 1; the square root makes a linear SVM compare
    histograms by the Hellinger distance.

    Args:
        counts: Shape (T, rows, columns, ...), with the bins of one block in the last axes.
        starts: First frame of each window.
        length: Frames of a window, more than twice `margin`.
        margin: Frames at each end of a window without codes.
        parts: Bins of each part of a block's histogram, such as (59, 59, 59) or (16, 4).

    Returns:
        Shape (windows, rows * columns * sum(parts)).

    Raises:
        ValueError: The window is too short, or `parts` do not fit.
    """
    frames, rows, columns = counts.shape[:3]
    bins = int(np.prod(counts.shape[3:]))
    if length <= 2 * margin:
        raise ValueError(f"Expected windows of more than {2 * margin} frames but got {length}.")
    if sum(parts) != bins:
        raise ValueError(f"Expected parts adding up to {bins} bins but got {tuple(parts)}.")
    flat = counts.reshape(frames, rows * columns, bins)
    running = np.zeros((frames + 1, rows * columns, bins), dtype=np.int32)
    np.cumsum(flat, axis=0, dtype=np.int32, out=running[1:])
    sums = (running[starts + length - margin] - running[starts + margin]).astype(np.float32)
    edges = np.concatenate([[0], np.cumsum(parts)]).astype(np.int64)
    for first, last in itertools.pairwise(edges.tolist()):
        part = sums[:, :, first:last]
        total = part.sum(axis=2, keepdims=True)
        np.divide(part, total, out=part, where=total > 0)
    np.sqrt(sums, out=sums)
    return sums.reshape(len(starts), -1)
