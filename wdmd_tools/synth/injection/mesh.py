"""The landmarks that action units hold on to, in a frame of reference that moves with the head.

*Face coordinates* as in `wdmd_tools.synth.portrait`: origin midway between the eyes, x along the eye line
to the right of the image, y down, unit = inter-ocular distance (IOD, between the centres of the eyes) of
the face seen from the front. A turn of the head shortens x by the cosine of yaw and y by that of pitch: a
displacement given in face coordinates is foreshortened in the picture as the skin is.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.faces.landmarks import Face
from wdmd_tools.synth.raster import FloatArray, f32

MESH: dict[str, tuple[int, ...]] = {
    "eye_left_upper": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "eye_left_lower": (33, 7, 163, 144, 145, 153, 154, 155, 133),
    "eye_right_upper": (362, 398, 384, 385, 386, 387, 388, 466, 263),
    "eye_right_lower": (362, 382, 381, 380, 374, 373, 390, 249, 263),
    "brow_inner": (107, 336),
    "brow_middle": (105, 334),
    "brow_outer": (70, 300),
    "nose_wing": (129, 358),
    "nose_root": (188, 412),
    "cheek": (50, 280),
    "cheek_low": (205, 425),
    "fold": (206, 426),
    "mouth_corner": (61, 291),
    "lip_upper": (39, 269),
    "lip_lower": (181, 405),
    "chin": (199,),
    "inner_lips": (13, 14),
}
"""Names of `portrait_landmarks.json` to indices of MediaPipe's face mesh, from left to right in the image.

Found by running the landmarker on the same portrait: each lies within 0.3 px of the named point."""

NAMES = tuple(MESH)
INDICES = tuple(index for indices in MESH.values() for index in indices)
N_POINTS = len(INDICES)

_SLICES: dict[str, slice] = {}
for _name, _indices in MESH.items():
    _first = sum(len(MESH[before]) for before in _SLICES)
    _SLICES[_name] = slice(_first, _first + len(_indices))

_LEAST_COSINE = 0.5
"""Beyond 60 degrees the eyes no longer say how large the face is; no ME is placed there anyway."""


def select(face: Face) -> npt.NDArray[np.float64]:
    """The points of `MESH` in order, (N_POINTS, 2), px.

    Args:
        face: As the landmarker found it.
    """
    return face.points[list(INDICES)]


@dataclass(frozen=True)
class FaceFrame:
    """Where a face is and how large: from face coordinates to pixels.

    Args:
        origin: (2,) px, midway between the eyes.
        axes: (2, 2), columns: one IOD to the right and one IOD down of the face, in px of the picture.
        iod: Inter-ocular distance as seen from the front, px.
    """

    origin: FloatArray
    axes: FloatArray
    iod: float

    def to_face(self, pixels: FloatArray) -> FloatArray:
        """Pixels (..., 2) to face coordinates."""
        return f32((pixels - self.origin) @ np.linalg.inv(self.axes).T)

    def to_pixels(self, points: FloatArray) -> FloatArray:
        """Face coordinates (..., 2) to pixels."""
        return f32(points @ self.axes.T + self.origin)

    def shift(self, displacement: FloatArray) -> FloatArray:
        """Displacements (..., 2) in IOD to px of the picture, foreshortened as the face is."""
        return f32(displacement @ self.axes.T)


def face_frame(points: npt.NDArray[np.float64], yaw: float, pitch: float) -> FaceFrame:
    """The frame of reference of one face.

    Args:
        points: (N_POINTS, 2) px, as `select` gives them.
        yaw: Degrees.
        pitch: Degrees.

    Returns:
        With x along the eye line, so roll, place and size follow the head.
    """
    named = named_points(points)
    left, right = (
        (named[f"eye_{side}_upper"][0] + named[f"eye_{side}_upper"][-1]) / 2
        for side in ("left", "right")
    )
    along = right - left
    span = max(float(np.linalg.norm(along)), 1e-3)
    turn = max(float(np.cos(np.radians(yaw))), _LEAST_COSINE)
    nod = max(float(np.cos(np.radians(pitch))), _LEAST_COSINE)
    iod = span / turn
    unit = along / span
    down = np.array([-unit[1], unit[0]]) * iod * nod
    return FaceFrame(f32((left + right) / 2), f32(np.stack([along, down], axis=1)), iod)


def named_points(points: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    """Name to (n, 2) points.

    Args:
        points: (N_POINTS, 2), as `select` gives them.
    """
    return {name: points[at] for name, at in _SLICES.items()}


def face_landmarks(points: npt.NDArray[np.float64], frame: FaceFrame) -> dict[str, FloatArray]:
    """Name to (n, 2) points in face coordinates, as `action_units` wants them.

    Args:
        points: (N_POINTS, 2) px.
        frame: Of the same face.
    """
    return {name: frame.to_face(f32(rows)) for name, rows in named_points(points).items()}


def lip_opening(points: npt.NDArray[np.float64], frame: FaceFrame) -> float:
    """Distance of the inner lips, IOD.

    Args:
        points: (N_POINTS, 2) px.
        frame: Of the same face.
    """
    upper, lower = frame.to_face(f32(named_points(points)["inner_lips"]))
    return float(np.linalg.norm(lower - upper))
