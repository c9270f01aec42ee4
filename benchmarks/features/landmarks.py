"""The 68 landmarks of the iBUG markup on face crops, from MediaPipe's mesh.

    0-16 jaw   17-21 22-26 brows   27-30 bridge   31-35 nostrils   36-41 42-47 eyes   48-59 60-67 lips

In both markups a point is a place on the face, so each of the 68 has a vertex of the mesh that lies there;
`MESH` says which. Left in the picture comes first, as in the markup: the subject's right.
"""

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]

LANDMARK_VERSION = 1
"""Goes into the names of cache files; a change of the numbers' meaning bumps it."""

# MediaPipe's start plays with the process's standard error, which two threads must not do at a time.
_STARTING = threading.Lock()

_JAW = (127, 234, 93, 132, 58, 172, 150, 176, 152, 400, 379, 397, 288, 361, 323, 454, 356)
_BROWS = ((70, 63, 105, 66, 107), (336, 296, 334, 293, 300))
_BRIDGE, _NOSTRILS = (168, 197, 195, 4), (98, 97, 2, 326, 327)
_EYES = ((33, 160, 158, 133, 153, 144), (362, 385, 387, 263, 373, 380))
_LIPS = (61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91)
_MOUTH = (78, 81, 13, 311, 308, 402, 14, 178)

MESH = (*_JAW, *_BROWS[0], *_BROWS[1], *_BRIDGE, *_NOSTRILS, *_EYES[0], *_EYES[1], *_LIPS, *_MOUTH)
"""Vertex of MediaPipe's face mesh (of 478) for each of the 68."""


@dataclass(frozen=True)
class LandmarkFeature:
    """68 landmarks of every frame of a crop video.

    Args:
        fps: The clip's rate; MediaPipe smooths over time.
        face_model: ``face_landmarker.task``; found or fetched as `wdmd build` does when `None`.
    """

    fps: float
    face_model: Path | None = None

    @property
    def folder(self) -> str:
        """Folder of the cache files."""
        return "landmarks"

    def key(self, crop_sha256: str) -> str:
        """Name of the cache file of a crop."""
        from wdmd_tools.faces.model_file import SHA256

        facts: dict[str, Any] = {
            "version": LANDMARK_VERSION,
            "mesh": MESH,
            "model": SHA256,
            "fps": round(self.fps, 3),
            "crop": crop_sha256,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def compute(self, crop: Path) -> Float:
        """Landmarks of a crop video, see `find_landmarks`.

        Raises:
            ManifestError: The crop is absent or damaged.
            MissingDependencyError: MediaPipe or its model is not there.
        """
        from wdmd_tools.faces.landmarks import FaceLandmarker
        from wdmd_tools.faces.model_file import get_face_model
        from wdmd_tools.video.crops import read_crop

        frames = read_crop(crop)
        with _STARTING:
            landmarker = FaceLandmarker(get_face_model(self.face_model))

        def look(picture: npt.NDArray[np.uint8], time_ms: int) -> Float | None:
            with contextlib.nullcontext() if time_ms else _STARTING:
                face = landmarker.find(picture, time_ms)
            return None if face is None else face.points.astype(np.float32)

        with landmarker:
            return find_landmarks(frames, self.fps, look)


Look = Callable[[npt.NDArray[np.uint8], int], Float | None]
"""Mesh points (478, 2) in px of a picture at a time in ms; `None` without a face."""


def find_landmarks(frames: npt.NDArray[np.uint8], fps: float, look: Look) -> Float:
    """Landmarks of consecutive frames.

    Args:
        frames: Shape (T, H, W, 3), RGB.
        fps: Frames per second.
        look: Finds the mesh.

    Returns:
        Shape (T, 68, 2): x and y as shares of the frame's width and height; NaN without a face.
    """
    found = np.full((len(frames), len(MESH), 2), np.nan, dtype=np.float32)
    size = np.array([frames.shape[2], frames.shape[1]], dtype=np.float32)
    for index, frame in enumerate(frames):
        mesh = look(frame, round(1000 * index / fps))
        if mesh is not None:
            found[index] = mesh[list(MESH)] / size
    return found
