"""Follow one face through a clip, also where it is small in a large frame.

MediaPipe looks at the whole picture at a fixed, low resolution: in a frame of 2560 x 1440 px it misses
faces of less than about 10 % of the width, which is most of a film's two-shots. So a large frame is
searched at several scales once, and the landmarker then looks at a window around the face:

    search    whole frame, then tiles of 960 px, then of 480 px, until one has a face
    follow    landmarks in the window, three times as large as the face
    move      the window, when the face comes near its edge; search again after some frames without it

Only the window is converted to RGB, which in large frames saves more than the landmarks cost.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from wdmd_tools.faces.landmarks import Face, FaceLandmarker

Image = npt.NDArray[np.uint8]
Region = tuple[int, int, int, int]
"""x0, y0, x1, y1 in source px, half-open."""

_SMALL = 720
"""Frames with no side longer than this are looked at whole, always."""

_TILES = (960, 480)
_SEARCH_EVERY = 6
_PATIENCE = 3
_WINDOW_REACH = 1.0
_EDGE = 0.2


class Picture(Protocol):
    """A frame that is converted where it is looked at."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        ...

    def rgb(self, region: Region | None = None) -> Image:
        """A region, or the whole frame, (H, W, 3) RGB uint8."""
        ...


class WholePicture:
    """An array as a `Picture`, for callers that have converted the whole frame already.

    Args:
        picture: (H, W, 3) RGB uint8.
    """

    def __init__(self, picture: Image) -> None:
        self._picture = picture

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self._picture.shape[1], self._picture.shape[0]

    def rgb(self, region: Region | None = None) -> Image:
        """A region, or the whole picture; not copied."""
        x0, y0, x1, y1 = region or (0, 0, *self.size)
        return self._picture[y0:y1, x0:x1]


class FaceFollower:
    """Finds the same face in consecutive frames of one clip; a context manager.

    Args:
        model_file: ``face_landmarker.task``.
    """

    def __init__(self, model_file: Path) -> None:
        self._model_file = model_file
        self._landmarker: FaceLandmarker | None = None
        self._searcher: FaceLandmarker | None = None
        self._window: Region | None = None
        self._misses = 0
        self._wait = 0

    def __enter__(self) -> "FaceFollower":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the native parts."""
        for landmarker in (self._landmarker, self._searcher):
            if landmarker is not None:
                landmarker.close()
        self._landmarker = self._searcher = None

    def find(self, frame: Picture, time_ms: int) -> Face | None:
        """The face in the next frame, in px of the whole frame; `None` where there is none."""
        if self._window is None and not self._begin(frame):
            return None
        face = self._look(frame, time_ms)
        if max(frame.size) <= _SMALL:
            return face
        if face is None:
            self._misses += 1
            if self._misses >= _PATIENCE:
                self._window, self._wait = None, 0
        else:
            self._misses = 0
            if self._window is None or _near_edge(face, self._window, frame.size):
                self._set_window(around(face, frame.size, _WINDOW_REACH))
        return face

    def _begin(self, frame: Picture) -> bool:
        """Choose a window; whether there is one."""
        width, height = frame.size
        if max(frame.size) <= _SMALL:
            self._set_window((0, 0, width, height))
            return True
        if self._wait > 0:
            self._wait -= 1
            return False
        face = self._search(frame)
        if face is None:
            self._wait = _SEARCH_EVERY - 1
            return False
        self._set_window(around(face, frame.size, _WINDOW_REACH))
        return True

    def _set_window(self, window: Region) -> None:
        # The landmarker's memory is in coordinates of its picture, so a new window needs a new one.
        if self._landmarker is not None:
            self._landmarker.close()
        self._landmarker = FaceLandmarker(self._model_file)
        self._window = window
        self._misses = 0

    def _look(self, frame: Picture, time_ms: int) -> Face | None:
        if self._landmarker is None or self._window is None:
            return None
        face = self._landmarker.find(frame.rgb(self._window), time_ms)
        return None if face is None else _shift(face, self._window)

    def _search(self, frame: Picture) -> Face | None:
        """The largest face at the coarsest scale that has one."""
        if self._searcher is None:
            self._searcher = FaceLandmarker(self._model_file, video=False)
        picture = frame.rgb()
        for tiles in _scales(*frame.size):
            found = []
            for region in tiles:
                x0, y0, x1, y1 = region
                face = self._searcher.find(picture[y0:y1, x0:x1], 0)
                if face is not None:
                    found.append(_shift(face, region))
            if found:
                return max(found, key=lambda face: float(np.ptp(face.points, axis=0).max()))
        return None


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


def around(face: Face, size: tuple[int, int], reach: float) -> Region:
    """The box of a face, larger by `reach` times its longer side on each side, inside the frame.

    Args:
        face: In px of the frame.
        size: Width and height of the frame.
        reach: In sizes of the box.

    Returns:
        Even coordinates where the frame allows, so that chroma samples are not split; never empty.
    """
    width, height = size
    low, high = face.points.min(axis=0), face.points.max(axis=0)
    more = reach * float((high - low).max())
    x0, y0 = (max(0, int(value - more)) & ~1 for value in low)
    x1, y1 = min(width, int(high[0] + more) + 2 & ~1), min(height, int(high[1] + more) + 2 & ~1)
    # The landmarker extrapolates: a face wholly outside of the picture keeps two pixels.
    x0, y0 = min(x0, max(0, width - 2)) & ~1, min(y0, max(0, height - 2)) & ~1
    return x0, y0, max(x1, min(x0 + 2, width)), max(y1, min(y0 + 2, height))


def _near_edge(face: Face, window: Region, size: tuple[int, int]) -> bool:
    """Whether the face is near an edge of the window that is not an edge of the frame."""
    low, high = face.points.min(axis=0), face.points.max(axis=0)
    gap = _EDGE * float((high - low).max())
    x0, y0, x1, y1 = window
    return bool(
        (x0 > 0 and low[0] - x0 < gap)
        or (y0 > 0 and low[1] - y0 < gap)
        or (x1 < size[0] and x1 - high[0] < gap)
        or (y1 < size[1] and y1 - high[1] < gap)
    )


def _shift(face: Face, region: Region) -> Face:
    return replace(face, points=face.points + np.array(region[:2], dtype=np.float64))
