"""A frame that is converted where it is looked at, and regions of it."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from wdmd_tools.faces.landmarks import Face

Image = npt.NDArray[np.uint8]
Region = tuple[int, int, int, int]
"""x0, y0, x1, y1 in source px, half-open."""


class Picture(Protocol):
    """A frame that is converted where it is looked at."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        ...

    def rgb(self, region: Region | None = None) -> Image:
        """A region, or the whole frame, (H, W, 3) RGB uint8."""
        ...


class WholePicture:
    """An array as a `Picture`, for callers that have converted the whole frame already.

    Args:
        picture: (H, W, 3) RGB uint8.
    """

    def __init__(self, picture: Image) -> None:
        self._picture = picture

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self._picture.shape[1], self._picture.shape[0]

    def rgb(self, region: Region | None = None) -> Image:
        """A region, or the whole picture; not copied."""
        x0, y0, x1, y1 = region or (0, 0, *self.size)
        return self._picture[y0:y1, x0:x1]


def around(face: Face, size: tuple[int, int], reach: float) -> Region:
    """The box of a face, larger by `reach` times its longer side on each side, inside the frame.

    Args:
        face: In px of the frame.
        size: Width and height of the frame.
        reach: In sizes of the box.

    Returns:
        Even coordinates where the frame allows, so that chroma samples are not split; never empty.
    """
    width, height = size
    low, high = face.points.min(axis=0), face.points.max(axis=0)
    more = reach * float((high - low).max())
    x0, y0 = (max(0, int(value - more)) & ~1 for value in low)
    x1, y1 = min(width, int(high[0] + more) + 2 & ~1), min(height, int(high[1] + more) + 2 & ~1)
    # The landmarker extrapolates: a face wholly outside of the picture keeps two pixels.
    x0, y0 = min(x0, max(0, width - 2)) & ~1, min(y0, max(0, height - 2)) & ~1
    return x0, y0, max(x1, min(x0 + 2, width)), max(y1, min(y0 + 2, height))
