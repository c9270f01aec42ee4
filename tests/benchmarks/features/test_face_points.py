import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from benchmarks.features.face_points import first_frame_points
from benchmarks.features.region_flow import RegionFlow, window_features
from wdmd_tools.faces.model_file import find_face_model

pytestmark = pytest.mark.skipif(find_face_model() is None, reason="needs the face model")


def crop() -> np.ndarray:
    picture = np.asarray(astronaut())[0:220, 110:330]
    return np.asarray(cv2.resize(picture, (128, 128))).astype(np.uint8)


def test_points_lie_on_the_face_and_each_picture_stands_alone() -> None:
    nothing = np.zeros((128, 128, 3), np.uint8)
    first, none, again = first_frame_points(np.stack([crop(), nothing, crop()]))
    assert first is not None
    assert again is not None
    assert none is None
    assert first.shape == (68, 2)
    np.testing.assert_allclose(first, again, atol=0.01)
    brow, eye, tip, lips, chin = first[19, 1], first[37, 1], first[30, 1], first[51, 1], first[8, 1]
    assert brow < eye < tip < lips < chin
    assert first[36, 0] < first[39, 0] < first[42, 0] < first[45, 0]


def test_a_raised_brow_is_seen_by_its_regions() -> None:
    """The picture's left brow goes up by 1.5 px of 128; a mirrored film shows it on the right."""
    still = crop()
    points = first_frame_points(still[None])[0]
    assert points is not None
    left, right = int(points[17, 0]) - 3, int(points[21, 0]) + 3
    top, bottom = int(points[17:22, 1].min()) - 6, int(points[37, 1]) - 2
    shifted = np.asarray(cv2.warpAffine(still, np.array([[1.0, 0, 0], [0, 1, -1.5]]), (128, 128)))
    raised = still.copy()
    raised[top:bottom, left:right] = shifted[top:bottom, left:right]
    settings = RegionFlow(window=2, side=128, method="farneback")
    film = np.stack([still, raised])
    found = window_features(film, settings, first_frame_points)[0, 1].reshape(18, 2)
    assert found[1:4, 1].max() < -0.5
    assert np.abs(found[5:8]).max() < 0.3
    mirrored = window_features(film[:, :, ::-1], settings, first_frame_points)[0, 1].reshape(18, 2)
    assert mirrored[5:8, 1].max() < -0.5
    assert np.abs(mirrored[1:4]).max() < 0.3
