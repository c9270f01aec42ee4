"""Follow one face through a clip, also where it is small in a large frame.

Only the window around the face is converted to RGB, which in large frames saves more than the landmarks
cost. Where there are several people see `wdmd_tools.faces.tracker`.
"""

from pathlib import Path

import numpy as np

from wdmd_tools.faces.landmarks import Face
from wdmd_tools.faces.picture import Picture, Region, WholePicture, around
from wdmd_tools.faces.tracker import FaceTracker

__all__ = ["FaceFollower", "Picture", "Region", "WholePicture", "around"]


class FaceFollower:
    """Finds the largest face in consecutive frames of one clip; a context manager.

    Args:
        model_file: ``face_landmarker.task``.
    """

    def __init__(self, model_file: Path) -> None:
        self._tracker = FaceTracker(model_file)

    def __enter__(self) -> "FaceFollower":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the native parts."""
        self._tracker.close()

    def find(self, frame: Picture, time_ms: int) -> Face | None:
        """The largest face in the next frame, in px of the whole frame; `None` where there is none."""
        faces = self._tracker.find(frame, time_ms).values()
        return max(faces, key=lambda face: float(np.ptp(face.points, axis=0).max()), default=None)
