"""The face of one clip: landmarks while decoding, then alignment, then crops.

frames --> faces of everybody --> the subject --> affine of each frame
  |                                                   |
  +------> region around each face (spool) --------> warp --> crop video
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wdmd_tools.config import CropConfig
from wdmd_tools.faces.align import RIGID, Alignment, align_clip
from wdmd_tools.faces.choose import SubjectPlace, choose
from wdmd_tools.faces.crop import warp
from wdmd_tools.faces.face_track import FaceTrack, covered
from wdmd_tools.faces.landmarks import Face
from wdmd_tools.faces.picture import Picture, Region, WholePicture
from wdmd_tools.faces.spool import MEMORY_LIMIT
from wdmd_tools.faces.strand import Strand
from wdmd_tools.faces.tracker import FaceTracker

__all__ = ["ClipFaces", "FaceTrack", "Person"]

Image = npt.NDArray[np.uint8]
Reread = Callable[[int, int], Iterable[Picture]]
"""Given two frame numbers of the clip, decodes the frames from the first to before the second again."""

_REACH = {"smooth": 0.6, "frame": 0.5, "clip": 1.0}
"""The region kept reaches this far beyond the landmarks' box, in sizes of the box: the crop is about 1.5
times as wide as the face, may be turned, and with ``clip`` the face leaves its middle."""

_OTHERS_MEMORY = 32 * 2**20
_GONE = 30


@dataclass(frozen=True)
class Person:
    """Somebody in one shot of a clip.

    Args:
        number: Of the track.
        shot: Of the clip.
        first: First frame of the clip with the face.
        stop: After the last one.
        frames: How many have the face.
    """

    number: int
    shot: int
    first: int
    stop: int
    frames: int


class ClipFaces:
    """Collects the frames of one clip, then yields the crops of its subject; a context manager.

    Args:
        model_file: ``face_landmarker.task``.
        config: Crop settings.
        folder: For temporary files.
        place: Where the subject is, if a person said so.
        all_scales: Whether to search for small faces even where a large one is found.
    """

    def __init__(
        self,
        model_file: Path,
        config: CropConfig,
        folder: Path,
        *,
        place: SubjectPlace | None = None,
        all_scales: bool = False,
    ) -> None:
        self._config = config
        self._folder = folder
        self._place = place
        self._tracker = FaceTracker(model_file, all_scales=all_scales or place is not None)
        self._strands: dict[int, Strand] = {}
        self._times: list[int] = []
        self._shots: list[int] = [0]
        self._size = (0, 0)
        self._chosen: dict[int, Strand] = {}
        self._track: FaceTrack | None = None

    def __enter__(self) -> "ClipFaces":
        return self

    def __exit__(self, *_: object) -> None:
        self._tracker.close()
        for strand in self._strands.values():
            strand.close()

    def __len__(self) -> int:
        return len(self._times)

    def add(
        self,
        frame: Picture | Image,
        time_ms: int,
        *,
        cut: bool = False,
        faces: Mapping[int, Face] | None = None,
    ) -> None:
        """Take the next frame.

        Args:
            frame: The source frame; as an array, (H, W, 3) RGB, where it has been converted already.
            time_ms: Its media time.
            cut: Whether a new shot begins with it.
            faces: Its faces by the number of their track, where somebody follows them already, for
                instance because clips overlap; looked for when `None`.
        """
        if isinstance(frame, np.ndarray):
            frame = WholePicture(frame)
        number = len(self._times)
        self._times.append(time_ms)
        self._track, self._size = None, frame.size
        if cut and number:
            self._shots.append(number)
        shot = len(self._shots) - 1
        if faces is None:
            faces = {}
            if (number - self._shots[-1]) % self._config.landmark_stride == 0:
                faces = self._tracker.find(frame, time_ms, cut=cut and number > 0)
        for name in faces:
            if name not in self._strands:
                limit = _OTHERS_MEMORY if self._strands else MEMORY_LIMIT
                reach = _REACH[self._config.align]
                self._strands[name] = Strand(shot, self._folder, limit, reach)
        here = [name for name, strand in self._strands.items() if strand.shot == shot]
        for name in here:
            strand = self._strands[name]
            # A bystander who has gone need not be kept; the subject's gaps are decoded again.
            if name in faces or len(here) == 1 or number - strand.last_seen < _GONE:
                strand.put(number, frame, faces.get(name))

    def choose(self, speaking: npt.NDArray[np.integer] | None = None) -> None:
        """Decide who is the subject, shot by shot.

        Args:
            speaking: (F,) 1 where the subject speaks, 0 where not, -1 where unknown; all unknown when
                `None`.
        """
        count = len(self._times)
        states = np.full(count, -1) if speaking is None else speaking
        chosen: dict[int, Strand] = {}
        guessed = False
        for shot, (first, stop) in enumerate(self._spans()):
            strands = [strand for strand in self._strands.values() if strand.shot == shot]
            if not strands:
                continue
            people = [strand.candidate(first, stop) for strand in strands]
            choice = choose(
                people, self._place, states[first:stop], self._times[first:stop], self._size[0]
            )
            chosen[shot] = strands[choice.index]
            guessed = guessed or choice.guessed
        self._take(chosen, guessed)

    def people(self) -> list[Person]:
        """Everybody who was seen, shot by shot, longest first."""
        found = []
        spans = self._spans()
        for number, strand in self._strands.items():
            first, stop = spans[strand.shot]
            seen = np.flatnonzero(np.isfinite(strand.rows(first, stop)[:, 0]))
            if len(seen):
                begin, end = first + int(seen[0]), first + int(seen[-1]) + 1
                found.append(Person(number, strand.shot, begin, end, len(seen)))
        return sorted(found, key=lambda one: (one.shot, -one.frames, one.number))

    def take(self, person: Person) -> FaceTrack:
        """Make somebody the subject of their shot; the other shots are without a face.

        Args:
            person: Of `people`.

        Returns:
            Their track, over all frames of the clip.
        """
        self._take({person.shot: self._strands[person.number]}, guessed=False)
        return self.track()

    def _take(self, chosen: dict[int, Strand], guessed: bool) -> None:
        count = len(self._times)
        self._chosen = chosen
        rows = np.full((count, 2 * len(RIGID) + 9), np.nan)
        occluded = np.zeros(count, dtype=bool)
        for shot, subject in chosen.items():
            first, stop = self._spans()[shot]
            rows[first:stop] = _between(subject.rows(first, stop), self._config.landmark_stride)
            occluded[first:stop] = covered(subject.skin(first, stop))
        points = 2 * len(RIGID)
        self._track = FaceTrack(
            found=np.isfinite(rows[:, 0]),
            rigid=rows[:, :points].reshape(count, -1, 2),
            bbox=rows[:, points : points + 4],
            pose=rows[:, points + 4 : points + 7],
            outside=rows[:, points + 7],
            occluded=occluded,
            guessed=guessed,
        )

    def track(self) -> FaceTrack:
        """The subject's face in the frames so far; without `choose` nothing is known of who speaks."""
        if self._track is None:
            self.choose()
        assert self._track is not None  # noqa: S101 - set by choose
        return self._track

    def align(self, track: FaceTrack, fps: float) -> Alignment:
        """Crop transforms of all frames, each shot by itself: a cut is no motion of the head.

        Args:
            track: Of this clip, with at least one face.
            fps: Frames per second.
        """
        config = self._config
        sigma = config.smooth_s * fps
        spans = [span for span in self._spans() if track.found[span[0] : span[1]].any()]
        parts = [
            align_clip(track.rigid[a:b], track.found[a:b], config.size, config.align, sigma)
            for a, b in spans
        ]
        if len(parts) == 1 and spans[0] == (0, len(self)):
            return parts[0]
        affine = np.full((len(self), 2, 3), np.nan)
        for (a, b), part in zip(spans, parts, strict=True):
            affine[a:b] = part.affine
        # A shot without a face takes the place of the nearest frame of another.
        known = np.flatnonzero(np.isfinite(affine[:, 0, 0]))
        for number in np.flatnonzero(~np.isfinite(affine[:, 0, 0])):
            affine[number] = affine[known[np.argmin(np.abs(known - number))]]
        jitters = [(part.jitter_px, b - a) for (a, b), part in zip(spans, parts, strict=True)]
        measured = [(value, n) for value, n in jitters if value is not None]
        total = sum(n for _, n in measured)
        jitter = float(np.sqrt(sum(n * v**2 for v, n in measured) / total)) if total else None
        return Alignment(affine, jitter)

    def crops(self, alignment: Alignment, reread: Reread | None = None) -> Iterator[Image]:
        """The crops in order, (size, size, 3) RGB.

        Args:
            alignment: Of this clip.
            reread: Decodes frames before the face was first found, and others that were not kept, once
                more; those are black when `None`.
        """
        number = 0
        for shot, (first, stop) in enumerate(self._spans()):
            strand = self._chosen.get(shot)
            kept = zip(strand.numbers, strand.spool, strict=True) if strand is not None else ()
            for at, (picture, corner) in kept:
                yield from self._missing(number, at, alignment, reread)
                yield warp(picture, corner, alignment.affine[at], self._config.size)
                number = at + 1
            yield from self._missing(max(number, first), stop, alignment, reread)
            number = stop

    def _missing(
        self, first: int, stop: int, alignment: Alignment, reread: Reread | None
    ) -> Iterator[Image]:
        if first >= stop:
            return
        size = self._config.size
        if reread is None:
            for _ in range(first, stop):
                yield np.zeros((size, size, 3), dtype=np.uint8)
            return
        for number, frame in zip(range(first, stop), reread(first, stop), strict=True):
            affine = alignment.affine[number]
            region = _region_of(affine, size, frame.size)
            yield warp(frame.rgb(region), region[:2], affine, size)

    def _spans(self) -> list[tuple[int, int]]:
        return list(zip(self._shots, [*self._shots[1:], len(self._times)], strict=True))


