import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.models.boosting.intervals import (
    STRATEGIES,
    Found,
    candidate,
    extensible,
    fixed,
    suppressed,
)


def scores(*tenths: int) -> np.ndarray:
    return np.array(tenths) / 10


def test_fixed_is_cut_off_at_the_ends() -> None:
    flat = scores(0, 0, 0, 0, 0, 0)
    assert fixed(flat, 3, 2, 0.1) == (1, 5)
    assert fixed(flat, 0, 2, 0.1) == (0, 2)
    assert fixed(flat, 4, 2, 0.1) == (2, 5)


def test_extensible_stops_where_the_score_rises() -> None:
    """mean 0.3, T1 0.2, k = 4, peak 6
    frame   0 1 2 3 4 5 6 7 8 9 10 11
    tenths  0 0 1 1 1 3 9 8 4 1 0  0
    left:  from 2; frame 5 is the first above its left neighbour and above T1: start 4; frames 3 and 2
           are below the mean: start stays 3 + 1 = 4
    right: from 10 inwards; frame 8 is the first above its right neighbour and T1: end 9; 10, 11 are low
    """
    line = scores(0, 0, 1, 1, 1, 3, 9, 8, 4, 1, 0, 0)
    assert extensible(line, 6, 4, 0.3) == (4, 9)


def test_a_rise_below_t1_is_none() -> None:
    """mean 0.33, T1 0.22: frames 3 and 4 rise but stay below T1, so the start is peak - k = 2; with a mean
    of 0.27, T1 0.18, frame 4 counts and the start is 3."""
    line = scores(0, 0, 0, 1, 2, 2, 9, 0, 0, 0, 0, 0)
    assert extensible(line, 6, 4, 0.33)[0] == 2
    assert extensible(line, 6, 4, 0.27)[0] == 3


def test_extensible_reaches_out_while_the_score_stays_up() -> None:
    """mean 0.3, k = 2, peak 8: within 6 ... 10 the left side does not rise, so start is 6.
    frame   0 1 2 3 4 5 6 7 8 9 10 11 12
    tenths  0 0 4 2 5 5 5 5 5 5 5  1  1
    left:  5, 4 are up; 3 is below the mean but 2 is not; 1 and 0 are: start 2
    right: from 10; 11 and 12 are low: end 10
    """
    line = scores(0, 0, 4, 2, 5, 5, 5, 5, 5, 5, 5, 1, 1)
    assert extensible(line, 8, 2, 0.3) == (2, 10)


def test_the_outward_search_ends_after_five_k() -> None:
    """k = 1: from frame 8 no further than frame 3, and all of it is up: the boundary stays."""
    line = scores(0, 0, 5, 5, 5, 5, 5, 5, 5, 5, 0, 0)
    assert extensible(line, 9, 1, 0.3)[0] == 8
    assert extensible(line, 6, 1, 0.3)[0] == 2  # frames 1 and 0 are within reach of 5


def test_the_apex_is_the_largest_score_inside() -> None:
    line = scores(0, 1, 2, 3, 9, 4, 1, 0)
    assert candidate(line, 3, 2, 0.3, fixed) == Found(1, 5, 4)


def test_suppression_by_overlap_and_by_apex() -> None:
    """k = 3
    a  0 ... 9   apex 4
    b  8 ... 17  apex 12    IoU 2/18, apexes 8 apart: stays
    c  6 ... 14  apex 11    IoU with a 4/15: goes
    d  18 ... 20 apex 18    apex 6 from b: stays
    e  20 ... 30 apex 21    apexes 3 apart: goes
    """
    a, b, c = Found(0, 9, 4), Found(8, 17, 12), Found(6, 14, 11)
    d, e = Found(18, 20, 18), Found(20, 30, 21)
    assert suppressed([b, e, d, a], 3) == [a, b, d]
    assert suppressed([a, b, c], 3) == [a, b]


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=40),
    st.data(),
    st.integers(1, 8),
    st.sampled_from(sorted(STRATEGIES)),
)
def test_an_interval_lies_in_the_clip_and_around_its_peak(
    values: list[float], data: st.DataObject, k: int, name: str
) -> None:
    line = np.array(values, dtype=np.float64)
    peak = data.draw(st.integers(0, len(line) - 1))
    mean = float(line.mean())
    start, end = STRATEGIES[name](line, peak, k, mean)
    assert 0 <= start <= peak <= end < len(line)
    assert peak - start <= 6 * k
    mirrored = STRATEGIES[name](line[::-1], len(line) - 1 - peak, k, mean)
    assert mirrored == (len(line) - 1 - end, len(line) - 1 - start)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 15)), max_size=12), st.integers(1, 6))
def test_what_is_kept_does_not_compete(spans: list[tuple[int, int]], k: int) -> None:
    found = [Found(start, start + long, start + long // 2) for start, long in spans]
    kept = suppressed(found, k)
    assert bool(kept) == bool(found)
    for i, one in enumerate(kept):
        for other in kept[i + 1 :]:
            assert abs(one.apex - other.apex) > k
