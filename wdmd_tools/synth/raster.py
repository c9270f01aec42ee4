"""A thin typed layer over OpenCV: float arrays, warps, blurs."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
ByteArray = NDArray[np.uint8]


def f32(value: Any) -> FloatArray:
    """Anything array-like as float32."""
    return np.asarray(value, np.float32)


def to_bytes(image: FloatArray) -> ByteArray:
    """Round to grey levels 0 to 255."""
    return np.asarray(np.clip(image + 0.5, 0, 255), np.uint8)


def warp_bytes(image: ByteArray, grid: FloatArray, *, cubic: bool = False) -> ByteArray:
    """Sample an image at the (x, y) pixels of `grid` (h, w, 2); the border is repeated outwards."""
    return np.asarray(_remap(image, grid, cubic), np.uint8)


def warp_floats(
    image: ByteArray | FloatArray, grid: FloatArray, *, cubic: bool = True
) -> FloatArray:
    """As `warp_bytes`, but the result is float32."""
    return np.asarray(_remap(image, grid, cubic), np.float32)


def _remap(image: Any, grid: FloatArray, cubic: bool) -> Any:
    method = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    border = cv2.BORDER_REPLICATE
    # OpenCV's stubs do not know that the second map may be None.
    return cv2.remap(image, grid, None, method, borderMode=border)  # type: ignore[call-overload]


def enlarge(grid: FloatArray, size: int) -> FloatArray:
    """Resize to `size` x `size` by linear interpolation between pixel centres."""
    return f32(cv2.resize(grid, (size, size), interpolation=cv2.INTER_LINEAR))


def blur(image: Any, sigma: float) -> FloatArray:
    """Gaussian blur, float32."""
    return f32(cv2.GaussianBlur(f32(image), (0, 0), sigma))
