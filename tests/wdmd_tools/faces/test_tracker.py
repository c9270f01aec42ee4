"""Several people in a frame, small faces, cuts."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from projects import ArrayPicture, portrait

from wdmd_tools.faces.landmarks import Face
from wdmd_tools.faces.tracker import FaceTracker

# The face takes about 100 of the portrait's 240 px.
FACE_SHARE = 0.44


def person(face_px: int) -> np.ndarray:
    side = round(face_px / FACE_SHARE)
    return cv2.resize(portrait(), (side, side), interpolation=cv2.INTER_AREA)


def scene(*places: tuple[int, int, int], size: tuple[int, int] = (2560, 1440)) -> np.ndarray:
    """People at (x, y) of their picture's corner with a face of some px, on grey."""
    picture = np.full((size[1], size[0], 3), 90, dtype=np.uint8)
    for x, y, face_px in places:
        head = person(face_px)
        picture[y : y + len(head), x : x + len(head)] = head
    return picture


def middle_x(face: Face) -> float:
    return float(face.points[:, 0].mean())


def test_a_face_60_px_wide_in_1440p_is_found_and_kept(face_model: Path) -> None:
    with FaceTracker(face_model) as tracker:
        for k in range(4):
            found = tracker.find(ArrayPicture(scene((1530 + 3 * k, 640, 60))), k * 17)
            assert list(found) == [0]
            width = np.ptp(found[0].points[:, 0])
            assert 48 < width < 75
            assert 1530 < middle_x(found[0]) < 1530 + 140 + 9


@pytest.mark.parametrize(
    ("left", "right", "size"),
    [((300, 400, 200), (1500, 420, 190), (2560, 1440)), ((10, 60, 90), (330, 60, 90), (640, 360))],
)
def test_two_people_stay_two(
    face_model: Path,
    left: tuple[int, int, int],
    right: tuple[int, int, int],
    size: tuple[int, int],
) -> None:
    with FaceTracker(face_model) as tracker:
        for k in range(8):
            # Both move towards each other.
            a, b = (left[0] + 4 * k, *left[1:]), (right[0] - 4 * k, *right[1:])
            found = tracker.find(ArrayPicture(scene(a, b, size=size)), k * 33)
            assert sorted(found) == [0, 1]
            half = round(left[2] / FACE_SHARE / 2)
            assert abs(middle_x(found[0]) - (a[0] + half)) < 0.5 * left[2]
            assert abs(middle_x(found[1]) - (b[0] + half)) < 0.5 * right[2]


def test_a_cut_ends_the_tracks(face_model: Path) -> None:
    with FaceTracker(face_model) as tracker:
        before = tracker.find(ArrayPicture(scene((300, 400, 200))), 0)
        after = tracker.find(ArrayPicture(scene((1500, 300, 260))), 33, cut=True)
    assert list(before) == [0]
    assert list(after) == [1]
    assert tracker.shot == 1
    assert middle_x(after[1]) > 1500


def test_who_leaves_for_some_frames_and_returns_is_the_same(face_model: Path) -> None:
    with FaceTracker(face_model) as tracker:
        for k in range(3):
            tracker.find(ArrayPicture(scene((300, 400, 200), (1500, 420, 190))), k * 17)
        for k in range(3, 7):
            found = tracker.find(ArrayPicture(scene((300, 400, 200))), k * 17)
            assert list(found) == [0]
        for k in range(7, 20):
            found = tracker.find(ArrayPicture(scene((300, 400, 200), (1520, 420, 190))), k * 17)
    assert sorted(found) == [0, 1]
    assert middle_x(found[1]) > 1500
