import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.report.timeline import MOST_POINTS, curve, motion, runs, time_ticks


def test_runs_by_hand():
    #   0    1    2    3    4
    #   a    a    -    b    b
    assert runs(["a", "a", None, "b", "b"]) == [(0, 2, "a"), (2, 3, None), (3, 5, "b")]
    assert runs([]) == []


@given(st.lists(st.sampled_from(["x", "y", None])))
def test_runs_tile_the_clip(values):
    found = runs(values)
    assert [value for start, end, value in found for _ in range(start, end)] == values
    assert all(a[1] == b[0] and a[2] != b[2] for a, b in itertools.pairwise(found))


def test_a_curve_by_hand():
    # low 0 at the bottom (y = 100), high 2 at the top (y = 0); frame k at x = k + 0.5.
    assert curve(np.array([0.0, 1.0, 2.0]), 0, 2) == "M0.5 100.0L1.5 50.0L2.5 0.0"
    # A gap breaks the curve; a frame alone is a dash that can be seen.
    assert curve(np.array([1.0, np.nan, 2.0]), 0, 2) == "M0.1 50.0L0.9 50.0M2.1 0.0L2.9 0.0"
    assert curve(np.array([np.nan, np.nan]), 0, 2) == ""
    assert curve(np.array([-5.0, 9.0]), 0, 2) == "M0.5 100.0L1.5 0.0"
    with pytest.raises(ValueError, match="low < high"):
        curve(np.array([1.0]), 1, 1)


def test_a_long_curve_keeps_its_spike():
    values = np.zeros(100_000)
    values[54_321] = 1
    path = curve(values, 0, 1)
    assert "54321.5 0.0" in path
    assert len(re.findall("[ML]", path)) <= MOST_POINTS + 2


def test_time_ticks_by_hand():
    # 1.5 s to 4.0 s: 2.5 s long, so half seconds, six of them or fewer; the last would leave the strip.
    ticks = time_ticks(1500, 4000)
    assert [(t.percent, t.label) for t in ticks] == [
        (0, "0:01.5"),
        (20, "0:02.0"),
        (40, "0:02.5"),
        (60, "0:03.0"),
        (80, "0:03.5"),
    ]
    assert [t.label for t in time_ticks(0, 60_000)] == [
        "0:00",
        "0:10",
        "0:20",
        "0:30",
        "0:40",
        "0:50",
    ]
    assert time_ticks(5, 5) == ()


@given(st.integers(-(10**6), 10**9), st.integers(1, 10**9))
def test_ticks_lie_inside_and_are_few(start, length):
    ticks = time_ticks(start, start + length)
    assert len(ticks) <= 7
    assert all(0 <= tick.percent <= 93 for tick in ticks)


def test_motion_by_hand():
    # The face goes 3 px right and 4 px down in the film: 5 px, 2.5 in a crop of half the scale. In the
    # crop the transform follows it but for 1 px of the film.
    boxes = np.array([[0, 0, 10, 10], [3, 4, 13, 14], [np.nan] * 4, [3, 4, 13, 14]], float)
    half = [0.5, 0, 0, 0, 0.5, 0]
    follows = [0.5, 0, -1.5, 0, 0.5, -1.5]
    before, after = motion(boxes, np.array([half, follows, follows, follows], float))
    assert np.isnan(before[[0, 2, 3]]).all()
    assert before[1] == pytest.approx(2.5)
    assert after[1] == pytest.approx(0.5)
    assert motion(np.empty((0, 4)), np.empty((0, 6)))[0].shape == (0,)


def test_a_growing_jaw_is_not_motion():
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 14]], float)
    same = np.tile([1.0, 0, 0, 0, 1, 0], (2, 1))
    assert motion(boxes, same)[1][1] == 0
