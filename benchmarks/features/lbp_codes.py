"""Local binary pattern codes of a video on its three orthogonal planes.

    XY   rows y, columns x     texture of one frame
    XT   rows t, columns x     horizontal motion
    YT   rows t, columns y     vertical motion

Neighbour k of P on a plane lies at row ``-R_row sin(2 pi k / P)`` and column ``+R_column cos(2 pi k / P)``
of the centre. It sets bit k when its grey value, interpolated bilinearly, is greater than *or equal to*
the centre's. The arithmetic is that of scikit-image's ``local_binary_pattern`` with ``method="default"``,
step by step (offsets rounded to five decimals, fractions taken at the absolute position, double
precision), so the codes are equal to it bit for bit, ties and flat regions included.

Only interior centres have codes: `border` pixels from each edge of the frame, R_t frames from each end.

Reference:
    Zhao and Pietikäinen, Dynamic texture recognition using local binary patterns, TPAMI 2007. The block
    version of their program uses the X radius on the YT plane's columns; here it is the Y radius.
"""

from dataclasses import dataclass
from functools import lru_cache

import numba
import numpy as np
import numpy.typing as npt

UInt8 = npt.NDArray[np.uint8]
PLANES = ("XY", "XT", "YT")


@dataclass(frozen=True, slots=True)
class LbpGeometry:
    """Where the neighbours are.

    Args:
        neighbours: P, neighbours per plane; 4 or 8.
        radius_x: Pixels.
        radius_y: Pixels.
        radius_t: Frames.
    """

    neighbours: int = 8
    radius_x: int = 1
    radius_y: int = 1
    radius_t: int = 1

    def __post_init__(self) -> None:
        if self.neighbours not in (4, 8):
            raise ValueError(f"Expected `neighbours` to be 4 or 8 but got {self.neighbours}.")
        if min(self.radius_x, self.radius_y, self.radius_t) < 1:
            raise ValueError(f"Expected radii of at least 1 but got {self}.")

    @property
    def border(self) -> int:
        """Pixels at each edge of a frame that have no code."""
        return max(self.radius_x, self.radius_y)

    def offsets(self, plane: str) -> npt.NDArray[np.float64]:
        """Shape (P, 2): row and column of each neighbour relative to the centre."""
        row_radius = self.radius_y if plane == "XY" else self.radius_t
        column_radius = self.radius_y if plane == "YT" else self.radius_x
        angle = 2 * np.pi * np.arange(self.neighbours, dtype=np.float64) / self.neighbours
        rows = np.round(-row_radius * np.sin(angle), 5)
        columns = np.round(column_radius * np.cos(angle), 5)
        return np.stack([rows, columns], axis=1)


def lbp_codes(volume: UInt8, geometry: LbpGeometry) -> UInt8:
    """Codes of all interior centres on the three planes.

    Args:
        volume: Shape (T, H, W), grey.
        geometry: Where the neighbours are.

    Returns:
        Shape (3, T, H, W) in the order of `PLANES`; 0 where a centre is not interior.

    Raises:
        ValueError: The volume is not three-dimensional uint8.
    """
    volume = check_volume(volume)
    frames, height, width = volume.shape
    border, reach = geometry.border, geometry.radius_t
    codes = np.zeros((3, frames, height, width), dtype=np.uint8)
    if min(height, width) <= 2 * border:
        return codes
    inner = np.s_[border : height - border, border : width - border]
    flat = volume.reshape(frames, height * width)
    code = np.empty(height * width, dtype=np.uint8)
    for plane, name in enumerate(PLANES):
        tables = plane_tables(geometry, name, frames, height, width)
        for t in range(reach, frames - reach):
            frame_codes(flat, plane, t, width, border, *tables, code)
            codes[plane, t][inner] = code.reshape(height, width)[inner]
    return codes


def check_volume(volume: UInt8) -> UInt8:
    """The volume in C order, or a `ValueError` when it is not (T, H, W) uint8."""
    if volume.ndim != 3 or volume.dtype != np.uint8:
        raise ValueError(f"Expected (T, H, W) uint8 but got {volume.shape} {volume.dtype}.")
    return np.ascontiguousarray(volume)


