import numpy as np
import pytest

from benchmarks.features.regions import (
    CHANNELS,
    REGIONS,
    Box,
    canvas_map,
    mapped,
    mean_of_largest,
    nose_box,
    region_boxes,
    region_motion,
)


def face() -> np.ndarray:
    """68 points with the inner eye corners at (40, 50) and (60, 50): a unit is 10 px."""
    points = np.zeros((68, 2))
    points[:] = (50, 60)
    points[39], points[42] = (40, 50), (60, 50)
    points[17:22] = [(20, 40), (24, 38), (28, 36), (32, 36), (36, 38)]
    points[29:32] = [(50, 65), (50, 70), (44, 74)]
    return points


def test_the_canvas_is_nine_units_wide() -> None:
    """Left edge 50 - 45 = 5, top edge 50 - 35 = 15, side 90 px: on 180 px everything is doubled."""
    affine = canvas_map(face(), 180)
    corners = mapped(np.array([(5.0, 15.0), (95.0, 105.0), (50.0, 50.0)]), affine)
    np.testing.assert_allclose(corners, [(0, 0), (180, 180), (90, 70)])
    with pytest.raises(ValueError, match="inner eye corners"):
        canvas_map(np.zeros((68, 2)), 180)


def test_regions_reach_13_of_320_px_around_their_landmarks() -> None:
    """On 320 px a unit is 35.6: the point (28, 36) lies at (81.8, 74.7), the brow's left end at 53.3."""
    placed = mapped(face(), canvas_map(face(), 320))
    boxes = region_boxes(placed, 320)
    assert len(boxes) == REGIONS == CHANNELS // 2
    assert boxes[2] == Box(68, 61, 95, 88)  # landmark 19
    assert boxes[0] == Box(40, 61, 124, 102)  # the whole brow, down to (20, 40)
    # x 44 ... 50 -> 138.7 ... 160, y 65 ... 74 -> 177.8 ... 209.8
    assert nose_box(placed, 320) == Box(125, 164, 173, 223)


def test_regions_outside_the_canvas_are_not_empty() -> None:
    placed = np.full((68, 2), -500.0)
    placed[42] = (900.0, 900.0)
    for box in [*region_boxes(placed, 64), nose_box(placed, 64)]:
        assert 0 <= box.left < box.right <= 64
        assert 0 <= box.top < box.bottom <= 64


def test_the_largest_vectors_by_hand() -> None:
    """Lengths 1 2 3 / 4 5 0 in the box: the largest third are (0, 5) and (-4, 0)."""
    flow = np.full((4, 4, 2), 99.0, dtype=np.float32)
    flow[1:3, 0:3] = [[(1, 0), (0, 2), (3, 0)], [(-4, 0), (0, 5), (0, 0)]]
    box = Box(0, 1, 3, 3)
    np.testing.assert_allclose(mean_of_largest(flow, box, 1 / 3), (-2, 2.5))
    np.testing.assert_allclose(mean_of_largest(flow, box, 0.01), (0, 5))
    np.testing.assert_allclose(mean_of_largest(flow, box, 1.0), (0, 7 / 6))


def test_the_motion_of_the_head_is_taken_off() -> None:
    flow = np.full((8, 8, 2), (3.0, -1.0), dtype=np.float32)
    boxes = [Box(0, 0, 4, 4), Box(4, 4, 8, 8)]
    flow[4:, 4:] += (0.5, 0.25)
    head = np.array([3.0, -1.0], dtype=np.float32)
    found = region_motion(flow, boxes, head, 0.2)
    np.testing.assert_allclose(found, [0, 0, 0.5, 0.25])
