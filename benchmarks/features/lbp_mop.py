"""LBP-MOP: local binary patterns on three mean orthogonal planes of each block.

A block of a window is averaged along each of its axes, which leaves three small pictures, and an ordinary
2-D LBP is taken of each:

    XY   mean over t: the face as it is on average        (height x width)
    XT   mean over the block's rows: horizontal motion    (frames x width)
    YT   mean over the block's columns: vertical motion   (frames x height)

Means are kept in 256ths of a grey level, as integers: rounding to whole levels would swallow motion of a
fraction of a pixel, and floats would let ties in flat regions fall either way.

Reference:
    Wang, See, Phan and Oh, Efficient spatio-temporal local binary patterns for spontaneous facial
    micro-expression recognition, PLoS ONE 2015. Neighbours beyond a block's edge are those of the mean
    picture of its whole row or column of blocks, so no pixel at a block's edge is lost.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

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

UInt16 = npt.NDArray[np.uint16]
STEPS = 256
"""Steps of a mean per grey level."""

MOP_VERSION = 1
"""Goes into the names of cache files; a change of the histograms' meaning bumps it."""


@dataclass(frozen=True)
class MopFeature:
    """What is computed of a clip.

    Args:
        geometry: Where the neighbours are.
        grid: Blocks.
        size: Larger crops are averaged down to this height and width, px.
        length: Frames of a window, over which the XY plane is averaged.
    """

    geometry: LbpGeometry
    grid: BlockGrid
    size: int
    length: int

    @property
    def folder(self) -> str:
        """Folder of the cache files."""
        return "lbp"

    @property
    def parts(self) -> tuple[int, ...]:
        """Bins of each plane of a block's histogram."""
        return (int(uniform_bins(self.geometry.neighbours).max()) + 1,) * 3

    def compute(self, crop: Path) -> Counts:
        """Histograms of a crop video.

        Raises:
            ManifestError: The crop is absent, damaged or too small.
        """
        from wdmd_tools.video.crops import read_crop

        volume = resize(to_grey(read_crop(crop)), self.size)
        try:
            return lbp_mop_histograms(volume, self.geometry, self.grid, self.length)
        except ValueError as error:
            raise ManifestError(f"{crop}: too small for lbp-mop: {error}") from error

    def key(self, crop_sha256: str) -> str:
        """Name of the cache file of a crop."""
        facts = {"lbp-mop": MOP_VERSION, "crop": crop_sha256, "settings": asdict(self)}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def mean_picture(volume: npt.NDArray[np.integer], axis: int) -> UInt16:
    """Mean along an axis in 256ths, halves up.

    Args:
        volume: Grey values, 0 to 255.
        axis: Which.
    """
    count = volume.shape[axis]
    total = volume.sum(axis=axis, dtype=np.int64)
    return np.asarray((2 * STEPS * total + count) // (2 * count)).astype(np.uint16)


def picture_codes(picture: UInt8 | UInt16, geometry: LbpGeometry, plane: str) -> UInt8:
    """LBP codes of one picture.

    Args:
        picture: Rows by columns of the plane.
        geometry: Where the neighbours are.
        plane: ``"XY"``, ``"XT"`` or ``"YT"``: which radii its rows and columns have.

    Returns:
        Of the picture's shape; 0 within the radii of its edges.
    """
    rows, columns = picture.shape
    codes = np.zeros(picture.shape, dtype=np.uint8)
    if plane == "XY":
        border = geometry.border
        if min(rows, columns) > 2 * border:
            tables = plane_tables(geometry, "XY", 1, rows, columns)
            flat = np.ascontiguousarray(picture).reshape(1, -1)
            code = np.empty(flat.shape[1], dtype=np.uint8)
            frame_codes(flat, 0, 0, columns, border, *tables, code)
            inner = np.s_[border : rows - border, border : columns - border]
            codes[inner] = code.reshape(rows, columns)[inner]
        return codes
    # Each row is a frame one pixel high, whose width is x on XT and y on YT.
    radius = geometry.radius_x if plane == "XT" else geometry.radius_y
    lying = LbpGeometry(geometry.neighbours, radius, radius, geometry.radius_t)
    tables = plane_tables(lying, "XT", rows, 1, columns)
    if columns > 2 * geometry.border:
        _row_codes(np.ascontiguousarray(picture), lying.radius_t, geometry.border, *tables, codes)
    return codes


@numba.njit(cache=True, nogil=True)
def _row_codes(  # type: ignore[no-untyped-def]
    picture, reach, border, offsets, row_fraction, column_fraction, codes
):
    for t in range(reach, picture.shape[0] - reach):
        # Width 0: no rows of the frame are left out above and below, since there is one only.
        frame_codes(picture, 1, t, 0, border, offsets, row_fraction, column_fraction, codes[t])


def lbp_mop_histograms(
    volume: UInt8, geometry: LbpGeometry, grid: BlockGrid, length: int
) -> Counts:
    """Count LBP-MOP codes by frame, block and plane.

    Args:
        volume: Shape (T, H, W), grey.
        geometry: Where the neighbours are.
        grid: Blocks over the interior of the frame.
        length: Frames of a window; a shorter clip is one window.

    Returns:
        Shape (T, rows, columns, 3, bins), planes in the order XY, XT, YT. XT and YT: codes of that frame;
        sums over frames are those of a window. XY: codes of the mean of the `length` frames that start
        there, 0 where fewer are left.

    Raises:
        ValueError: The volume is not (T, H, W) uint8, or too small for the grid.
    """
    volume = check_volume(volume)
    frames, height, width = volume.shape
    length = min(length, frames)
    border = geometry.border
    down = [(a + border, b + border) for a, b in grid.spans(height - 2 * border, grid.rows)]
    right = [(a + border, b + border) for a, b in grid.spans(width - 2 * border, grid.columns)]
    bins = uniform_bins(geometry.neighbours)
    shape = (frames, grid.rows, grid.columns, 3, int(bins.max()) + 1)
    counts = np.zeros(shape, dtype=np.uint16)
    inner = np.s_[geometry.radius_t : frames - geometry.radius_t]
    for row, (top, bottom) in enumerate(down):
        codes = picture_codes(mean_picture(volume[:, top:bottom], 1), geometry, "XT")
        for column, span in enumerate(right):
            counts[inner, row, column, 1] = _by_frame(codes[inner], span, bins)
    for column, (left, end) in enumerate(right):
        codes = picture_codes(mean_picture(volume[:, :, left:end], 2), geometry, "YT")
        for row, span in enumerate(down):
            counts[inner, row, column, 2] = _by_frame(codes[inner], span, bins)
    counts[: frames - length + 1, :, :, 0] = _of_means(volume, geometry, grid, length, bins)
    return counts


def _of_means(
    volume: UInt8, geometry: LbpGeometry, grid: BlockGrid, length: int, bins: npt.NDArray[np.int64]
) -> Counts:
    """Histograms of the mean picture of every `length` frames; shape (windows, rows, columns, bins)."""
    frames, height, width = volume.shape
    border = geometry.border
    down = Cells.of(grid.spans(height - 2 * border, grid.rows), border)
    right = Cells.of(grid.spans(width - 2 * border, grid.columns), border)
    check_block_size(down, right)
    shape = (frames - length + 1, len(down.edges) - 1, len(right.edges) - 1, int(bins.max()) + 1)
    cells = np.zeros(shape, dtype=np.uint16)
    for start in range(len(cells)):
        codes = picture_codes(mean_picture(volume[start : start + length], 0), geometry, "XY")
        count_codes(codes.ravel(), width, down.edges, right.edges, bins, cells[start])
    return blocks_of_cells(cells, down, right)


def _by_frame(codes: UInt8, span: tuple[int, int], bins: npt.NDArray[np.int64]) -> Counts:
    """Histograms of the columns `span` of each row."""
    kinds = int(bins.max()) + 1
    found = bins[codes[:, span[0] : span[1]]] + kinds * np.arange(len(codes))[:, None]
    return (
        np.bincount(found.ravel(), minlength=kinds * len(codes))
        .reshape(-1, kinds)
        .astype(np.uint16)
    )