@lru_cache(maxsize=32)
def plane_tables(
    geometry: LbpGeometry, plane: str, frames: int, height: int, width: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What `frame_codes` needs to know about one plane of volumes of one shape.

    The fractions depend on the absolute position in their last bits, since ``r + offset`` is rounded
    before its floor is taken off. That decides ties, so it is kept as scikit-image has it.

    Args:
        geometry: Where the neighbours are.
        plane: One of `PLANES`.
        frames: T of the volume.
        height: H.
        width: W.

    Returns:
        Offsets (P, 2); weight of the next row, (P, H*W) on XY and (P, T) on the others; weight of the
        next column, (P, H*W).
    """
    offsets = geometry.offsets(plane)
    y, x = np.divmod(np.arange(height * width, dtype=np.float64), width)
    row = y if plane == "XY" else np.arange(frames, dtype=np.float64)
    column = y if plane == "YT" else x
    at_row = row[None, :] + offsets[:, :1]
    at_column = column[None, :] + offsets[:, 1:]
    return offsets, at_row - np.floor(at_row), at_column - np.floor(at_column)


@numba.njit(cache=True, nogil=True)
def frame_codes(  # type: ignore[no-untyped-def]
    flat, plane, t, width, border, offsets, row_fraction, column_fraction, code
):
    """Codes of all pixels of frame `t` on one plane.

    A frame is gone through as one flat run, so that the loops vectorise; at the left and right border
    the run wraps round and the codes mean nothing.

    Args:
        flat: The volume, shape (T, H*W) uint8.
        plane: Index into `PLANES`.
        t: Frame.
        width: W.
        border: Pixels at each edge without a code.
        offsets: See `plane_tables`.
        row_fraction: See `plane_tables`.
        column_fraction: See `plane_tables`.
        code: Output, shape (H*W,) uint8.
    """
    low = border * width + border
    high = flat.shape[1] - low
    out = code[low:high]
    out[:] = 0
    centre = flat[t, low:high]
    for k in range(offsets.shape[0]):
        bit = np.uint8(1 << k)
        row = int(np.floor(offsets[k, 0]))
        column = int(np.floor(offsets[k, 1]))
        next_row = row + int(offsets[k, 0] != row)
        next_column = column + int(offsets[k, 1] != column)
        if plane == 0:
            first, second = t, t
            a, b = row * width + column, row * width + next_column
            c, d = next_row * width + column, next_row * width + next_column
        else:
            step = 1 if plane == 1 else width
            first, second = t + row, t + next_row
            a, b = column * step, next_column * step
            c, d = a, b
        if next_row == row and next_column == column:
            compare(out, centre, flat[first, low + a : high + a], bit)
            continue
        top_left, top_right = flat[first, low + a : high + a], flat[first, low + b : high + b]
        bottom_left, bottom_right = (
            flat[second, low + c : high + c],
            flat[second, low + d : high + d],
        )
        right = column_fraction[k, low:high]
        if plane == 0:
            down = row_fraction[k, low:high]
            for x in range(out.shape[0]):
                top = (1.0 - right[x]) * top_left[x] + right[x] * top_right[x]
                bottom = (1.0 - right[x]) * bottom_left[x] + right[x] * bottom_right[x]
                value = (1.0 - down[x]) * top + down[x] * bottom
                out[x] |= np.uint8(value >= centre[x]) * bit
        else:
            below = row_fraction[k, t]
            for x in range(out.shape[0]):
                top = (1.0 - right[x]) * top_left[x] + right[x] * top_right[x]
                bottom = (1.0 - right[x]) * bottom_left[x] + right[x] * bottom_right[x]
                value = (1.0 - below) * top + below * bottom
                out[x] |= np.uint8(value >= centre[x]) * bit


@numba.njit(cache=True, nogil=True)
def compare(code, centre, neighbour, bit):  # type: ignore[no-untyped-def]
    """Set `bit` of `code` wherever `neighbour` is at least `centre`; all of one length, uint8."""
    for x in range(code.shape[0]):
        code[x] |= np.uint8(neighbour[x] >= centre[x]) * bit
