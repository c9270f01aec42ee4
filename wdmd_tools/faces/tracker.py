"""Follow all faces of a clip: two people in a frame stay two people, and a cut ends every track.

    search    the whole frame for faces, at the start, after a cut, and every now and then
    follow    each in a window of its own, with a landmarker of its own
    move      the window when its face comes near the edge; search again when nobody is left

A track is one person within one shot. Frames with no side longer than 720 px and one face in them are
looked at whole: there the window is the frame.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from wdmd_tools.faces.landmarks import Face, FaceLandmarker
from wdmd_tools.faces.picture import Picture, Region, around
from wdmd_tools.faces.search import box_of, overlap, same_face, search, shifted

SMALL = 720
"""Frames with no side longer than this are looked at whole while there is one face."""

_MOST_FACES = 4
_SEARCH_EVERY = (60, 120, 240)
"""Frames between searches while somebody is followed, by scale; finer scales cost more tiles. Under 1 ms
a frame each."""

_SEARCH_AGAIN = 6
_PATIENCE = 3
_REACHES = (1.0, 0.6, 0.3)
_EDGE = 0.2


@dataclass
class _Followed:
    number: int
    window: Region
    landmarker: FaceLandmarker
    last: Face | None
    misses: int = 0


@dataclass
class _Lost:
    number: int
    last: Face


@dataclass
class FaceTracker:
    """Finds the faces in consecutive frames of a clip; a context manager.

    Attributes:
        shot: Number of the present shot, from 0.

    Args:
        model_file: ``face_landmarker.task``.
        all_scales: Whether small faces are searched for even where a large one is found.
    """

    model_file: Path
    all_scales: bool = False
    shot: int = 0
    _live: list[_Followed] = field(default_factory=list)
    _lost: list[_Lost] = field(default_factory=list)
    _searcher: FaceLandmarker | None = None
    _next_number: int = 0
    _wait: int = 0
    _scale: int = 0

    def __enter__(self) -> "FaceTracker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the native parts."""
        self._end_tracks()
        if self._searcher is not None:
            self._searcher.close()
            self._searcher = None

    def find(self, frame: Picture, time_ms: int, *, cut: bool = False) -> dict[int, Face]:
        """The faces in the next frame by the number of their track.

        Args:
            frame: The frame.
            time_ms: Its media time.
            cut: Whether a new shot begins with it.

        Returns:
            Faces in px of the whole frame. A number is never used for two shots.
        """
        if cut:
            self._end_tracks()
            self._wait = 0
            self.shot += 1
        if self._wait <= 0:
            self._search(frame)
        self._wait -= 1
        found = {}
        for track in list(self._live):
            face = self._follow(track, frame, time_ms)
            if face is not None:
                found[track.number] = face
        self._drop_doubles(found)
        return found

    def _end_tracks(self) -> None:
        for track in self._live:
            track.landmarker.close()
        self._live, self._lost = [], []

    def _search(self, frame: Picture) -> None:
        if self._searcher is None:
            self._searcher = FaceLandmarker(self.model_file, video=False, faces=_MOST_FACES)
        followed = any(track.last is not None for track in self._live)
        # Somebody is followed: others of that size are searched for, not all sizes.
        finest = self._scale + 1 if followed and not self.all_scales else 3
        found = search(frame.rgb(), self._searcher, scales=finest, all_scales=self.all_scales)
        new = list(found.faces)
        for track in self._live:
            if track.last is not None:
                new = [face for face in new if not same_face(face, track.last)]
        small = max(frame.size) <= SMALL
        if small and len(found.faces) <= 1 and not self._lost:
            if not self._live:
                self._start(new[0] if new else None, (0, 0, *frame.size), self._number_for(None))
        else:
            # A window over the whole frame shows several people: each gets one of their own.
            for track in list(self._live):
                if track.window == (0, 0, *frame.size) and new:
                    self._live.remove(track)
                    track.landmarker.close()
                    if track.last is not None:
                        window = self._window(track.last, frame.size, found.faces)
                        self._start(track.last, window, track.number)
            for face in new:
                window = self._window(face, frame.size, found.faces)
                self._start(face, window, self._number_for(face))
        if found.faces:
            self._scale = min(found.scale, len(_SEARCH_EVERY) - 1)
        busy = small or bool(self._live)
        self._wait = _SEARCH_EVERY[self._scale] if busy else _SEARCH_AGAIN

    def _start(self, face: Face | None, window: Region, number: int) -> None:
        # The landmarker's memory is in coordinates of its picture, so a new window needs a new one.
        landmarker = FaceLandmarker(self.model_file)
        self._live.append(_Followed(number, window, landmarker, face))

    def _number_for(self, face: Face | None) -> int:
        """That of a lost track of this shot which goes on here, else a new one."""
        if face is not None:
            alone = not self._live and len(self._lost) == 1
            for lost in self._lost:
                if alone or _can_go_on(lost.last, face):
                    self._lost.remove(lost)
                    return lost.number
        self._next_number += 1
        return self._next_number - 1

    def _follow(self, track: _Followed, frame: Picture, time_ms: int) -> Face | None:
        face = track.landmarker.find(frame.rgb(track.window), time_ms)
        face = None if face is None else shifted(face, track.window)
        if (
            face is not None
            and track.last is not None
            and len(self._live) > 1
            and not _can_be_next(track.last, face)
        ):
            face = None  # the neighbour's face, seen in this window
        whole = track.window == (0, 0, *frame.size)
        if face is None:
            track.misses += 1
            if track.misses >= _PATIENCE and not (whole and max(frame.size) <= SMALL):
                self._lose(track)
            return None
        track.misses, track.last = 0, face
        if not whole and _near_edge(face, track.window, frame.size):
            others = [one.last for one in self._live if one is not track and one.last is not None]
            window = self._window(face, frame.size, others)
            if window != track.window:
                track.landmarker.close()
                track.landmarker = FaceLandmarker(self.model_file)
                track.window = window
        return face

    def _lose(self, track: _Followed) -> None:
        track.landmarker.close()
        self._live.remove(track)
        if track.last is not None:
            self._lost.append(_Lost(track.number, track.last))
        self._wait = 0 if not self._live else min(self._wait, _SEARCH_AGAIN)

    def _drop_doubles(self, found: dict[int, Face]) -> None:
        """Two tracks that have come to look at one face: the older one keeps it."""
        for track in sorted(self._live, key=lambda one: -one.number):
            face = found.get(track.number)
            if face is None:
                continue
            rivals = [other for number, other in found.items() if number < track.number]
            if any(overlap(box_of(face), box_of(other)) > 0.5 for other in rivals):
                del found[track.number]
                track.landmarker.close()
                self._live.remove(track)

    @staticmethod
    def _window(face: Face, size: tuple[int, int], people: list[Face]) -> Region:
        """Around a face, as large as can be without the middle of another face."""
        middles = [face_.points.mean(axis=0) for face_ in people if not same_face(face_, face)]
        region = around(face, size, _REACHES[-1])
        for reach in _REACHES:
            region = around(face, size, reach)
            x0, y0, x1, y1 = region
            if not any(x0 <= x < x1 and y0 <= y < y1 for x, y in middles):
                break
        return region


def _extent(face: Face) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], float]:
    box = box_of(face)
    return (box[:2] + box[2:]) / 2, max(float((box[2:] - box[:2]).max()), 1e-9)


def _can_be_next(before: Face, face: Face) -> bool:
    (middle, size), (now, other) = _extent(before), _extent(face)
    return bool(np.linalg.norm(now - middle) < 0.75 * max(size, other))


def _can_go_on(before: Face, face: Face) -> bool:
    """Whether a face that was lost may be this one: near, and of about the same size."""
    (middle, size), (now, other) = _extent(before), _extent(face)
    return bool(np.linalg.norm(now - middle) < 2 * size and 0.5 < other / size < 2)


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
