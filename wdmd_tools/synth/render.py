"""Frames from movement coefficients: one small displacement grid and one warp per frame.

    output pixel -> undo head pose -> undo facial movement -> texture of the identity

All movement is added up on a grid of one point per `GRID_STEP` pixels, enlarged, and applied by a single
`cv2.remap`. Head movement fades to nothing towards the frame's border, so the background stays put.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from wdmd_tools.synth.action_units import basis_fields, window
from wdmd_tools.synth.head import MAX_APERTURE, Head, blend_bank
from wdmd_tools.synth.identity import FRAME_ORIGIN, FRAME_SPAN_IOD, frame_coordinates
from wdmd_tools.synth.raster import (
    ByteArray,
    FloatArray,
    enlarge,
    f32,
    to_bytes,
    warp_bytes,
    warp_floats,
)

GRID_STEP = 4
_NECK = f32([0.0, 1.7])
_NOISE_FRAMES = 6


@dataclass(frozen=True)
class Pose:
    """Where the head is, relative to rest.

    Args:
        shift_x: To the right in the image, in IOD.
        shift_y: Down, in IOD.
        roll: Clockwise, in radians.
        scale: Size, 1 = rest.
        yaw: Turn as the shift of the nose to the right, in IOD (0.1 is about 8 degrees).
        pitch: Nod as the shift of the nose downwards, in IOD.
    """

    shift_x: float = 0.0
    shift_y: float = 0.0
    roll: float = 0.0
    scale: float = 1.0
    yaw: float = 0.0
    pitch: float = 0.0


class Renderer:
    """Renders frames of one identity.

    Args:
        head: The identity.
        noise_sigma: Camera noise, standard deviation in grey levels.
        noise_seed: Seed of the noise patterns.
    """

    def __init__(self, head: Head, noise_sigma: float, noise_seed: int) -> None:
        self._head = head
        self._size = head.texture.shape[0]
        self._u = frame_coordinates(self._size, GRID_STEP)
        self._basis = basis_fields(head.landmarks, self._u).reshape(-1, self._u.size)
        self._pose_weight = _pose_weight(self._u)
        self._depth = _depth(self._u, head)
        self._texture = head.texture.copy()
        self._grid_scale = self._size / FRAME_SPAN_IOD / GRID_STEP
        self._grid_origin = f32(FRAME_ORIGIN) * (self._size / GRID_STEP) - 0.5
        self._pixel_scale = self._size / FRAME_SPAN_IOD
        self._pixel_origin = f32(FRAME_ORIGIN) * self._size - 0.5
        self._noise = _noise_bank(self._size, noise_sigma, noise_seed)
        self._rng = np.random.default_rng([noise_seed, 2])

    def rgb(
        self,
        coefficients: FloatArray,
        aperture: float = 0.0,
        closure: float = 0.0,
        pose: Pose | None = None,
    ) -> ByteArray:
        """A clean frame, (S, S, 3) RGB.

        Args:
            coefficients: (len(CHANNELS),) displacement of each AU and side in IOD.
            aperture: Opening of the lips in IOD, from 0 to `MAX_APERTURE`.
            closure: Closing of the eyes, from 0 to 1.
            pose: Head pose, rest when `None`.
        """
        head = self._head
        self._texture[head.mouth_area] = blend_bank(head.mouth_bank, aperture / MAX_APERTURE)
        self._texture[head.eye_area] = blend_bank(head.eye_bank, closure)
        return warp_bytes(self._texture, self.source_of(coefficients, pose))

    def source_of(self, coefficients: FloatArray, pose: Pose | None = None) -> FloatArray:
        """Which pixel of the head at rest each pixel of a frame shows: the exact movement.

        Args:
            coefficients: As in `rgb`.
            pose: As in `rgb`.

        Returns:
            (S, S, 2) x and y, float32.
        """
        return enlarge(self._source_grid(coefficients, pose or Pose()), self._size)

    def camera(self, rgb: ByteArray, gain: FloatArray) -> ByteArray:
        """What a camera makes of a clean frame: light, sensor noise, 4:2:0.

        Args:
            rgb: (S, S, 3) RGB.
            gain: (3,) factor of each colour.

        Returns:
            (S * 3 / 2, S) planar YUV (I420, BT.601, limited range).
        """
        table = np.clip(np.arange(256)[:, None] * gain + 0.5, 0, 255).astype(np.uint8)
        lit = cv2.LUT(rgb, table.reshape(1, 256, 3))
        yuv = cv2.cvtColor(lit, cv2.COLOR_RGB2YUV_I420)
        which, dy, dx = self._rng.integers((_NOISE_FRAMES, 32, 32))
        rows, columns = yuv.shape
        noise = self._noise[which, dy : dy + rows, dx : dx + columns]
        return np.asarray(cv2.addWeighted(yuv, 1.0, noise, 1.0, -128.0), np.uint8)

    def _source_grid(self, coefficients: FloatArray, pose: Pose) -> FloatArray:
        """Where each grid point of the frame comes from, in pixels of the texture."""
        cos, sin = np.cos(pose.roll) / pose.scale, np.sin(pose.roll) / pose.scale
        inverse = f32([[cos, sin], [-sin, cos]])
        at_rest = (self._u - (_NECK + f32([pose.shift_x, pose.shift_y]))) @ inverse.T + _NECK
        moved = self._u + self._pose_weight * (at_rest - self._u)
        moved -= self._depth * f32([pose.yaw, pose.pitch])
        active = np.flatnonzero(coefficients)
        if active.size:
            field = (coefficients[active] @ self._basis[active]).reshape(self._u.shape)
            lookup = moved * self._grid_scale + self._grid_origin
            moved = moved - warp_floats(field, lookup, cubic=False)
        return np.asarray(moved * self._pixel_scale + self._pixel_origin, np.float32)


def _smoothstep(low: float, high: float, value: FloatArray) -> FloatArray:
    share = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _pose_weight(u: FloatArray) -> FloatArray:
    """1 on the head, 0 at the border and on the chest."""
    radius = np.linalg.norm((u - f32([0, 0.15])) / f32([1.0, 1.05]), axis=-1)
    weight = 1 - _smoothstep(1.75, 2.45, radius.astype(np.float32))
    weight *= 1 - _smoothstep(1.75, 2.5, u[..., 1])
    return np.asarray(weight[..., None], np.float32)


def _depth(u: FloatArray, head: Head) -> FloatArray:
    """How far a point lies before the axis of the head: the share of a turn that it shows."""
    nose = head.landmarks["nose_tip"][0]
    depth = 0.7 * window(u, f32([0, 0.45]), (0.75, 1.0)) + 0.3 * window(u, nose, (0.28, 0.4))
    return np.asarray(depth[..., None], np.float32)


def _noise_bank(size: int, sigma: float, seed: int) -> ByteArray:
    """Noise around 128, a little larger than a frame so that it can be shifted; chroma gets less."""
    rng = np.random.default_rng([seed, 1])
    shape = (_NOISE_FRAMES, size * 3 // 2 + 32, size + 32)
    noise = rng.standard_normal(shape, np.float32) * sigma
    noise[:, size + 16 :] *= 0.5
    return to_bytes(f32(noise + 128))
