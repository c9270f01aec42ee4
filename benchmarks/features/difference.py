"""How much each frame differs from the frames around it: chi-squared feature difference.

    tail i-k          current i          head i+k
       |------- k -------|------- k -------|
       average of tail and head   against   current        -> one chi-squared distance per block

A short movement that comes and goes within 2k frames is large here; slow ones are in the average as well,
and the contrast takes off what is left of them.

Reference:
    Moilanen, Zhao and Pietikäinen, Spotting rapid facial movements from videos using appearance-based
    feature difference analysis, ICPR 2014; Li et al., Towards reading hidden emotions, TAFFC 2018.
"""

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]


def chi_squared(first: Float, second: Float) -> Float:
    """``sum (a - b)^2 / (a + b)`` over the last axis; bins that are empty in both count 0."""
    total = first + second
    terms = np.divide((first - second) ** 2, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(terms.sum(axis=-1))


def feature_difference(counts: npt.NDArray[np.integer], k: int, largest: int) -> Float:
    """The initial difference vector F: mean of the largest block differences of each frame.

    Args:
        counts: Shape (T, blocks, bins); each block's histogram is scaled to a sum of 1.
        k: Frames to the tail and to the head.
        largest: M, how many block differences are averaged.

    Returns:
        Shape (T,); 0 for the first and last `k` frames, which have no tail or head.
    """
    frames, blocks, _ = counts.shape
    values = counts.astype(np.float64)
    total = values.sum(axis=2, keepdims=True)
    np.divide(values, total, out=values, where=total > 0)
    found = np.zeros(frames)
    if frames <= 2 * k:
        return found
    around = 0.5 * (values[: frames - 2 * k] + values[2 * k :])
    distances = np.sort(chi_squared(values[k : frames - k], around), axis=1)
    found[k : frames - k] = distances[:, max(0, blocks - largest) :].mean(axis=1)
    return found


def contrast(difference: Float, k: int) -> Float:
    """What stands out of its surroundings: ``F_i - (F_{i-k} + F_{i+k}) / 2``, not below 0.

    Args:
        difference: F, shape (T,), from `feature_difference`.
        k: Frames to both sides.

    Returns:
        Shape (T,); where one side has no F, the other stands for it.
    """
    frames = len(difference)
    index = np.arange(k, max(k, frames - k))
    found = np.zeros(frames)
    if not len(index):
        return found
    before, after = index - k, index + k
    # The first and last k frames have no F of their own.
    has_before, has_after = before >= k, after < frames - k
    before = np.where(has_before, before, np.where(has_after, after, index))
    after = np.where(has_after, after, before)
    base = 0.5 * (difference[before] + difference[after])
    found[index] = np.clip(difference[index] - base, 0, None)
    return found
