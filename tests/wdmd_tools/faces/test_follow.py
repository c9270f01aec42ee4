"""A small face in a large frame is found, followed and lost."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import ArrayPicture, portrait

from wdmd_tools.faces.follow import FaceFollower, around
from wdmd_tools.faces.landmarks import Face, FaceLandmarker


def scene(x: int | None, y: int = 500) -> np.ndarray:
    """2560 x 1440 px with a portrait whose face is about 130 px wide, or nobody."""
    picture = np.full((1440, 2560, 3), 70, dtype=np.uint8)
    if x is not None:
        person = cv2.resize(portrait(), (300, 300), interpolation=cv2.INTER_CUBIC)
        picture[y : y + 300, x : x + 300] = person
    return picture


def middle(face: Face | None) -> np.ndarray:
    assert face is not None
    return (face.points.min(axis=0) + face.points.max(axis=0)) / 2


def test_a_face_that_the_whole_frame_hides_is_found(face_model: Path) -> None:
    with FaceLandmarker(face_model) as plain:
        assert plain.find(scene(1700), 0) is None
    with FaceFollower(face_model) as follower:
        faces = [follower.find(ArrayPicture(scene(1700)), k * 17) for k in range(3)]
    for face in faces:
        x, y = middle(face)
        assert 1700 < x < 2000
        assert 500 < y < 800


def test_it_is_followed_across_the_frame_and_found_again(face_model: Path) -> None:
    with FaceFollower(face_model) as follower:
        for k in range(16):
            face = follower.find(ArrayPicture(scene(600 + 30 * k)), k * 17)
            assert 600 + 30 * k < middle(face)[0] < 900 + 30 * k
        gone = [follower.find(ArrayPicture(scene(None)), (16 + k) * 17) for k in range(5)]
        assert gone[-1] is None
        back = [follower.find(ArrayPicture(scene(150, 900)), (30 + k) * 17) for k in range(8)]
        assert 150 < middle(back[-1])[0] < 450


def test_only_a_window_is_converted_once_the_face_is_known(face_model: Path) -> None:
    with FaceFollower(face_model) as follower:
        follower.find(ArrayPicture(scene(1700)), 0)
        second = ArrayPicture(scene(1700))
        follower.find(second, 17)
    assert 0 < second.pixels < 0.15 * 2560 * 1440


@given(
    st.floats(-300, 2900), st.floats(-300, 1800), st.floats(1, 900),
    st.sampled_from([(2560, 1440), (641, 361), (2, 2)]), st.floats(0, 1.5),
)  # fmt: skip
def test_regions_lie_inside_the_frame_and_are_never_empty(
    x: float, y: float, side: float, size: tuple[int, int], reach: float
) -> None:
    face = Face(np.array([[x, y], [x + side, y + side]]), 0, 0, 0)
    x0, y0, x1, y1 = around(face, size, reach)
    assert 0 <= x0 < x1 <= size[0]
    assert 0 <= y0 < y1 <= size[1]
    assert x0 % 2 == y0 % 2 == 0


@pytest.mark.parametrize("region", [(10, 20, 50, 60), (0, 0, 160, 120), (30, 40, 31, 41)])
def test_a_region_of_a_video_frame_has_the_pixels_of_the_whole(
    tmp_path: Path, region: tuple[int, int, int, int]
) -> None:
    from projects import write_film

    from wdmd_tools.video.decode import iter_frames
    from wdmd_tools.video.probe import probe

    smooth = cv2.resize(portrait(), (160, 120))
    path = write_film(tmp_path / "x.mp4", np.stack([smooth] * 2))
    table = probe(path).table
    x0, y0, x1, y1 = region
    for part, whole in zip(iter_frames(path, table), iter_frames(path, table), strict=True):
        expected = whole.rgb()[y0:y1, x0:x1].astype(int)
        found = part.rgb(region).astype(int)
        assert found.shape == expected.shape
        # Chroma at the border is interpolated without the neighbours outside.
        assert np.abs(found - expected)[2:-2, 2:-2].max(initial=0) <= 1
