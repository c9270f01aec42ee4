"""Optical flow and strain between a frame and the one k later, as SOFTNet looks at them.

    crop ──► face square, 128 px ──► flow i -> i + k ──► |u|, |v|, strain, less those of the nose ──► eyes
    blanked ──► brows (42 x 21) over mouth (42 x 21) ──► each picture scaled to its own 0 ... 255

Reference:
    Liong, See and Wong, Shallow optical flow three-stream CNN for macro- and micro-expression spotting from
    long videos, ICIP 2021. Its regions follow landmarks of the first frame; our crops are aligned, so the
    regions are fixed, at the places where the landmarks of an average face lie.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from benchmarks.features.flow_methods import flow_function
from benchmarks.features.grey import to_grey

UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]

SIDE = 128
"""Of the face square in which flow is computed, px."""

SIZE = 42
"""Of the picture that the network sees, px."""

FLOW_VERSION = 1
"""Goes into the names of cache files; a change of the numbers' meaning bumps it."""

_SQUARE = (0.14, 0.16, 0.72)
"""Left, top and side of the face square as shares of an aligned crop."""

_BROWS, _MOUTH = (5, 123, 8, 52), (30, 98, 72, 112)
"""Left, right, top, bottom in the face square: 12 px around the brows and eyes, and around the lips."""

NOSE = (64, 49, 5)
"""Middle and half side of the patch on the bridge of the nose that stands for the head's motion."""

_EYES = (
    ((12, 36), (32, 15), (38, 15), (58, 36), (38, 53), (32, 53)),
    ((70, 36), (90, 15), (96, 15), (116, 36), (96, 53), (90, 53)),
)
"""Corners of the blanked polygons, 15 px around each eye: blinks are no micro-expressions."""


@dataclass(frozen=True)
class FlowFeature:
    """What is computed of a clip.

    Args:
        k: Frames from one picture to the other.
        method: ``"tvl1"``, the published one, or ``"dis"``, dense inverse search, which is some 70 times
            cheaper.
    """

    k: int
    method: Literal["tvl1", "dis"] = "dis"

    @property
    def folder(self) -> str:
        """Folder of the cache files."""
        return "flow"

    def compute(self, crop: Path) -> UInt8:
        """Pictures of a crop video; see `flow_pictures`.

        Raises:
            ManifestError: The crop is absent or damaged.
            ConfigError: The installed OpenCV has no TV-L1.
        """
        from wdmd_tools.video.crops import read_crop

        return flow_pictures(to_grey(read_crop(crop)), self.k, self.method)

    def key(self, crop_sha256: str) -> str:
        """Name of the cache file of a crop."""
        facts = {"flow": FLOW_VERSION, "crop": crop_sha256, "settings": asdict(self)}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def flow_pictures(volume: UInt8, k: int, method: Literal["tvl1", "dis"]) -> UInt8:
    """Flow and strain from each frame to the one `k` later.

    Args:
        volume: Shape (T, H, W), grey aligned crops.
        k: Frames.
        method: See `FlowFeature`.

    Returns:
        Shape (T, 42, 42, 3): size of u, size of v, strain; each scaled so that its least value is 0 and
        its largest 255. The last `k` frames are 0.
    """
    frames = [face_square(frame) for frame in volume]
    flow_of = flow_function(method)
    found = np.zeros((len(volume), SIZE, SIZE, 3), dtype=np.uint8)
    for index in range(len(volume) - k):
        found[index] = stretched(regions(flow_of(frames[index], frames[index + k])))
    return found


def face_square(frame: UInt8) -> UInt8:
    """The part of an aligned crop that a face detector's square would hold, at 128 px."""
    import cv2

    height, width = frame.shape
    left, top, side = _SQUARE
    rows = slice(round(top * height), round((top + side) * height))
    columns = slice(round(left * width), round((left + side) * width))
    return np.asarray(cv2.resize(frame[rows, columns], (SIDE, SIDE)), dtype=np.uint8)


def strain(u: Float, v: Float) -> Float:
    """Optical strain ``sqrt(u_x^2 + v_y^2 + (u_y + v_x)^2 / 2)`` of forward differences.

    Args:
        u: Shape (H, W), to the right.
        v: Shape (H, W), down.

    Returns:
        Shape (H, W); the last row and column repeat the ones before them, which have no difference.
    """
    u_x, u_y = u[:-1, :-1] - u[:-1, 1:], u[:-1, :-1] - u[1:, :-1]
    v_x, v_y = v[:-1, :-1] - v[:-1, 1:], v[:-1, :-1] - v[1:, :-1]
    inner = np.sqrt(u_x**2 + v_y**2 + 0.5 * (u_y + v_x) ** 2)
    return np.pad(inner, ((0, 1), (0, 1)), mode="edge").astype(np.float32)


def regions(flow: Float) -> Float:
    """What SOFTNet sees of a flow.

    Args:
        flow: Shape (128, 128, 2).

    Returns:
        Shape (42, 42, 3), brows above and mouth below.
    """
    import cv2

    picture = np.dstack([flow, strain(flow[..., 0], flow[..., 1])])
    x, y, half = NOSE
    picture -= picture[y - half : y + half + 1, x - half : x + half + 1].mean(axis=(0, 1))
    picture[..., :2] = np.abs(picture[..., :2])
    picture[_eye_mask()] = 0
    found = np.zeros((SIZE, SIZE, 3), dtype=np.float32)
    for half_of, (left, right, top, bottom) in ((0, _BROWS), (1, _MOUTH)):
        part = np.ascontiguousarray(picture[top:bottom, left:right])
        rows = slice(half_of * SIZE // 2, (half_of + 1) * SIZE // 2)
        found[rows] = cv2.resize(part, (SIZE, SIZE // 2))
    return found


def stretched(picture: Float) -> UInt8:
    """Each channel scaled to 0 ... 255; a constant one is 0.

    Args:
        picture: Shape (H, W, C).
    """
    low, high = picture.min(axis=(0, 1)), picture.max(axis=(0, 1))
    span = np.where(high > low, high - low, 1)
    return np.asarray(np.rint(255 * (picture - low) / span)).astype(np.uint8)


@lru_cache(maxsize=1)
def _eye_mask() -> npt.NDArray[np.bool_]:
    import cv2

    mask = np.zeros((SIDE, SIDE), dtype=np.uint8)
    for corners in _EYES:
        cv2.fillPoly(mask, [np.array(corners, dtype=np.int32)], 1)
    return mask.astype(bool)
