import numpy as np
import pytest

from benchmarks.features.blocks import BlockGrid
from benchmarks.features.lbp_codes import LbpGeometry
from benchmarks.features.lbp_sip import lbp_sip_histograms

ONE_BLOCK = BlockGrid(1, 1)
FOUR = LbpGeometry(neighbours=4)


def test_one_pixel_by_hand() -> None:
    """A 3 x 3 x 3 volume has one centre.

        frame 1      x-1  x  x+1         bits: 0 right, 1 up, 2 left, 3 down
        y-1           .   9   .          right 5 >= 5: 1       up 9 >= 5: 1
        y             4   5   5          left 4 < 5: 0         down 0 < 5: 0
        y+1           .   0   .          spatial 0b0011 = 3

    before 6 >= 5: bit 0; after 2 < 5: temporal 0b01 = 1.
    """
    volume = np.full((3, 3, 3), 77, dtype=np.uint8)
    volume[1] = [[77, 9, 77], [4, 5, 5], [77, 0, 77]]
    volume[0, 1, 1], volume[2, 1, 1] = 6, 2
    counts = lbp_sip_histograms(volume, FOUR, ONE_BLOCK)
    expected = np.zeros((3, 1, 1, 20), dtype=np.uint16)
    expected[1, 0, 0, [3, 16 + 1]] = 1
    np.testing.assert_array_equal(counts, expected)


def test_each_block_and_part_counts_all_its_pixels() -> None:
    volume = np.random.default_rng(0).integers(0, 255, (10, 22, 32)).astype(np.uint8)
    counts = lbp_sip_histograms(volume, LbpGeometry(4, 1, 1, 3), BlockGrid(4, 5))
    assert counts.shape == (10, 4, 5, 20)
    assert (counts[3:-3, :, :, :16].sum(axis=-1) == 5 * 6).all()
    assert (counts[3:-3, :, :, 16:].sum(axis=-1) == 5 * 6).all()
    assert not counts[:3].any()


def test_eight_neighbours_are_refused() -> None:
    with pytest.raises(ValueError, match="4 neighbours"):
        lbp_sip_histograms(np.zeros((5, 9, 9), np.uint8), LbpGeometry(neighbours=8))
