"""The 68 landmarks of single frames of a crop.

`benchmarks.features.landmarks` follows a face through all frames of a clip and smooths; here each frame
stands alone, since a window's features must not depend on the frames before it, and few frames are asked.
"""

import threading
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.features.landmarks import MESH

UInt8 = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

# MediaPipe's start plays with the process's standard error, which two threads must not do at a time.
_ONE_AT_A_TIME = threading.Lock()


def first_frame_points(pictures: UInt8) -> Sequence[Points | None]:
    """Landmarks of pictures, each by itself.

    Args:
        pictures: Shape (N, H, W, 3), RGB.

    Returns:
        For each, shape (68, 2), px; `None` where there is no face.

    Raises:
        MissingDependencyError: The landmark model is neither here nor to be had, or MediaPipe fails.
    """
    from wdmd_tools.faces.landmarks import FaceLandmarker
    from wdmd_tools.faces.model_file import get_face_model

    found: list[Points | None] = []
    with _ONE_AT_A_TIME, FaceLandmarker(get_face_model(), video=False) as landmarker:
        for index, picture in enumerate(pictures):
            face = landmarker.find(picture, index)
            found.append(None if face is None else face.points[list(MESH)])
    return found
