"""Windows of a clip, their truth, and their way back to frames, by hand."""

from pathlib import Path

import numpy as np
import pytest
from builders import clip_row, segment_row, write_dataset
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.models.adapters.spans import (
    Span,
    is_positive,
    sliding_spans,
    spread,
    truth_of,
)
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip


def _clip(n_frames: int, fps: float = 10.0) -> Clip:
    return Clip("c", "r", "s", "train", n_frames, fps, False, None, Path("c.mkv"))


def _bounds(spans: list[Span]) -> list[tuple[int, int]]:
    return [(one.interval.start_ms, one.interval.end_ms) for one in spans]


def test_windows_reach_the_last_frame() -> None:
    # 10 frames, windows of 4, every 3rd: 0-4, 3-7, 6-10; with 11 frames one more at 7-11.
    assert _bounds(sliding_spans(_clip(10), 0.4, 0.3)) == [(0, 4), (3, 7), (6, 10)]
    assert _bounds(sliding_spans(_clip(11), 0.4, 0.3)) == [(0, 4), (3, 7), (6, 10), (7, 11)]
    assert _bounds(sliding_spans(_clip(3), 0.4, 0.3)) == [(0, 3)]


@given(st.integers(1, 200), st.floats(0.05, 3), st.floats(0.01, 2))
def test_every_frame_is_in_a_window(n_frames: int, window: float, stride: float) -> None:
    spans = sliding_spans(_clip(n_frames), window, min(stride, window))
    ones = spread(np.ones(len(spans), np.float32), spans, n_frames)
    assert ones == pytest.approx(np.ones(n_frames))


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ((0, 10), False),  # ME 8-14: 2 of 14 frames are common
        ((4, 14), True),  # 6 of 10
        ((5, 20), True),  # 6 of 15, but the ME is inside
        ((9, 24), False),  # 5 of 16
        ((9, 13), True),  # 4 of 6
    ],
)
def test_positive_windows_by_hand(window: tuple[int, int], expected: bool) -> None:
    assert is_positive(Interval(*window), [Interval(8, 14)]) is expected


def test_truth_of_windows(tmp_path: Path) -> None:
    dataset = write_dataset(
        tmp_path, [clip_row("a", 30, has_me=True)], [segment_row("a", "consensus", 10, 14)]
    )
    (clip,) = dataset.iter_clips()
    truth = truth_of(dataset, [Span(clip, Interval(8, 18)), Span(clip, Interval(20, 30))])
    assert truth[:, 0].tolist() == [1.0, 0.0]


def test_spread_by_hand() -> None:
    # Windows 0-3 (score 1) and 1-4 (score 0), weights 1 2 1:
    # frame 0: 1; frame 1: 2 * 1 / (2 + 1); frame 2: 1 / (1 + 2); frame 3: 0; frame 4: in none
    clip = _clip(5)
    spans = [Span(clip, Interval(0, 3)), Span(clip, Interval(1, 4))]
    found = spread(np.array([1.0, 0.0], np.float32), spans, 5)
    assert found == pytest.approx([1, 2 / 3, 1 / 3, 0, 0])