def _region_of(affine: npt.NDArray[np.float64], size: int, frame: tuple[int, int]) -> Region:
    """The part of the film that a crop shows, with a margin for the filter."""
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]], dtype=float)
    places = np.linalg.solve(affine[:, :2], (corners - affine[:, 2]).T).T
    (x0, y0), (x1, y1) = places.min(axis=0) - 4, places.max(axis=0) + 4
    width, height = frame
    left = min(max(0, int(x0)), max(0, width - 2)) & ~1
    top = min(max(0, int(y0)), max(0, height - 2)) & ~1
    right = max(left + 2, min(width, (int(x1) + 2) & ~1))
    bottom = max(top + 2, min(height, (int(y1) + 2) & ~1))
    return left, top, min(right, width), min(bottom, height)


def _between(rows: npt.NDArray[np.float64], stride: int) -> npt.NDArray[np.float64]:
    """Fill the frames between two landmarked ones that both have the face, when the stride is not 1."""
    seen = np.flatnonzero(np.isfinite(rows[:, 0]))
    if stride == 1 or not len(seen):
        return rows
    frames = np.arange(len(rows))
    nearest = np.abs(frames[:, None] - seen[None, :]).min(axis=1)
    found = (nearest < stride) & (frames >= seen[0])
    filled = np.stack(
        [np.interp(frames, seen, rows[seen, column]) for column in range(rows.shape[1])], axis=1
    )
    filled[~found] = np.nan
    return filled
