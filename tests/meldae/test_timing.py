"""Frame rates, windows, and their way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldae.timing import resample_index, spread_scores
from meldae.windows import blend, window_starts


@pytest.mark.parametrize(("fps", "expected"), [(30.0, 10), (29.97, 10), (60.0, 5), (15.0, 20)])
def test_frames_are_picked_by_rate(fps: float, expected: int) -> None:
    assert len(resample_index(10, fps, 30.0)) == expected


@given(n=st.integers(1, 300), fps=st.floats(5, 240), target=st.floats(5, 240))
def test_picked_frames_exist_and_go_forward(n: int, fps: float, target: float) -> None:
    index = resample_index(n, fps, target)
    assert len(index) >= 1
    assert index[0] == 0
    assert index[-1] < n
    assert (np.diff(index) >= 0).all()
    back = spread_scores(np.ones(len(index), dtype=np.float32), index, n)
    assert back == pytest.approx(np.ones(n))


def test_scores_in_between_are_linear() -> None:
    back = spread_scores(np.array([0.0, 1.0], dtype=np.float32), np.array([0, 2]), 4)
    assert back == pytest.approx([0.0, 0.5, 1.0, 1.0])


@given(n=st.integers(1, 500), window=st.integers(2, 64), overlap=st.floats(0, 0.9))
def test_windows_cover_every_frame(n: int, window: int, overlap: float) -> None:
    starts = window_starts(n, window, overlap)
    span = n if starts == [0] else window
    covered = np.zeros(n, dtype=bool)
    for start in starts:
        assert 0 <= start <= n - span
        covered[start : start + span] = True
    assert covered.all()


@given(n=st.integers(1, 200), window=st.integers(2, 32))
def test_blending_agreeing_pieces_gives_them_back(n: int, window: int) -> None:
    line = np.sin(np.arange(n)).astype(np.float32)
    starts = window_starts(n, window, 0.5)
    span = n if starts == [0] else window
    pieces = [line[start : start + span] for start in starts]
    assert blend(pieces, starts, n) == pytest.approx(line, abs=1e-5)
