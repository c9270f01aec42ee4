import itertools

import numpy as np
import pytest

from benchmarks.features.blocks import BlockGrid
from benchmarks.features.lbp_codes import LbpGeometry, lbp_codes
from benchmarks.features.lbp_top import lbp_top_histograms, transitions, uniform_bins


def test_the_uniform_mapping_has_59_bins_in_order_of_codes() -> None:
    bins = uniform_bins(8)
    uniform = [
        code
        for code in range(256)
        if sum(a != b for a, b in itertools.pairwise(f"{code:08b}" + f"{code:08b}"[0])) <= 2
    ]
    assert len(uniform) == 58
    assert bins[uniform].tolist() == list(range(58))
    assert set(bins[sorted(set(range(256)) - set(uniform))].tolist()) == {58}
    # By hand: 0, 1, 2, 3, 4 are uniform, 5 = 00000101 has four transitions, 255 is the last uniform.
    assert bins[[0, 1, 2, 3, 4, 5, 6, 255]].tolist() == [0, 1, 2, 3, 4, 58, 5, 57]


@pytest.mark.parametrize(("neighbours", "count"), [(4, 15), (8, 59)])
def test_the_number_of_bins_is_that_of_the_formula(neighbours: int, count: int) -> None:
    assert len(set(uniform_bins(neighbours).tolist())) == neighbours * (neighbours - 1) + 3 == count


def test_transitions_go_round() -> None:
    assert [transitions(code, 8) for code in (0, 255, 1, 0b10000000, 0b01010101)] == [0, 0, 2, 2, 8]


@pytest.mark.parametrize(
    ("shape", "grid", "geometry"),
    [
        ((6, 17, 23), BlockGrid(2, 3), LbpGeometry()),
        ((9, 20, 14), BlockGrid(3, 2, overlap=3), LbpGeometry(8, 2, 2, 1)),
        ((5, 12, 12), BlockGrid(1, 1), LbpGeometry(4, 1, 1, 2)),
    ],
)
def test_histograms_count_every_pixel_of_every_block(
    shape: tuple[int, int, int], grid: BlockGrid, geometry: LbpGeometry
) -> None:
    volume = np.random.default_rng(0).integers(0, 9, shape).astype(np.uint8)
    found = lbp_top_histograms(volume, geometry, grid)
    codes, bins = lbp_codes(volume, geometry), uniform_bins(geometry.neighbours)
    border, reach = geometry.border, geometry.radius_t
    rows = grid.spans(shape[1] - 2 * border, grid.rows)
    columns = grid.spans(shape[2] - 2 * border, grid.columns)
    expected = np.zeros_like(found)
    for t in range(reach, shape[0] - reach):
        for i, (top, bottom) in enumerate(rows):
            for j, (left, right) in enumerate(columns):
                for plane in range(3):
                    for y in range(top + border, bottom + border):
                        for x in range(left + border, right + border):
                            expected[t, i, j, plane, bins[codes[plane, t, y, x]]] += 1
    np.testing.assert_array_equal(found, expected)


def test_frames_at_both_ends_are_empty() -> None:
    found = lbp_top_histograms(np.zeros((8, 12, 12), np.uint8), LbpGeometry(8, 1, 1, 2))
    assert found.shape == (8, 5, 5, 3, 59)
    assert not found[:2].any()
    assert not found[-2:].any()
    assert (found[2:-2].sum(axis=(1, 2, 3, 4)) == 3 * 10 * 10).all()


def test_a_picture_too_small_for_the_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 5 blocks"):
        lbp_top_histograms(np.zeros((3, 6, 6), np.uint8))
