"""LBP-SIP: local binary patterns with six intersection points.

With four neighbours per plane the three planes of LBP-TOP share points: only six are distinct, two on each
axis. They are coded as a 4-bit spatial pattern (x and y neighbours, 16 bins) and a 2-bit temporal one (the
pixel before and after, 4 bins): 20 bins per block instead of 48.

    bit 0  (x + R_x, y)      bit 2  (x - R_x, y)          bit 0  t - R_t
    bit 1  (x, y - R_y)      bit 3  (x, y + R_y)          bit 1  t + R_t

Reference:
    Wang, See, Phan and Oh, LBP with six intersection points, ACCV 2014. The chapter was not available to
    us; the 16 + 4 encoding is that of two independent public implementations. Its Gaussian pyramid is
    left out.
"""

import numba
import numpy as np

from benchmarks.features.blocks import (
    BlockGrid,
    Cells,
    Counts,
    blocks_of_cells,
    check_block_size,
    count_codes,
)
from benchmarks.features.lbp_codes import LbpGeometry, UInt8, check_volume, compare

SPATIAL_BINS, TEMPORAL_BINS = 16, 4


def lbp_sip_histograms(
    volume: UInt8, geometry: LbpGeometry | None = None, grid: BlockGrid | None = None
) -> Counts:
    """Count LBP-SIP codes by frame and block.

    Args:
        volume: Shape (T, H, W), grey.
        geometry: Radii; its number of neighbours must be 4. Radius 1 on every axis when `None`.
        grid: Blocks over the interior of the frame; 5 x 5 when `None`.

    Returns:
        Shape (T, rows, columns, 20): 16 spatial bins, then 4 temporal ones. Frames within `radius_t` of
        either end are 0.

    Raises:
        ValueError: The volume is not (T, H, W) uint8, too small for the grid, or P is not 4.
    """
    geometry, grid = geometry or LbpGeometry(neighbours=4), grid or BlockGrid()
    if geometry.neighbours != 4:
        raise ValueError(f"Expected 4 neighbours for LBP-SIP but got {geometry.neighbours}.")
    volume = check_volume(volume)
    frames, height, width = volume.shape
    border = geometry.border
    down = Cells.of(grid.spans(height - 2 * border, grid.rows), border)
    right = Cells.of(grid.spans(width - 2 * border, grid.columns), border)
    check_block_size(down, right)
    cells = np.zeros(
        (frames, len(down.edges) - 1, len(right.edges) - 1, SPATIAL_BINS + TEMPORAL_BINS),
        dtype=np.uint16,
    )
    _count(
        volume.reshape(frames, height * width),
        width,
        border,
        geometry.radius_x,
        geometry.radius_y,
        geometry.radius_t,
        down.edges,
        right.edges,
        np.arange(SPATIAL_BINS, dtype=np.int64),
        cells,
    )
    return blocks_of_cells(cells, down, right)


@numba.njit(cache=True, nogil=True)
def _count(  # type: ignore[no-untyped-def]
    flat, width, border, radius_x, radius_y, radius_t, edges_y, edges_x, bins, cells
):
    low = border * width + border
    high = flat.shape[1] - low
    code = np.empty(flat.shape[1], dtype=np.uint8)
    shifts = (radius_x, -radius_y * width, -radius_x, radius_y * width)
    for t in range(radius_t, flat.shape[0] - radius_t):
        centre = flat[t, low:high]
        code[:] = 0
        for k in range(4):
            shift = shifts[k]
            compare(code[low:high], centre, flat[t, low + shift : high + shift], np.uint8(1 << k))
        count_codes(code, width, edges_y, edges_x, bins, cells[t, :, :, :SPATIAL_BINS])
        code[:] = 0
        compare(code[low:high], centre, flat[t - radius_t, low:high], np.uint8(1))
        compare(code[low:high], centre, flat[t + radius_t, low:high], np.uint8(2))
        count_codes(code, width, edges_y, edges_x, bins, cells[t, :, :, SPATIAL_BINS:])
