"""The frame of a time, at every usual rate and with every rounding that players write."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.intervals import Interval
from wdmd_tools.timebase import FrameTable

RATES = [
    Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(50),
    Fraction(60000, 1001), Fraction(60), Fraction(100), Fraction(120), Fraction(200),
]  # fmt: skip


def constant(rate: Fraction, count: int) -> FrameTable:
    return FrameTable.from_seconds([index / rate for index in range(count)])


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize(
    "written",
    [math.floor, math.ceil, lambda t: math.floor(t + Fraction(1, 2)), lambda t: math.floor(t) + 1],
    ids=["floor", "ceil", "round", "floor+1"],
)
def test_every_rounding_gives_the_frame_back(rate: Fraction, written: object) -> None:
    table = constant(rate, 5000)
    for frame in range(5000):
        time = written(frame * 1000 / rate)  # type: ignore[operator]
        assert table.frame_of(time) == frame


def test_frames_by_hand() -> None:
    # PTS ms  0   16.7   33.3   50    end 66.7
    # floor   0   16     33     50    67
    table = constant(Fraction(60), 4)
    times = [-5, 0, 15, 16, 32, 33, 49, 50, 66, 67, 90]
    assert [table.frame_of(t) for t in times] == [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_touching_annotations_share_no_frame_and_leave_no_gap() -> None:
    table = constant(Fraction(60000, 1001), 600)
    first, second = Interval(1000, 1357), Interval(1357, 2000)
    assert table.frames_of(first)[1] == table.frames_of(second)[0]


def test_an_interval_shorter_than_a_frame_is_widened_to_one_and_says_so() -> None:
    table = constant(Fraction(25), 100)
    assert table.frames_of(Interval(41, 44)) == (1, 2, True)
    assert table.frames_of(Interval(40, 80)) == (1, 2, False)


@given(
    steps=st.lists(st.integers(3, 80), min_size=2, max_size=40),
    time=st.integers(-50, 4000),
)
def test_variable_rates_follow_the_definition(steps: list[int], time: int) -> None:
    times, now = [Fraction(0)], Fraction(0)
    for step in steps:
        now += Fraction(step, 1000)
        times.append(now)
    table = FrameTable.from_seconds(times)
    shown = [k for k, pts in enumerate(times) if math.floor(pts * 1000) <= time]
    expected = len(times) if time >= table.end_ms else max(shown, default=0)
    assert table.frame_of(time) == expected


@given(st.integers(0, 3000), st.integers(1, 3000), st.sampled_from(RATES))
def test_an_interval_covers_at_least_one_frame_and_stays_inside(
    start: int, length: int, rate: Fraction
) -> None:
    table = constant(rate, 300)
    first, end, _ = table.frames_of(Interval(start, start + length))
    assert 0 <= first < end <= 300


def test_the_rate_is_the_usual_one_where_it_fits() -> None:
    assert constant(Fraction(60000, 1001), 300).fps == Fraction(60000, 1001)
    # Matroska rounds 59.94 to 16 and 17 ms.
    rounded = [round(index * 1001 / 60) for index in range(600)]
    table = FrameTable(tuple(rounded), Fraction(1, 1000))
    assert table.fps == Fraction(60000, 1001)
    assert not table.is_variable
    assert FrameTable((0, 40, 180, 200), Fraction(1, 1000)).is_variable


def test_the_start_of_the_container_is_taken_off() -> None:
    table = FrameTable((129003, 132003), Fraction(1, 90000), Fraction(129003, 90000))
    assert table.floor_ms == (0, 33)
    assert table.pts_us == (0, 33333)


@pytest.mark.parametrize("pts", [(), (0, 0), (3, 2)])
def test_tables_that_do_not_increase_are_refused(pts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Expected"):
        FrameTable(pts, Fraction(1, 1000))


def test_share_of_boundaries_on_frames() -> None:
    table = constant(Fraction(25), 100)
    assert table.share_near_frame_starts([]) is None
    assert table.share_near_frame_starts([40, 81, 100, 119]) == 0.75
