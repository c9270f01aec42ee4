"""Frames to steps and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.models.tad.grid import frames_to_position, stride_of, to_frames, to_steps
from wdmd_tools.intervals import Interval


@pytest.mark.parametrize(
    ("fps", "stride"),
    [(25, 1), (30, 1), (30000 / 1001, 1), (59.94, 2), (100, 3), (200, 7), (10, 1)],
)
def test_strides(fps: float, stride: int) -> None:
    assert stride_of(fps, 30) == stride


def test_steps_are_means_and_the_last_may_be_short() -> None:
    # frames   0 1 | 2 3 | 4
    features = np.array([[0.0], [2.0], [4.0], [6.0], [9.0]], np.float32)
    np.testing.assert_allclose(to_steps(features, 2), [[1.0], [5.0], [9.0]])
    np.testing.assert_allclose(to_steps(features, 1), features)


@given(st.integers(0, 200), st.integers(1, 60), st.integers(1, 8))
def test_a_round_trip_gives_the_same_frames(first: int, length: int, stride: int) -> None:
    frames = Interval(first, first + length)
    start = frames_to_position(frames.start_ms, stride)
    end = frames_to_position(frames.end_ms, stride)
    assert to_frames(start, end, stride, 300) == frames


def test_the_middle_of_a_step_is_the_middle_of_its_frames() -> None:
    # 60 fps, stride 2: step 3 covers frames 6 and 7, [6, 8), middle 7.
    assert frames_to_position(7, 2) == 3.5
    assert to_frames(3.0, 4.0, 2, 100) == Interval(6, 8)


def test_segments_are_cut_to_the_clip_and_never_empty() -> None:
    assert to_frames(-3.0, 2.0, 1, 10) == Interval(0, 2)
    assert to_frames(8.2, 14.0, 1, 10) == Interval(8, 10)
    assert to_frames(4.1, 4.2, 1, 10) == Interval(4, 5)
    assert to_frames(12.0, 14.0, 1, 10) is None
    assert to_frames(-5.0, -1.0, 1, 10) is None
