"""LBP histograms of single frames, block by block: what the feature-difference spotter compares.

Reference:
    Ojala, Pietikäinen and Mäenpää, TPAMI 2002 (uniform patterns). Block division is that of
    `benchmarks.features.blocks`.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

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
from benchmarks.features.grey import resize, to_grey
from benchmarks.features.lbp_codes import (
    LbpGeometry,
    UInt8,
    check_volume,
    frame_codes,
    plane_tables,
)
from benchmarks.features.lbp_top import uniform_bins
from wdmd_tools.errors import ManifestError

LBP_FRAME_VERSION = 1
"""Goes into the names of cache files; a change of the histograms' meaning bumps it."""


@dataclass(frozen=True)
class LbpFrameFeature:
    """What is computed of a clip.

    Args:
        radius: Px.
        grid: Blocks.
        size: Larger crops are averaged down to this height and width, px.
        neighbours: P.
    """

    radius: int
    grid: BlockGrid
    size: int
    neighbours: int = 8

    @property
    def folder(self) -> str:
        """Folder of the cache files."""
        return "lbp"

    def compute(self, crop: Path) -> Counts:
        """Histograms of a crop video.

        Raises:
            ManifestError: The crop is absent, damaged or too small.
        """
        from wdmd_tools.video.crops import read_crop

        volume = resize(to_grey(read_crop(crop)), self.size)
        geometry = LbpGeometry(self.neighbours, self.radius, self.radius, 1)
        try:
            return lbp_frame_histograms(volume, geometry, self.grid)
        except ValueError as error:
            raise ManifestError(f"{crop}: too small for LBP blocks: {error}") from error

    def key(self, crop_sha256: str) -> str:
        """Name of the cache file of a crop."""
        facts = {"lbp-frame": LBP_FRAME_VERSION, "crop": crop_sha256, "settings": asdict(self)}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def lbp_frame_histograms(volume: UInt8, geometry: LbpGeometry, grid: BlockGrid) -> Counts:
    """Count LBP codes by frame and block; every frame has them, the first and last too.

    Args:
        volume: Shape (T, H, W), grey.
        geometry: Neighbours and radii in x and y.
        grid: Blocks over the interior of the frame.

    Returns:
        Shape (T, rows, columns, bins), bins of `uniform_bins`.

    Raises:
        ValueError: The volume is not (T, H, W) uint8, or too small for the grid.
    """
    volume = check_volume(volume)
    frames, height, width = volume.shape
    border = geometry.border
    down = Cells.of(grid.spans(height - 2 * border, grid.rows), border)
    right = Cells.of(grid.spans(width - 2 * border, grid.columns), border)
    check_block_size(down, right)
    bins = uniform_bins(geometry.neighbours)
    cells = np.zeros(
        (frames, len(down.edges) - 1, len(right.edges) - 1, int(bins.max()) + 1), dtype=np.uint16
    )
    tables = plane_tables(geometry, "XY", frames, height, width)
    flat = volume.reshape(frames, height * width)
    _count(flat, width, border, *tables, down.edges, right.edges, bins, cells)
    return blocks_of_cells(cells, down, right)


@numba.njit(cache=True, nogil=True)
def _count(  # type: ignore[no-untyped-def]
    flat, width, border, offsets, row_fraction, column_fraction, edges_y, edges_x, bins, cells
):
    code = np.empty(flat.shape[1], dtype=np.uint8)
    for t in range(flat.shape[0]):
        frame_codes(flat, 0, t, width, border, offsets, row_fraction, column_fraction, code)
        count_codes(code, width, edges_y, edges_x, bins, cells[t])
