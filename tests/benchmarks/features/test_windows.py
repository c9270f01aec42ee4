import numpy as np
import pytest

from benchmarks.features.blocks import BlockGrid
from benchmarks.features.lbp_codes import LbpGeometry
from benchmarks.features.lbp_top import lbp_top_histograms
from benchmarks.features.windows import window_descriptors, window_starts


def test_windows_reach_the_last_frame() -> None:
    assert window_starts(20, 8, 5).tolist() == [0, 5, 10, 12]
    assert window_starts(18, 8, 5).tolist() == [0, 5, 10]
    assert window_starts(8, 8, 5).tolist() == [0]
    assert window_starts(7, 8, 5).tolist() == []


def test_a_window_in_a_clip_is_the_window_cut_out() -> None:
    """Frames without a code in the window alone are left out, so its surroundings do not matter.

    (Ties of interpolated values may fall the other way at another position; this volume has none.)
    """
    geometry, grid = LbpGeometry(8, 1, 1, 2), BlockGrid(2, 2)
    volume = np.random.default_rng(1).integers(0, 50, (30, 14, 16)).astype(np.uint8)
    starts, length = np.array([0, 3, 18]), 12
    inside = window_descriptors(
        lbp_top_histograms(volume, geometry, grid), starts, length, 2, (59,) * 3
    )
    for row, start in zip(inside, starts, strict=True):
        alone = lbp_top_histograms(volume[start : start + length].copy(), geometry, grid)
        single = window_descriptors(alone, np.array([0]), length, 2, (59,) * 3)[0]
        np.testing.assert_allclose(row, single, rtol=1e-6)


def test_each_part_of_each_block_has_unit_length() -> None:
    counts = np.random.default_rng(2).integers(1, 9, (12, 3, 2, 20)).astype(np.uint16)
    found = window_descriptors(counts, np.array([0, 4]), 6, 1, (16, 4))
    parts = found.reshape(2, 6, 20)
    np.testing.assert_allclose((parts[..., :16] ** 2).sum(-1), 1, rtol=1e-5)
    np.testing.assert_allclose((parts[..., 16:] ** 2).sum(-1), 1, rtol=1e-5)
    by_hand = counts[1:5, 0, 0, :16].sum(axis=0)
    np.testing.assert_allclose(parts[0, 0, :16] ** 2, by_hand / by_hand.sum(), rtol=1e-5)


@pytest.mark.parametrize(("length", "parts"), [(2, (16, 4)), (6, (16, 5))])
def test_impossible_windows_are_refused(length: int, parts: tuple[int, ...]) -> None:
    counts = np.zeros((12, 1, 1, 20), np.uint16)
    with pytest.raises(ValueError, match="Expected"):
        window_descriptors(counts, np.array([0]), length, 1, parts)
