import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.features.region_flow import window_starts
from benchmarks.models.boosting.stitch import stitched
from benchmarks.models.boosting.targets import (
    LEFT_OUT,
    class_weights,
    clip_span,
    frame_targets,
    used_span,
)
from wdmd_tools.intervals import Interval


def test_a_micro_expression_is_what_lies_strictly_inside() -> None:
    """
    frame    0 1 2 3 4 5 6 7 8 9
    ME           [-------]          2 ... 6, emotion 1
    ME                     [---]    7 ... 9, no class
    """
    known, other = Interval(2, 7), Interval(7, 10)
    found = frame_targets(10, 1, [known, other], {known: 1}, 3)
    assert found.spot.tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 1, 0]
    assert found.classes.tolist() == [3, 3, 3, 1, 1, 1, 3, 3, LEFT_OUT, 3]


def test_skipped_frames() -> None:
    """Every second frame is used: the ME 4 ... 13 is used frames 2 ... 6."""
    interval = Interval(4, 14)
    assert used_span(interval, 2) == (2, 6)
    assert clip_span(2, 6, 2, 20) == Interval(4, 14)
    assert clip_span(2, 6, 2, 13) == Interval(4, 13)
    found = frame_targets(10, 2, [interval], {interval: 0}, 1)
    assert np.flatnonzero(found.spot).tolist() == [3, 4, 5]


def test_two_frames_have_no_inside() -> None:
    assert not frame_targets(5, 1, [Interval(1, 3)], {}, 0).spot.any()
    assert not frame_targets(5, 1, [Interval(4, 5)], {}, 0).spot.any()


def test_weights_balance_the_classes() -> None:
    """8 frames with a class, 2 classes present: 8 / (2 * 2) = 2 and 8 / (2 * 6) = 2/3, neutral 6 times."""
    classes = np.array([0, 0, 2, 2, 2, LEFT_OUT, 2, 2, 2])
    assert class_weights(classes, 2, 6.0).tolist() == pytest.approx([2, 0, 4])
    assert class_weights(np.array([LEFT_OUT]), 1, 6.0).tolist() == [0, 0]


def test_later_windows_write_their_second_half() -> None:
    """
    window 0   a a a a
    window 1       b b b b
    window 2         c c c c        ends with the clip: only its last frame is new
    frames     a a a a b b c
    """
    windows = np.repeat(np.array([[1.0], [2.0], [3.0]], dtype=np.float32), 4, axis=1)
    assert stitched(windows, [0, 2, 3], 7).tolist() == [1, 1, 1, 1, 2, 2, 3]
    assert stitched(windows[:1], [0], 3).tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="from frame 4"):
        stitched(windows[:2], [0, 5], 9)
    with pytest.raises(ValueError, match="up to frame 9"):
        stitched(windows[:2], [0, 2], 9)


@given(st.integers(1, 60), st.integers(1, 12))
def test_every_frame_gets_its_own_row(n_frames: int, half: int) -> None:
    starts = window_starts(n_frames, 2 * half)
    windows = np.stack([np.arange(start, start + 2 * half) for start in starts])
    assert stitched(windows, starts, n_frames).tolist() == list(range(n_frames))
