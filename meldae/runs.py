"""Runs of frames over a threshold."""

import numpy as np
import numpy.typing as npt


def runs_over(
    scores: npt.NDArray[np.floating], threshold: float, gap: int = 0
) -> list[tuple[int, int]]:
    """Half-open runs of frames at or above a threshold.

    Args:
        scores: (T,).
        threshold: At or above it a frame counts.
        gap: Runs no more than this many frames apart are joined.

    Example:
        >>> runs_over(np.array([1, 1, 0, 1, 0, 0, 1]), 0.5)
        [(0, 2), (3, 4), (6, 7)]
        >>> runs_over(np.array([1, 1, 0, 1, 0, 0, 1]), 0.5, gap=1)
        [(0, 4), (6, 7)]
    """
    steps = np.diff(np.concatenate(([0], (scores >= threshold).astype(np.int8), [0])))
    joined: list[tuple[int, int]] = []
    for first, end in zip(
        np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True
    ):
        if joined and gap and first - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((first, end))
    return joined
