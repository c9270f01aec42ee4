"""Frames -> times -> frames: nothing moves, at any rate, constant or variable, with any TIME_ORIGIN."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.intervals import Interval
from wdmd_tools.review.frames import ClipTimes
from wdmd_tools.timebase import FrameTable

RATES = [
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30),
    Fraction(50), Fraction(60000, 1001), Fraction(60), Fraction(100), Fraction(120), Fraction(200),
]  # fmt: skip


def check(table: FrameTable, origin: int, clip: tuple[int, int], frames: Interval) -> None:
    """Write frames of a clip as ELAN times, and find their frames by the rule of the build."""
    first, end = clip
    end_ms = (table.floor_ms[end] if end < len(table) else table.end_ms) - origin
    times = ClipTimes.from_pts_us(table.pts_us[first:end], origin, end_ms)
    span = times.span(frames).shift(origin)
    found = table.frames_of(span)
    assert found == (first + frames.start_ms, first + frames.end_ms, False)


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_every_frame_of_every_usual_rate(rate: Fraction) -> None:
    table = FrameTable.from_seconds([index / rate for index in range(1500)])
    times = ClipTimes.from_pts_us(table.pts_us, 487, table.end_ms - 487)
    for frame in range(1500):
        span = times.span(Interval(frame, frame + 1)).shift(487)
        assert table.frames_of(span) == (frame, frame + 1, False)


@given(
    rate=st.sampled_from(RATES),
    origin=st.integers(-5000, 5000),
    clip_start=st.integers(0, 3000),
    lengths=st.tuples(st.integers(0, 200), st.integers(1, 90), st.integers(0, 50)),
)
def test_constant_rates(
    rate: Fraction, origin: int, clip_start: int, lengths: tuple[int, int, int]
) -> None:
    before, inside, after = lengths
    end = clip_start + before + inside + after
    table = FrameTable.from_seconds([index / rate for index in range(end)])
    check(table, origin, (clip_start, end), Interval(before, before + inside))


@given(
    steps_us=st.lists(st.integers(3000, 90_000), min_size=1, max_size=60),
    base=st.sampled_from([Fraction(1, 90_000), Fraction(1, 1000), Fraction(1, 1_000_000)]),
    origin=st.integers(-900, 900),
    cut=st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_variable_rates(
    steps_us: list[int], base: Fraction, origin: int, cut: tuple[int, int]
) -> None:
    pts = [0]
    for step in steps_us:
        pts.append(pts[-1] + max(3, round(Fraction(step, 1_000_000) / base)))
    table = FrameTable(tuple(pts), base)
    first, end = cut[0] % len(table), len(table) - cut[1] % len(table)
    first, end = (first, end) if first < end else (end - 1, first + 1)
    for frame in range(end - first):
        check(table, origin, (first, end), Interval(frame, end - first))


def test_frames_outside_of_the_clip_are_refused() -> None:
    with pytest.raises(ValueError, match="Expected frames"):
        ClipTimes((0, 40), 80).span(Interval(1, 3))
