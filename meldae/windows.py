"""Clips of any length as overlapping windows of one length, and back."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def window_starts(n_frames: int, window: int, overlap: float) -> list[int]:
    """First frames of windows that cover a clip; the last one ends with it.

    Args:
        n_frames: Length of the clip, at least 1.
        window: Length of a window.
        overlap: Share of a window that the next one covers too, in [0, 1).

    Returns:
        ``[0]`` when the clip fits into one and a half windows: one long look is better than two short
        ones.

    Example:
        >>> window_starts(200, 64, 0.5)
        [0, 34, 68, 102, 136]
    """
    if n_frames <= window * 1.5:
        return [0]
    count = int(np.ceil((n_frames - window) / (window * (1 - overlap)))) + 1
    return [round(float(start)) for start in np.linspace(0, n_frames - window, count)]


def blend(
    pieces: Sequence[npt.NDArray[np.float32]], starts: Sequence[int], n_frames: int
) -> npt.NDArray[np.float32]:
    """Weighted mean of overlapping pieces; the middle of a window, which has context, weighs most.

    Args:
        pieces: Logits of each window.
        starts: Their first frames.
        n_frames: Length of the clip.

    Returns:
        (n_frames,)
    """
    total = np.zeros(n_frames, dtype=np.float64)
    weights = np.zeros(n_frames, dtype=np.float64)
    for piece, start in zip(pieces, starts, strict=True):
        length = len(piece)
        ramp = np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1)) / length
        total[start : start + length] += ramp * piece
        weights[start : start + length] += ramp
    return (total / np.maximum(weights, 1e-12)).astype(np.float32)
