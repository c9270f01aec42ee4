"""Search a whole frame for all faces in it, also small ones.

MediaPipe looks at a picture at a fixed, low resolution: in a frame of 2560 x 1440 px it misses faces of
less than about 10 % of the width. Tiles of 960 px show faces from about 150 px on, tiles of 480 px those
from about 60 px on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from wdmd_tools.faces.landmarks import Face, FaceLandmarker

Image = npt.NDArray[np.uint8]
Region = tuple[int, int, int, int]
"""x0, y0, x1, y1 in source px, half-open."""

_TILES = (960, 480)
_SAME_FACE = 0.3
_SAME_PLACE = 0.35


@dataclass(frozen=True)
class Found:
    """What a search gave.

    Args:
        faces: In px of the frame, from left to right.
        scale: Number of the finest scale looked at; 0 is the whole frame.
    """

    faces: list[Face]
    scale: int


def box_of(face: Face) -> npt.NDArray[np.float64]:
    """x0, y0, x1, y1 of the landmarks, px.

    Args:
        face: A face.
    """
    return np.concatenate([face.points.min(axis=0), face.points.max(axis=0)])


def same_face(one: Face, other: Face) -> bool:
    """Whether two faces of one moment, or of two moments near each other, can be one person's.

    Args:
        one: In px of the frame.
        other: In px of the frame.

    Returns:
        True where the boxes overlap (intersection over union of at least 0.3) or the landmarks lie
        closer, on average, than 0.35 of the size of the larger face.
    """
    a, b = box_of(one), box_of(other)
    size = max(float((a[2:] - a[:2]).max()), float((b[2:] - b[:2]).max()), 1e-9)
    distance = float(np.linalg.norm(one.points - other.points, axis=1).mean())
    return overlap(a, b) >= _SAME_FACE or distance < _SAME_PLACE * size


def overlap(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    """Intersection over union of two boxes, 0 to 1.

    Args:
        a: x0, y0, x1, y1.
        b: x0, y0, x1, y1.
    """
    inner = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod()
    total = (a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - inner
    return float(inner / total) if total > 0 else 0.0


def search(picture: Image, searcher: FaceLandmarker, *, scales: int, all_scales: bool) -> Found:
    """All faces in a frame.

    Args:
        picture: (H, W, 3) RGB, the whole frame.
        searcher: Looks at single pictures, for several faces.
        scales: How many scales may be looked at: the whole frame, then ever smaller tiles.
        all_scales: Whether to go on to finer scales once a face is found. People in one shot are
            mostly of similar size, so by default the search ends with the first scale that has a face.
    """
    faces: list[Face] = []
    level = 0
    for level, tiles in enumerate(_scales(picture.shape[1], picture.shape[0])):
        if level >= scales:
            break
        for region in tiles:
            x0, y0, x1, y1 = region
            for face in searcher.find_all(picture[y0:y1, x0:x1]):
                moved = shifted(face, region)
                if not any(same_face(moved, known) for known in faces):
                    faces.append(moved)
        if faces and not all_scales:
            break
    return Found(sorted(faces, key=lambda face: float(face.points[:, 0].mean())), level)


def shifted(face: Face, region: Sequence[int]) -> Face:
    """A face found in a region, in px of the frame.

    Args:
        face: In px of the region.
        region: Begins with x and y of the region's first pixel.
    """
    return replace(face, points=face.points + np.array(region[:2], dtype=np.float64))


def _scales(width: int, height: int) -> Iterator[list[Region]]:
    yield [(0, 0, width, height)]
    for side in _TILES:
        if side < max(width, height):
            yield [
                (x, y, min(x + side, width), min(y + side, height))
                for y in _starts(height, side)
                for x in _starts(width, side)
            ]


def _starts(length: int, side: int) -> list[int]:
    """Starts of tiles that overlap by about half, the last one flush with the end."""
    if length <= side:
        return [0]
    count = int(np.ceil((length - side) / (side / 2))) + 1
    return [round(value) for value in np.linspace(0, length - side, count)]
