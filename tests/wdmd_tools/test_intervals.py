"""Intervals: the algebra everything else stands on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.intervals import Interval, from_frames, to_frames

intervals = st.builds(
    lambda start, length: Interval(start, start + length),
    st.integers(-10_000, 10_000),
    st.integers(1, 5_000),
)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 4)])
def test_empty_or_reversed_intervals_cannot_be_built(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="start_ms"):
        Interval(start, end)


def test_float_bounds_are_refused() -> None:
    with pytest.raises(TypeError, match="int"):
        Interval(0.0, 3)  # type: ignore[arg-type]


def test_touching_intervals_do_not_overlap() -> None:
    # a |----|
    # b      |----|
    a, b = Interval(0, 4), Interval(4, 8)
    assert a & b is None
    assert not a.overlaps(b)
    assert a.iou(b) == 0.0


def test_iou_of_a_partial_overlap() -> None:
    # a |--------|          0..8
    # b     |--------|      4..12     common 4, union 12
    assert Interval(0, 8).iou(Interval(4, 12)) == pytest.approx(4 / 12)


def test_frames_have_an_inclusive_end() -> None:
    assert from_frames(10, 12) == Interval(10, 13)
    assert from_frames(7, 7).duration_ms == 1
    assert to_frames(Interval(10, 13)) == (10, 12)


@given(intervals, intervals)
def test_iou_is_symmetric_and_bounded(a: Interval, b: Interval) -> None:
    assert a.iou(b) == b.iou(a)
    assert 0.0 <= a.iou(b) <= 1.0
    assert (a.iou(b) > 0) == a.overlaps(b) == (a & b is not None)


@given(intervals)
def test_an_interval_matches_itself(a: Interval) -> None:
    assert a.iou(a) == 1.0
    assert a & a == a
    assert from_frames(*to_frames(a)) == a


@given(intervals, intervals, st.integers(-1000, 1000))
def test_iou_does_not_depend_on_the_origin(a: Interval, b: Interval, by: int) -> None:
    assert a.shift(by).iou(b.shift(by)) == a.iou(b)
