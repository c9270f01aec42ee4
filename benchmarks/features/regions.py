"""Eighteen regions of a face, and how each moves: BoostingVRME's features of one flow field.

    brow (left)  whole, 20, 19, 18      brow (right)  whole, 23, 24, 25      lower eyelids  left, right
    mouth        whole, 48, 54, 51, 57, 62               wings of the nose  31, 35

Numbers are those of the usual 68 landmarks; left and right are the picture's. The face is seen on a square
*canvas* of 9 x 9 units, a unit being half the distance of the inner eye corners:

      -4.5   0   +4.5
        +----+----+  -3.5
        |  (o) (o)|   0     middle of the inner eye corners (39, 42)
        |    ^    |
        |   ---   |
        +---------+  +5.5

Reference:
    BoostingVRME's program as described in public facts. How far its regions reach around their landmarks
    is not among them: 13 of 320 px to each side, as for its nose region.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]
"""Shape (68, 2), px of a picture, x and y."""

REGIONS = 18
CHANNELS = 2 * REGIONS

UNITS = 9.0
"""Side of the canvas in units."""

_LEFT, _TOP = -4.5, -3.5
_REACH = 13 / 320
"""Of a region around its landmarks, as a share of the canvas."""

_LANDMARKS: tuple[tuple[int, ...], ...] = (
    (17, 18, 19, 20, 21),
    (20,),
    (19,),
    (18,),
    (22, 23, 24, 25, 26),
    (23,),
    (24,),
    (25,),
    tuple(range(48, 68)),
    (48,),
    (54,),
    (51,),
    (57,),
    (62,),
    (31,),
    (35,),
    (40, 41),
    (46, 47),
)

_NOSE = (29, 30, 31)
NOSE_SHARE = 0.7
"""Share of the nose's vectors, the largest, that stands for the motion of the head."""


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels, half-open."""

    left: int
    top: int
    right: int
    bottom: int


def canvas_map(points: Points, side: int) -> npt.NDArray[np.float64]:
    """The affine map from a picture to the canvas.

    Args:
        points: Landmarks in the picture.
        side: Of the canvas, px.

    Returns:
        Shape (2, 3): ``canvas = map @ (x, y, 1)``.

    Raises:
        ValueError: The inner eye corners fall together.
    """
    unit = 0.5 * float(np.hypot(*(points[42] - points[39])))
    if unit < 1e-6:
        raise ValueError("Expected two inner eye corners but they are one point.")
    middle_x, middle_y = 0.5 * (points[39] + points[42])
    scale = side / (UNITS * unit)
    left, top = middle_x + _LEFT * unit, middle_y + _TOP * unit
    return np.array([[scale, 0, -scale * left], [0, scale, -scale * top]])


def mapped(points: Points, affine: npt.NDArray[np.float64]) -> Points:
    """Points under an affine map, shape (N, 2)."""
    return np.asarray(points @ affine[:, :2].T + affine[:, 2], dtype=np.float64)


def region_boxes(points: Points, side: int) -> list[Box]:
    """The eighteen regions, in the order of the module's text.

    Args:
        points: Landmarks on the canvas.
        side: Of the canvas, px.
    """
    return [_box(points[list(which)], side) for which in _LANDMARKS]


def nose_box(points: Points, side: int) -> Box:
    """The region whose motion is the head's: around landmarks 29 to 31.

    Args:
        points: Landmarks on the canvas.
        side: Of the canvas, px.
    """
    return _box(points[list(_NOSE)], side)


def mean_of_largest(flow: Float, box: Box, share: float) -> Float:
    """Mean of the longest vectors of a region.

    Args:
        flow: Shape (H, W, 2).
        box: The region.
        share: Of its vectors, in (0, 1]; at least one is taken.

    Returns:
        Shape (2,).
    """
    vectors = flow[box.top : box.bottom, box.left : box.right].reshape(-1, 2)
    many = max(1, round(share * len(vectors)))
    if many >= len(vectors):
        return np.asarray(vectors.mean(axis=0), dtype=np.float32)
    lengths = vectors[:, 0] ** 2 + vectors[:, 1] ** 2
    largest = np.argpartition(lengths, len(vectors) - many)[len(vectors) - many :]
    return np.asarray(vectors[largest].mean(axis=0), dtype=np.float32)


def region_motion(flow: Float, boxes: list[Box], head: Float, share: float) -> Float:
    """How the regions move, less the head.

    Args:
        flow: Shape (H, W, 2).
        boxes: N regions.
        head: Motion of the head, shape (2,).
        share: See `mean_of_largest`.

    Returns:
        Shape (2 N,): right and down of the first, of the second, ...
    """
    found = [mean_of_largest(flow, box, share) - head for box in boxes]
    return np.concatenate(found).astype(np.float32)


def _box(points: Points, side: int) -> Box:
    """Around landmarks, cut off at the canvas; never empty."""
    reach = _REACH * side
    low = np.floor(points.min(axis=0) - reach).astype(int)
    high = np.ceil(points.max(axis=0) + reach).astype(int)
    left, top = (int(one) for one in np.clip(low, 0, side - 1))
    right, bottom = (int(one) for one in np.clip(high, 1, side))
    return Box(left, top, max(right, left + 1), max(bottom, top + 1))
