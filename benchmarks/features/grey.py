"""RGB crops to grey volumes of one size."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

UInt8 = npt.NDArray[np.uint8]


def to_grey(frames: UInt8) -> UInt8:
    """Luma of RGB frames (ITU-R BT.601 weights in 256ths, rounded).

    Args:
        frames: Shape (T, H, W, 3).

    Returns:
        Shape (T, H, W).
    """
    red, green, blue = (frames[..., channel].astype(np.uint16) for channel in range(3))
    return ((77 * red + 150 * green + 29 * blue + 128) >> 8).astype(np.uint8)


def resize(volume: UInt8, size: int) -> UInt8:
    """Frames to ``size`` x ``size`` by area averaging; smaller ones stay as they are.

    Enlarging would only repeat what is there, and change the codes.

    Args:
        volume: Shape (T, H, W).
        size: Height and width wanted.

    Returns:
        Shape (T, min(H, size), min(W, size)).
    """
    _, height, width = volume.shape
    if height <= size and width <= size:
        return volume
    down = _area_weights(height, min(size, height))
    right = _area_weights(width, min(size, width))
    out = np.empty((len(volume), len(down), len(right)), dtype=np.uint8)
    for index, frame in enumerate(volume):
        out[index] = np.rint(down @ frame.astype(np.float32) @ right.T)
    return out


@lru_cache(maxsize=16)
def _area_weights(source: int, target: int) -> npt.NDArray[np.float32]:
    """Shape (target, source): how much of each source pixel lies in each target pixel; rows sum to 1."""
    scale = source / target
    starts = np.arange(target)[:, None] * scale
    pixels = np.arange(source)[None, :]
    common = np.minimum(starts + scale, pixels + 1) - np.maximum(starts, pixels)
    weights: npt.NDArray[np.float32] = (np.clip(common, 0, None) / scale).astype(np.float32)
    return weights
