"""A grid of blocks over the part of a frame that has codes, and counting codes in it.

Block i of n along an axis of length L spans ``[i * step, i * step + size)`` with
``size = floor((L + overlap * (n - 1)) / n)`` and ``step = size - overlap``; a pixel that lies in several
blocks counts in each of them (published block programs miss some). Pixels left over at the far edge count
nowhere.

Counting is done once per *cell*: the axis is cut at every start and end of a block, and a block is a run
of cells.
"""

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class BlockGrid:
    """How a frame is divided.

    Args:
        rows: Blocks from top to bottom.
        columns: Blocks from left to right.
        overlap: Pixels shared by neighbouring blocks.
    """

    rows: int = 5
    columns: int = 5
    overlap: int = 0

    def __post_init__(self) -> None:
        if self.rows < 1 or self.columns < 1 or self.overlap < 0:
            raise ValueError(f"Expected positive rows and columns and no negative overlap: {self}.")

    def spans(self, length: int, blocks: int) -> list[tuple[int, int]]:
        """Start and end of each block along an axis.

        Args:
            length: Pixels with a code along the axis.
            blocks: How many blocks.

        Raises:
            ValueError: The axis is too short for so many blocks with that overlap.
        """
        size = (length + self.overlap * (blocks - 1)) // blocks
        step = size - self.overlap
        if size < 1 or (step < 1 and blocks > 1):
            raise ValueError(
                f"Expected at least {blocks} blocks of a pixel or more with overlap {self.overlap} "
                f"in {length} pixels."
            )
        return [(index * step, index * step + size) for index in range(blocks)]


@dataclass(frozen=True)
class Cells:
    """The cells of one axis.

    Args:
        edges: Ascending pixel positions; cell j is ``[edges[j], edges[j + 1])``.
        runs: For each block, its first cell and the cell after its last.
    """

    edges: npt.NDArray[np.int64]
    runs: list[tuple[int, int]]

    @classmethod
    def of(cls, spans: list[tuple[int, int]], first: int) -> "Cells":
        """Cells of an axis whose blocks are `spans`, moved by `first` pixels."""
        edges = sorted({edge for span in spans for edge in span})
        runs = [(edges.index(start), edges.index(end)) for start, end in spans]
        return cls(np.array(edges, dtype=np.int64) + first, runs)


def blocks_of_cells(cells: Counts, down: Cells, right: Cells) -> Counts:
    """Sum the cells of each block.

    Args:
        cells: Shape (T, cells down, cells right, ...).
        down: Cells along y.
        right: Cells along x.

    Returns:
        Shape (T, rows, columns, ...).
    """
    simple = [(j, j + 1) for j in range(cells.shape[1])] == down.runs and [
        (j, j + 1) for j in range(cells.shape[2])
    ] == right.runs
    if simple:
        return cells
    rows = np.stack([cells[:, a:b].sum(axis=1) for a, b in down.runs], axis=1)
    blocks = np.stack([rows[:, :, a:b].sum(axis=2) for a, b in right.runs], axis=2)
    return np.asarray(blocks, dtype=np.uint16)


def check_block_size(down: Cells, right: Cells) -> None:
    """Refuse blocks whose pixels do not fit a 16-bit count."""
    height, width = (int(axis.edges[-1] - axis.edges[0]) for axis in (down, right))
    if height * width > 65535 and len(down.runs) * len(right.runs) == 1:
        raise ValueError(f"Expected a block of at most 65535 pixels but got {height} x {width}.")


@numba.njit(cache=True, nogil=True)
def count_codes(  # type: ignore[no-untyped-def]
    code, width, edges_y, edges_x, bins, counts
):
    """Count the codes of one frame in each cell.

    Args:
        code: Shape (H*W,) uint8.
        width: W.
        edges_y: Cell edges down.
        edges_x: Cell edges right.
        bins: Bin of each code, (256,) int64.
        counts: Shape (cells down, cells right, bins) uint16, added to.
    """
    for row in range(edges_y.shape[0] - 1):
        for y in range(edges_y[row], edges_y[row + 1]):
            start = y * width
            for column in range(edges_x.shape[0] - 1):
                cell = counts[row, column]
                for x in range(edges_x[column], edges_x[column + 1]):
                    cell[bins[code[start + x]]] += 1
