"""Videos of any frame rate on the frame rate of a model.

A model sees frames at one rate; frames are picked, never blended, since blending would smear motion.
"""

import numpy as np
import numpy.typing as npt


def resample_index(n_frames: int, fps: float, model_fps: float) -> npt.NDArray[np.intp]:
    """Which source frame stands at each frame of the model.

    Args:
        n_frames: Source frames, at least 1.
        fps: Rate of the source.
        model_fps: Rate of the model; rates closer than 2 % are treated as equal.

    Returns:
        Increasing indices into the source; all of them when the rates agree.

    Example:
        >>> resample_index(5, 60.0, 30.0).tolist()
        [0, 2, 4]
    """
    if abs(fps - model_fps) <= 0.02 * model_fps:
        return np.arange(n_frames)
    count = max(1, round(n_frames * model_fps / fps))
    index = np.floor(np.arange(count) * fps / model_fps + 0.5).astype(np.intp)
    picked: npt.NDArray[np.intp] = np.minimum(index, n_frames - 1)
    return picked


def spread_scores(
    scores: npt.NDArray[np.float32], index: npt.NDArray[np.intp], n_frames: int
) -> npt.NDArray[np.float32]:
    """Scores at picked frames to a score for every source frame, linear in between.

    Args:
        scores: (len(index),).
        index: From `resample_index`.
        n_frames: Source frames.

    Returns:
        (n_frames,)
    """
    if len(index) == n_frames:
        return scores.astype(np.float32)
    places, first = np.unique(index, return_index=True)
    return np.interp(np.arange(n_frames), places, scores[first]).astype(np.float32)
