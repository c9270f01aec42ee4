"""Warp the source frame once, from source px to crop px."""

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]

cv2.setNumThreads(1)  # builds run one process per core


def warp(
    picture: Image, corner: tuple[int, int], affine: npt.NDArray[np.float64], size: int
) -> Image:
    """Cut the face out of a frame.

    Args:
        picture: (H, W, 3) RGB, a region of the source frame.
        corner: x and y of the region's first pixel in the source frame.
        affine: (2, 3), source px to crop px.
        size: Height and width of the crop.

    Returns:
        (size, size, 3) RGB; what lies outside of the region repeats its edge.
    """
    local = affine.copy()
    local[:, 2] += local[:, :2] @ np.asarray(corner, dtype=np.float64)
    scale = float(np.hypot(local[0, 0], local[1, 0]))
    kernel = cv2.INTER_LANCZOS4 if scale > 1 else cv2.INTER_CUBIC
    if scale < 0.5:
        # The kernel of a warp does not widen: below half size it would alias, which flickers over time.
        sigma = 0.5 / scale - 0.5
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.uint8)
    warped = cv2.warpAffine(
        picture, local, (size, size), flags=kernel, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, dtype=np.uint8)
