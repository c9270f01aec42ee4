"""Names of the regions that an attention grid divides the face into."""

import numpy as np
import numpy.typing as npt

FACE_ROWS = ("forehead", "eyes and brows", "nose and cheeks", "mouth", "chin and jaw")
"""The paper's five bands of a 10x10 grid, two rows each, from the top (figures 6 to 8)."""


def band_of_row(row: int, rows: int) -> int:
    """Which band of `FACE_ROWS` holds the middle of a grid row.

    Args:
        row: From 0 at the top.
        rows: Of the grid.

    Example:
        >>> [band_of_row(row, 10) for row in range(10)]
        [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    """
    return min(len(FACE_ROWS) - 1, int((row + 0.5) / rows * len(FACE_ROWS)))


def by_band(attention: npt.NDArray[np.float32], grid: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Add up attention over each band.

    Args:
        attention: (..., P), P = rows x columns, row by row.
        grid: Rows and columns.

    Returns:
        (..., 5); a grid of fewer than five rows leaves some bands at 0.

    Raises:
        ValueError: P is not rows x columns.
    """
    rows, columns = grid
    if attention.shape[-1] != rows * columns:
        raise ValueError(f"Expected {rows} x {columns} regions but got {attention.shape[-1]}.")
    per_row = attention.reshape(*attention.shape[:-1], rows, columns).sum(-1)
    bands = np.zeros((*attention.shape[:-1], len(FACE_ROWS)), dtype=np.float32)
    for row in range(rows):
        bands[..., band_of_row(row, rows)] += per_row[..., row]
    return bands
