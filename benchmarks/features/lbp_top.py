"""LBP-TOP: histograms of local binary patterns on three orthogonal planes, per frame and block.

`lbp_top_histograms` keeps one histogram per frame, so the LBP-TOP of any window is a sum over frames
(`benchmarks.features.windows`) and sliding windows of any length cost nothing extra.

Reference:
    Zhao and Pietikäinen, TPAMI 2007. Block division is our own (`benchmarks.features.blocks`); the
    histogram of each block and plane is normalised to a sum of 1 by the window.
"""

from functools import lru_cache

import numba
import numpy as np
import numpy.typing as npt

from benchmarks.features.blocks import (
    BlockGrid,
    Cells,
    Counts,
    blocks_of_cells,
    check_block_size,
    count_codes,
)
from benchmarks.features.lbp_codes import (
    PLANES,
    LbpGeometry,
    UInt8,
    check_volume,
    frame_codes,
    plane_tables,
)


def transitions(code: int, neighbours: int) -> int:
    """How often neighbouring bits differ, going round a code of so many bits."""
    turned = (code >> 1) | ((code & 1) << (neighbours - 1))
    return (code ^ turned).bit_count()


@lru_cache(maxsize=4)
def uniform_bins(neighbours: int = 8) -> npt.NDArray[np.int64]:
    """The u2 mapping: each code with at most two transitions has a bin of its own.

    Bins follow the codes in increasing order; all other codes share the last bin. (Programs differ in
    this order, so raw vectors of different programs cannot be compared.)

    Args:
        neighbours: P.

    Returns:
        Shape (2**P,): bin of each code, 0 to ``P * (P - 1) + 2``; 59 bins for P = 8.
    """
    uniform = [code for code in range(2**neighbours) if transitions(code, neighbours) <= 2]
    bins = np.full(2**neighbours, len(uniform), dtype=np.int64)
    bins[uniform] = np.arange(len(uniform))
    return bins


def lbp_top_histograms(
    volume: UInt8, geometry: LbpGeometry | None = None, grid: BlockGrid | None = None
) -> Counts:
    """Count LBP codes by frame, block and plane.

    Args:
        volume: Shape (T, H, W), grey.
        geometry: Where the neighbours are; P = 8 and radius 1 on every axis when `None`.
        grid: Blocks over the interior of the frame; 5 x 5 when `None`.

    Returns:
        Shape (T, rows, columns, 3, bins), planes in the order XY, XT, YT, bins of `uniform_bins`. Frames
        within `radius_t` of either end are 0.

    Raises:
        ValueError: The volume is not (T, H, W) uint8, or too small for the grid.
    """
    geometry, grid = geometry or LbpGeometry(), grid or BlockGrid()
    volume = check_volume(volume)
    frames, height, width = volume.shape
    border = geometry.border
    down = Cells.of(grid.spans(height - 2 * border, grid.rows), border)
    right = Cells.of(grid.spans(width - 2 * border, grid.columns), border)
    check_block_size(down, right)
    bins = uniform_bins(geometry.neighbours)
    cells = np.zeros(
        (frames, len(down.edges) - 1, len(right.edges) - 1, 3, int(bins.max()) + 1), dtype=np.uint16
    )
    flat = volume.reshape(frames, height * width)
    for plane, name in enumerate(PLANES):
        tables = plane_tables(geometry, name, frames, height, width)
        _count_plane(
            flat,
            plane,
            width,
            border,
            geometry.radius_t,
            *tables,
            down.edges,
            right.edges,
            bins,
            cells,
        )
    return blocks_of_cells(cells, down, right)


@numba.njit(cache=True, nogil=True)
def _count_plane(  # type: ignore[no-untyped-def]
    flat,
    plane,
    width,
    border,
    reach,
    offsets,
    row_fraction,
    column_fraction,
    edges_y,
    edges_x,
    bins,
    cells,
):
    code = np.empty(flat.shape[1], dtype=np.uint8)
    for t in range(reach, flat.shape[0] - reach):
        frame_codes(flat, plane, t, width, border, offsets, row_fraction, column_fraction, code)
        count_codes(code, width, edges_y, edges_x, bins, cells[t, :, :, plane])
