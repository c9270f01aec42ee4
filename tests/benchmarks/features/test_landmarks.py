"""68 landmarks: which point lies where on a face, and what happens without one."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.features.landmarks import MESH, LandmarkFeature, find_landmarks
from wdmd_tools.faces.model_file import find_face_model


def test_each_of_the_68_has_a_vertex_of_its_own() -> None:
    assert len(MESH) == 68
    assert len(set(MESH)) == 68
    assert max(MESH) < 468


def test_a_frame_without_a_face_is_undefined() -> None:
    frames = np.zeros((3, 40, 20, 3), dtype=np.uint8)
    frames[1] = 255
    mesh = np.zeros((478, 2), dtype=np.float32)
    mesh[4] = (10, 30)
    times: list[int] = []

    def look(picture: npt.NDArray[np.uint8], time_ms: int) -> npt.NDArray[np.float32] | None:
        times.append(time_ms)
        return None if picture.max() else mesh

    found = find_landmarks(frames, 29.97, look)
    assert times == [0, 33, 67]
    assert np.isnan(found[1]).all()
    assert found[0, 30].tolist() == [0.5, 0.75]  # the tip of the nose, vertex 4


def test_the_name_of_the_cache_file_covers_crop_and_rate() -> None:
    one = LandmarkFeature(30.0)
    assert one.key("a") == LandmarkFeature(30.0, Path("elsewhere.task")).key("a")
    assert len({one.key("a"), one.key("b"), LandmarkFeature(25.0).key("a")}) == 3


@pytest.mark.skipif(find_face_model() is None, reason="no face model on this machine")
def test_the_points_lie_where_the_markup_says() -> None:
    from skimage.data import astronaut

    from wdmd_tools.faces.landmarks import FaceLandmarker
    from wdmd_tools.faces.model_file import get_face_model

    picture = astronaut()[0:260, 110:370]
    with FaceLandmarker(get_face_model()) as landmarker:
        face = landmarker.find(np.ascontiguousarray(picture), 0)
    assert face is not None
    at = face.points[list(MESH)]
    x, y = at[:, 0], at[:, 1]
    assert x[:17].argmin() < 4
    assert x[:17].argmax() > 12
    assert y[:17].argmax() == 8  # the chin
    assert (np.diff(x[17:27]) > 0).all()  # both brows, left to right
    assert (np.diff(y[27:31]) > 0).all()  # down the nose
    assert (np.diff(x[31:36]) > 0).all()
    for eye in (36, 42):  # outer left, two of the upper lid, right corner, two of the lower lid
        assert x[eye] == x[eye : eye + 6].min()
        assert x[eye + 3] == x[eye : eye + 6].max()
        assert y[eye + 1 : eye + 3].max() < y[eye + 4 : eye + 6].min()
    assert x[48] == x[48:68].min()
    assert x[54] == x[48:68].max()
    assert y[49:54].max() < y[55:60].min()
    assert y[61:64].max() < y[65:68].min() + 2
    assert y[17:27].max() < y[36:48].min() < y[31:36].min() < y[48:60].min()
