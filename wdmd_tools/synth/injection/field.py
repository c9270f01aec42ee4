"""The displacement of the skin that one micro-expression causes in one frame.

    face coordinates:  D(u) = strength * S(u) / max |S|       S(u) = sum over AUs w * side_field(u)
    pixels:            d(p) = axes . D(to_face(p))            output pixel p shows source pixel p - d(p)

`max |S|` is taken over the face in the same frame, so the largest displacement is exactly `strength` IOD of
the face seen from the front, whatever the AUs and however the mouth moves at that moment. Displacements of
less than `_NOTHING` px are set to zero: pixels away from the AUs stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from wdmd_tools.synth.action_units import side_field
from wdmd_tools.synth.injection.mesh import FaceFrame
from wdmd_tools.synth.raster import FloatArray, f32

_X_IOD, _Y_IOD = (-1.8, 1.8), (-1.5, 2.3)
"""The part of the face's plane in which skin may move, in IOD."""
_PEAK_STEP = 0.02
_GRID_STEP = 1 / 48
"""Of the coarse grid, in IOD; the narrowest window is 0.06 wide, so bilinear steps lose under 2 %."""
_NOTHING = 0.02


@dataclass(frozen=True)
class Channel:
    """One action unit of one side.

    Args:
        au: A key of `action_units.FIELDS`.
        side: `left` or `right` in the image.
        weight: Strength against the strongest AU of the expression, in (0, 1].
    """

    au: str
    side: str
    weight: float = 1.0


@dataclass(frozen=True)
class Displacement:
    """A displacement field on a part of the picture.

    Args:
        box: x0, y0, x1, y1, px, half-open, even numbers.
        field: (y1 - y0, x1 - x0, 2) px, pointing where the skin moves to.
    """

    box: tuple[int, int, int, int]
    field: FloatArray

    @property
    def peak_px(self) -> float:
        """Largest displacement, px."""
        return float(np.linalg.norm(self.field, axis=-1).max()) if self.field.size else 0.0


def shape_field(
    landmarks: dict[str, FloatArray], u: FloatArray, channels: Sequence[Channel]
) -> FloatArray:
    """The weighted sum of the action units, not scaled.

    Args:
        landmarks: In face coordinates.
        u: (..., 2) face coordinates.
        channels: At least one.
    """
    total = np.zeros(u.shape, np.float32)
    for channel in channels:
        total += f32(channel.weight) * side_field(landmarks, u, channel.au, channel.side)
    return total


def shape_peak(landmarks: dict[str, FloatArray], channels: Sequence[Channel]) -> float:
    """Largest length of `shape_field` over the face.

    Args:
        landmarks: In face coordinates.
        channels: At least one.
    """
    x = np.arange(*_X_IOD, _PEAK_STEP, dtype=np.float32)
    y = np.arange(*_Y_IOD, _PEAK_STEP, dtype=np.float32)
    u = np.stack(np.meshgrid(x, y), axis=-1)
    return float(np.linalg.norm(shape_field(landmarks, u, channels), axis=-1).max())


def displacement(
    landmarks: dict[str, FloatArray],
    frame: FaceFrame,
    channels: Sequence[Channel],
    strength: float,
    size: tuple[int, int],
) -> Displacement:
    """The field of an expression in one frame.

    Args:
        landmarks: Of this frame, in face coordinates.
        frame: Of this frame.
        channels: What moves.
        strength: Largest displacement, IOD.
        size: Width and height of the picture, px.

    Returns:
        The field on the part of the picture that the face covers; empty where that lies outside.
    """
    box = face_box(frame, size)
    x0, y0, x1, y1 = box
    if x1 <= x0 or y1 <= y0:
        return Displacement((0, 0, 0, 0), np.zeros((0, 0, 2), np.float32))
    step = max(1.0, frame.iod * _GRID_STEP)
    columns = np.arange(x0, x1 - 1 + step, step, dtype=np.float32)
    rows = np.arange(y0, y1 - 1 + step, step, dtype=np.float32)
    pixels = np.stack(np.meshgrid(columns, rows), axis=-1)
    u = frame.to_face(pixels)
    scale = strength / max(shape_peak(landmarks, channels), 1e-6)
    coarse = frame.shift(scale * shape_field(landmarks, u, channels) * _inside(u)[..., None])
    field = _enlarge(coarse, x1 - x0, y1 - y0, step)
    field[np.linalg.norm(field, axis=-1) < _NOTHING] = 0
    return Displacement(box, field)


def face_box(frame: FaceFrame, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The part of the picture in which skin may move, on even pixels.

    Args:
        frame: Where the face is.
        size: Width and height of the picture, px; even.
    """
    corners = frame.to_pixels(f32([[x, y] for x in _X_IOD for y in _Y_IOD]))
    low, high = corners.min(axis=0), corners.max(axis=0)
    x0, y0 = (max(0, int(value)) & ~1 for value in low)
    x1, y1 = (
        min(limit & ~1, (int(value) + 2) & ~1) for value, limit in zip(high, size, strict=True)
    )
    return x0, y0, max(x0, x1), max(y0, y1)


def _inside(u: FloatArray) -> FloatArray:
    """1 on the face, falling to 0 within 0.2 IOD of the edge, so that the field ends without a step."""
    reach = np.minimum.reduce(
        [u[..., 0] - _X_IOD[0], _X_IOD[1] - u[..., 0], u[..., 1] - _Y_IOD[0], _Y_IOD[1] - u[..., 1]]
    )
    return f32(np.clip(reach / 0.2, 0, 1))


def _enlarge(coarse: FloatArray, width: int, height: int, step: float) -> FloatArray:
    if step == 1.0:
        return np.ascontiguousarray(coarse[:height, :width])
    x = np.arange(width, dtype=np.float32) / f32(step)
    y = np.arange(height, dtype=np.float32) / f32(step)
    grid_x, grid_y = (np.ascontiguousarray(part) for part in np.meshgrid(x, y))
    return f32(cv2.remap(coarse, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def move(plane: npt.NDArray[np.uint8], field: FloatArray) -> npt.NDArray[np.uint8]:
    """A plane as it looks after its points have moved.

    OpenCV takes positions to 1/32 px, and Lanczos over 8 x 8 px keeps the grain of the picture: a spotter
    must see the movement, not a blur.

    Args:
        plane: (h, w) uint8.
        field: (h, w, 2) displacement, px of this plane.

    Returns:
        (h, w) uint8; equal to `plane` where the field is zero.
    """
    height, width = plane.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(
        plane,
        x - field[..., 0],
        y - field[..., 1],
        cv2.INTER_LANCZOS4,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, np.uint8)
