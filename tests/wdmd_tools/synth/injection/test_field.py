"""The displacement field: as its formula says, as large as asked for, and fixed to the head."""

import math

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_face import portrait_points
from projects import portrait

from wdmd_tools.synth.action_units import FIELDS, anchor_point
from wdmd_tools.synth.injection.field import Channel, displacement, move, shape_peak
from wdmd_tools.synth.injection.mesh import face_frame, face_landmarks

SMILE = tuple(Channel(unit, side) for unit in ("6", "12") for side in ("left", "right"))
POINTS = portrait_points()


def slow_displacement(
    points: npt.NDArray[np.float64], channels: tuple[Channel, ...], strength: float, x: int, y: int
) -> list[float]:
    """The formula of the module's docstring for one pixel, without arrays."""
    frame = face_frame(points, 0, 0)
    marks = face_landmarks(points, frame)
    u, v = (float(value) for value in frame.to_face(np.array([x, y], np.float32)))
    total = [0.0, 0.0]
    for channel in channels:
        out = -1 if channel.side == "left" else 1
        for pull in FIELDS[channel.au]:
            centre = anchor_point(marks, pull.anchor, channel.side)
            du = (u - float(centre[0]) - out * pull.shift[0]) / pull.sigma[0]
            dv = (v - float(centre[1]) - pull.shift[1]) / pull.sigma[1]
            weight = channel.weight * math.exp(-0.5 * (du * du + dv * dv))
            total[0] += weight * out * pull.direction[0]
            total[1] += weight * pull.direction[1]
    scale = strength / shape_peak(marks, channels)
    axes = frame.axes
    return [scale * float(axes[row, 0] * total[0] + axes[row, 1] * total[1]) for row in (0, 1)]


@pytest.mark.parametrize("size", [1.0, 3.0])
def test_it_equals_a_slow_loop_over_the_formula(size: float) -> None:
    points = portrait_points(size)
    side = int(240 * size)
    frame = face_frame(points, 0, 0)
    found = displacement(face_landmarks(points, frame), frame, SMILE, 0.05, (side, side))
    x0, y0, _, _ = found.box
    peak = 0.05 * frame.iod
    # Around the mouth's corner, where the field is largest, and between the eyes.
    for x, y in ((103, 138), (145, 142), (110, 130), (122, 100), (98, 125)):
        at = (round(x * size), round(y * size))
        expected = slow_displacement(points, SMILE, 0.05, *at)
        got = found.field[at[1] - y0, at[0] - x0]
        assert np.allclose(got, expected, atol=0.02 * peak + 0.02)


@settings(max_examples=8, deadline=None)
@given(
    roll=st.floats(-0.6, 0.6),
    size=st.floats(0.6, 3.0),
    strength=st.floats(0.005, 0.06),
    unit=st.sampled_from(sorted(set(FIELDS) - {"18", "20"})),
)
def test_the_largest_displacement_is_what_was_asked_for_and_turns_with_the_head(
    roll: float, size: float, strength: float, unit: str
) -> None:
    channels = tuple(Channel(unit, side) for side in ("left", "right"))
    turn = size * np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    points = (POINTS - 120) @ turn.T + 500
    upright = face_frame(POINTS, 0, 0)
    frame = face_frame(points, 0, 0)
    assert frame.iod == pytest.approx(size * upright.iod, rel=1e-5)
    found = displacement(face_landmarks(points, frame), frame, channels, strength, (1000, 1000))
    assert found.peak_px == pytest.approx(strength * frame.iod, rel=0.03, abs=0.03)
    still = displacement(face_landmarks(POINTS, upright), upright, channels, strength, (240, 240))
    y, x = np.unravel_index(np.linalg.norm(still.field, axis=-1).argmax(), still.field.shape[:2])
    place = turn @ (np.array([x, y]) + still.box[:2] - 120) + 500
    column, row = np.round(place - found.box[:2]).astype(int)
    assert np.allclose(
        found.field[row, column], turn @ still.field[y, x], atol=0.08 * strength * frame.iod + 0.03
    )


def test_a_turned_head_foreshortens_the_movement_but_keeps_its_size_for_the_face() -> None:
    yaw = 30.0
    narrow = (POINTS - POINTS.mean(0)) * [math.cos(math.radians(yaw)), 1] + 120
    front, turned = face_frame(POINTS, 0, 0), face_frame(narrow, yaw, 0)
    # The eyes of the portrait are nearly level, so the span shrinks by the cosine.
    assert turned.iod == pytest.approx(front.iod, rel=0.01)
    across, along = turned.shift(np.eye(2, dtype=np.float32))
    assert np.linalg.norm(across) == pytest.approx(
        math.cos(math.radians(yaw)) * front.iod, rel=0.01
    )
    assert np.linalg.norm(along) == pytest.approx(front.iod, rel=0.01)


def test_pixels_away_from_the_action_units_do_not_move() -> None:
    frame = face_frame(POINTS, 0, 0)
    brows = tuple(Channel("1", side) for side in ("left", "right"))
    found = displacement(face_landmarks(POINTS, frame), frame, brows, 0.05, (240, 240))
    x0, y0, _, _ = found.box
    chin = slice(160 - y0, 175 - y0), slice(110 - x0, 130 - x0)
    assert not found.field[chin].any()
    assert found.field[60 - y0 : 110 - y0].any()


def test_a_face_outside_of_the_picture_moves_nothing() -> None:
    points = POINTS + 5000
    frame = face_frame(points, 0, 0)
    found = displacement(face_landmarks(points, frame), frame, SMILE, 0.05, (240, 240))
    assert found.field.size == 0
    assert found.peak_px == 0.0


def test_moving_a_ramp_by_a_pixel_and_a_half_changes_it_by_its_slope() -> None:
    ramp = np.tile(np.arange(0, 200, 4, dtype=np.uint8), (40, 1))
    field = np.zeros((40, 50, 2), np.float32)
    field[..., 0] = 1.5
    moved = move(ramp, field)
    # output x shows source x - 1.5; slope 4 a px: 6 less
    assert (
        np.abs(moved[10:30, 10:40].astype(int) - (ramp[10:30, 10:40].astype(int) - 6)) <= 1
    ).all()
    assert (move(ramp, np.zeros_like(field)) == ramp).all()


@pytest.mark.parametrize("percent", [3.0, 6.0])
def test_the_amplitude_is_measured_back_by_optical_flow(percent: float) -> None:
    size = 3.0
    picture = cv2.resize(portrait(), None, fx=size, fy=size, interpolation=cv2.INTER_CUBIC)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    points = portrait_points(size)
    frame = face_frame(points, 0, 0)
    corner = tuple(Channel("12", side) for side in ("left", "right"))
    found = displacement(
        face_landmarks(points, frame), frame, corner, percent / 100, grey.shape[::-1]
    )
    x0, y0, x1, y1 = found.box
    after = grey.copy()
    after[y0:y1, x0:x1] = move(grey[y0:y1, x0:x1], found.field)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(grey, after, None)
    length = np.linalg.norm(found.field, axis=-1)
    strong = length > 0.8 * length.max()
    measured = float(np.median(np.linalg.norm(flow[y0:y1, x0:x1][strong], axis=-1)))
    asked = percent / 100 * frame.iod
    assert measured == pytest.approx(0.88 * asked, rel=0.15)  # the median of the strongest fifth
