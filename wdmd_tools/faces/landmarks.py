"""478 landmarks and the head pose of one face per frame; the only module that loads MediaPipe.

The landmarker runs in video mode with one face: only then does it smooth its points over time. It keeps
state, so every clip gets a new one.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wdmd_tools.errors import MissingDependencyError

N_LANDMARKS = 478


@dataclass(frozen=True)
class Face:
    """One face in one frame.

    Args:
        points: (478, 2) float64, px of the picture that was given.
        yaw: Degrees, positive to the subject's left.
        pitch: Degrees, positive up.
        roll: Degrees, positive clockwise in the picture.
    """

    points: npt.NDArray[np.float64]
    yaw: float
    pitch: float
    roll: float


class FaceLandmarker:
    """Finds the face in consecutive frames of one clip; a context manager.

    Args:
        model_file: ``face_landmarker.task``.
        video: Whether the pictures are consecutive frames; else each stands alone and none is smoothed.
        faces: How many may be found in one picture by `find_all`; only with one are points smoothed.

    Raises:
        MissingDependencyError: MediaPipe does not load on this machine.
    """

    def __init__(self, model_file: Path, *, video: bool = True, faces: int = 1) -> None:
        with _native_messages_hidden():
            try:
                import mediapipe
                from mediapipe.tasks.python import BaseOptions, vision
            except (ImportError, OSError) as error:
                raise MissingDependencyError(
                    f"MediaPipe does not load ({str(error).splitlines()[0]}); run `wdmd doctor`"
                ) from error
            options = vision.FaceLandmarkerOptions(
                base_options=BaseOptions(
                    model_asset_path=str(model_file), delegate=BaseOptions.Delegate.CPU
                ),
                running_mode=vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE,
                num_faces=faces,
                output_facial_transformation_matrixes=True,
            )
            try:
                self._landmarker: Any = vision.FaceLandmarker.create_from_options(options)
            except (RuntimeError, OSError, ValueError) as error:
                raise MissingDependencyError(
                    f"MediaPipe does not start ({str(error).splitlines()[0]}); run `wdmd doctor`"
                ) from error
        self._mediapipe = mediapipe
        self._video = video
        self._last_ms = -1

    def __enter__(self) -> "FaceLandmarker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the native parts."""
        self._landmarker.close()

    def find(self, picture: npt.NDArray[np.uint8], time_ms: int) -> Face | None:
        """The face in the next frame.

        Args:
            picture: (H, W, 3) RGB uint8.
            time_ms: Its time; made to increase where two frames fall into one millisecond.

        Returns:
            The face, or `None` where there is none.
        """
        faces = self._run(picture, time_ms)
        return faces[0] if faces else None

    def find_all(self, picture: npt.NDArray[np.uint8], time_ms: int = 0) -> list[Face]:
        """All faces of a picture, at most as many as were asked for, in no order.

        Args:
            picture: (H, W, 3) RGB uint8.
            time_ms: As in `find`; only matters for consecutive frames.
        """
        return self._run(picture, time_ms)

    def _run(self, picture: npt.NDArray[np.uint8], time_ms: int) -> list[Face]:
        # MediaPipe ignores strides: a padded array would be read as a sheared picture.
        data = np.ascontiguousarray(picture)
        self._last_ms = max(time_ms, self._last_ms + 1)
        image = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=data)
        with _native_messages_hidden() if self._last_ms == 0 else contextlib.nullcontext():
            result = (
                self._landmarker.detect_for_video(image, self._last_ms)
                if self._video
                else self._landmarker.detect(image)
            )
        height, width = data.shape[:2]
        return [
            Face(
                np.array([(p.x * width, p.y * height) for p in points]),
                *head_pose(np.asarray(matrix)),
            )
            for points, matrix in zip(
                result.face_landmarks, result.facial_transformation_matrixes, strict=True
            )
        ]


def head_pose(matrix: npt.NDArray[np.floating[Any]]) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees from MediaPipe's facial transformation.

    Args:
        matrix: (4, 4); the face looks along +z at the camera, x is right in the picture, y up.

    Returns:
        Yaw positive to the subject's left (right in the picture), pitch positive up, roll positive
        clockwise in the picture.
    """
    forward, right = matrix[:3, 2], matrix[:3, 0]
    yaw = np.degrees(np.arctan2(forward[0], forward[2]))
    pitch = np.degrees(np.arctan2(forward[1], np.hypot(forward[0], forward[2])))
    roll = -np.degrees(np.arctan2(right[1], right[0]))
    return float(yaw), float(pitch), float(roll)


@contextlib.contextmanager
def _native_messages_hidden() -> Iterator[None]:
    """MediaPipe's C++ parts write to file descriptor 2 whatever Python's logging says."""
    os.environ.setdefault("GLOG_minloglevel", "3")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    saved = os.dup(2)
    quiet = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(quiet, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(quiet)
