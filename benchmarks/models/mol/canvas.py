"""Grey pictures of the face, a little larger than the frames that are cut from them."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.features.grey import to_grey

UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]

CANVAS_VERSION = 1
"""Goes into the names of cache files; a change of the numbers' meaning bumps it."""

SQUARE = (0.13, 0.16, 0.74)
"""Left, top and side as shares of an aligned crop: about 2.5 times the box around eyes, nose and mouth."""


def canvas_side(size: int) -> int:
    """Of the canvas for frames of a size: 144 px for 128, as published."""
    return size * 9 // 8


@dataclass(frozen=True)
class CanvasFeature:
    """Grey face squares of a crop video.

    Args:
        side: Of the canvas, px.
    """

    side: int

    @property
    def folder(self) -> str:
        """Folder of the cache files."""
        return "canvas"

    def key(self, crop_sha256: str) -> str:
        """Name of the cache file of a crop."""
        facts = {"canvas": CANVAS_VERSION, "square": SQUARE, "crop": crop_sha256, **asdict(self)}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def compute(self, crop: Path) -> UInt8:
        """Shape (T, side, side).

        Raises:
            ManifestError: The crop is absent or damaged.
        """
        import cv2

        from wdmd_tools.video.crops import read_crop

        grey = to_grey(read_crop(crop))
        _, height, width = grey.shape
        left, top, share = SQUARE
        rows = slice(round(top * height), round((top + share) * height))
        columns = slice(round(left * width), round((left + share) * width))
        shrinks = share * min(height, width) > self.side
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        pictures = [
            cv2.resize(frame[rows, columns], (self.side, self.side), interpolation=method)
            for frame in grey
        ]
        return np.stack(pictures).astype(np.uint8)


def on_canvas(landmarks: Float, side: int) -> Float:
    """Landmarks in shares of the crop as px of the canvas.

    Args:
        landmarks: Shape (..., 2).
        side: Of the canvas.
    """
    left, top, share = SQUARE
    return ((landmarks - np.array([left, top], np.float32)) * (side / share)).astype(np.float32)
