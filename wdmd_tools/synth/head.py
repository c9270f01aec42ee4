"""A head that can open its mouth and close its eyes: textures with true edges.

Lips parting and lids closing uncover and hide surfaces, which no smooth warp can do. Both are therefore
rendered once per identity as a bank of textures, in layers with soft edges, and a frame blends the two
nearest members. Everything else that moves is a smooth warp (`render`).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from wdmd_tools.synth.identity import (
    FRAME_SPAN_IOD,
    IdentityParams,
    frame_coordinates,
    identity_landmarks,
    neutral_texture,
)
from wdmd_tools.synth.raster import ByteArray, FloatArray, f32, to_bytes, warp_floats

MAX_APERTURE = 0.30
"""Widest opening of the lips in IOD."""

MOUTH_LEVELS = 25
EYE_LEVELS = 11

_MOUTH_AREA = (-1.25, 0.45, 1.25, 2.45)
_EYE_AREA = (-1.0, -0.45, 1.0, 0.35)


@dataclass(frozen=True)
class Head:
    """One identity, ready to be rendered.

    Args:
        params: Who it is.
        landmarks: Features at rest, in face coordinates.
        texture: (S, S, 3) RGB, lips closed and eyes open.
        mouth_area: Rows and columns of `texture` that the mouth bank replaces.
        mouth_bank: (MOUTH_LEVELS, h, w, 3), lips from closed to `MAX_APERTURE`.
        eye_area: Rows and columns that the eye bank replaces.
        eye_bank: (EYE_LEVELS, h, w, 3), eyes from open to closed.
    """

    params: IdentityParams
    landmarks: dict[str, FloatArray]
    texture: ByteArray
    mouth_area: tuple[slice, slice]
    mouth_bank: ByteArray
    eye_area: tuple[slice, slice]
    eye_bank: ByteArray


def build_head(params: IdentityParams, size: int) -> Head:
    """Render the banks of one identity; about 0.3 s at 360 pixels.

    Args:
        params: Who.
        size: Frame size in pixels.
    """
    landmarks = identity_landmarks(params)
    photo = neutral_texture(params, size)
    mouth_area = _area(_MOUTH_AREA, size)
    eye_area = _area(_EYE_AREA, size)
    mouth = np.stack(
        [
            _mouth_texture(photo, landmarks, mouth_area, MAX_APERTURE * level / (MOUTH_LEVELS - 1))
            for level in range(MOUTH_LEVELS)
        ]
    )
    texture = photo.copy()
    texture[mouth_area] = mouth[0]
    eyes = np.stack(
        [
            _eye_texture(texture, landmarks, eye_area, level / (EYE_LEVELS - 1))
            for level in range(EYE_LEVELS)
        ]
    )
    return Head(params, landmarks, texture, mouth_area, mouth, eye_area, eyes)


def blend_bank(bank: ByteArray, share: float) -> ByteArray:
    """The member of a bank at a share of its range, blended from its two neighbours.

    Args:
        bank: (levels, h, w, 3).
        share: 0 for the first member, 1 for the last; clipped.
    """
    position = float(np.clip(share, 0, 1)) * (len(bank) - 1)
    index = min(int(position), len(bank) - 2)
    upper = position - index
    if upper < 1e-3:
        return np.asarray(bank[index], np.uint8)
    blended = cv2.addWeighted(bank[index], 1 - upper, bank[index + 1], upper, 0)
    return np.asarray(blended, np.uint8)


def _area(box: tuple[float, float, float, float], size: int) -> tuple[slice, slice]:
    """Rows and columns of a box given in face coordinates."""
    axis_x, axis_y = (frame_coordinates(size)[0, :, 0], frame_coordinates(size)[:, 0, 1])
    left, top, right, bottom = box
    columns = np.flatnonzero((axis_x >= left) & (axis_x <= right))
    rows = np.flatnonzero((axis_y >= top) & (axis_y <= bottom))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _curve(points: FloatArray, x: FloatArray) -> FloatArray:
    """Y of a line of points at the places x, level beyond its ends."""
    order = np.argsort(points[:, 0])
    return np.asarray(np.interp(x, points[order, 0], points[order, 1]), np.float32)


def _sample_rows(image: ByteArray, area: tuple[slice, slice], rows_u: FloatArray) -> FloatArray:
    """Sample `image` at other heights: `rows_u` are y in face coordinates for each pixel of the area."""
    size = image.shape[0]
    scale = size / FRAME_SPAN_IOD
    rest = frame_coordinates(size)[area]
    rows = np.arange(area[0].start, area[0].stop, dtype=np.float32)[:, None]
    columns = np.arange(area[1].start, area[1].stop, dtype=np.float32)
    map_y = rows + (rows_u - rest[..., 1]) * scale
    grid = np.stack([np.broadcast_to(columns, map_y.shape), map_y], axis=-1)
    return warp_floats(image, f32(grid))


def _mouth_texture(
    photo: ByteArray,
    landmarks: dict[str, FloatArray],
    area: tuple[slice, slice],
    aperture: float,
) -> ByteArray:
    """The mouth area with the lips `aperture` apart: lower lip and jaw in front of teeth and cavity."""
    size = photo.shape[0]
    u = frame_coordinates(size)[area]
    x, y = u[..., 0], u[..., 1]
    upper_line = landmarks["mouth_inner_upper"]
    lower_line = landmarks["mouth_inner_lower"]
    upper, lower = _curve(upper_line, x), _curve(lower_line, x)
    gap = np.maximum(lower - upper, 0)
    closed = upper + 0.4 * gap
    middle = float(upper_line[5, 0])
    half_width = float(upper_line[-1, 0] - upper_line[0, 0]) / 2
    chin = float(landmarks["chin_tip"][0, 1])
    lip = float(lower_line[5, 1])

    above = np.exp(-0.5 * (np.minimum(y - upper, 0) / 0.11) ** 2)
    upper_rows = y - (closed - upper) * above
    face = _sample_rows(photo, area, upper_rows)
    inside = (np.abs(x - middle) < half_width) & (gap > 0)
    depth = np.clip((upper_rows - (upper + 0.72 * gap)) / 0.035, 0, 1) * inside
    tongue = np.clip((aperture - 0.1) / 0.15, 0, 1) * np.exp(
        -0.5 * (((x - middle) / 0.22) ** 2 + ((y - (lip + aperture)) / 0.09) ** 2)
    )
    cavity = f32([34, 15, 15]) + tongue[..., None] * f32([85, 38, 38])
    face = face * (1 - depth[..., None]) + cavity * depth[..., None]

    opening = np.clip(np.abs(x - middle) / half_width, 0, 1)
    at_lip = np.cos(np.pi / 2 * opening) ** 2
    at_chin = np.exp(-0.5 * ((x - middle) / 0.62) ** 2)
    rows = y.copy()
    for _ in range(24):  # the shift is given where the skin comes from, so solve rows + shift = y
        share = np.clip((rows - lip) / (chin - lip) * 1.5, 0, 1)
        share = share * share * (3 - 2 * share)
        jaw = (1 - share) * at_lip + share * at_chin
        jaw *= np.exp(-0.5 * (np.maximum(rows - chin, 0) / 0.25) ** 2)
        near = np.exp(-0.5 * (np.maximum(rows - lower, 0) / 0.11) ** 2)
        rows = 0.5 * rows + 0.5 * (y - aperture * jaw + (lower - closed) * near)
    cover = np.clip((rows - lower) * (size / FRAME_SPAN_IOD) / 1.4 + 0.5, 0, 1)[..., None]
    result = face * (1 - cover) + _sample_rows(photo, area, rows) * cover
    return to_bytes(result)


def _eye_texture(
    texture: ByteArray,
    landmarks: dict[str, FloatArray],
    area: tuple[slice, slice],
    closure: float,
) -> ByteArray:
    """The eye area with the upper lids drawn down by a share `closure` of the opening."""
    size = texture.shape[0]
    u = frame_coordinates(size)[area]
    x, y = u[..., 0], u[..., 1]
    result = texture[area].astype(np.float32)
    if closure == 0:
        return np.asarray(texture[area].copy(), np.uint8)
    for side in ("left", "right"):
        upper_line, lower_line = landmarks[f"eye_{side}_upper"], landmarks[f"eye_{side}_lower"]
        upper, lower = _curve(upper_line, x), _curve(lower_line, x)
        span = np.clip((x - upper_line[0, 0]) / (upper_line[-1, 0] - upper_line[0, 0]), 0, 1)
        taper = np.sqrt(np.clip(np.sin(np.pi * span), 0, 1))
        fold = 0.17 * taper + 1e-3
        # The lash line lies on the edge, a little below the measured lid line.
        lash = 0.015 * taper
        edge = upper + lash + closure * 0.95 * np.maximum(lower - upper - lash, 0)
        top = upper - fold
        stretch = (fold + lash) / np.maximum(edge - top, 1e-3)
        lid_rows = top + (y - top) * stretch
        lid = _sample_rows(
            texture, area, np.where((y > top) & (span > 0) & (span < 1), lid_rows, y)
        )
        cover = np.clip((edge - y) * (size / FRAME_SPAN_IOD) / 1.4 + 0.5, 0, 1)
        cover = cover * ((y > top) & (span > 0) & (span < 1))
        result = result * (1 - cover[..., None]) + lid * cover[..., None]
    return to_bytes(result)
