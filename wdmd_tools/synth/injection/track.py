"""One film's face, frame by frame: landmarks, size, pose, mouth opening, shots.

Landmarks are found once per film and kept in a file; several injected versions of the film share them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import VideoError
from wdmd_tools.faces.tracker import FaceTracker
from wdmd_tools.synth.injection.mesh import (
    N_POINTS,
    FaceFrame,
    face_frame,
    face_landmarks,
    lip_opening,
    select,
)
from wdmd_tools.synth.raster import FloatArray
from wdmd_tools.video.decode import FrameCountError, iter_frames
from wdmd_tools.video.probe import VideoInfo, probe

SMOOTH_S = 0.04
"""Standard deviation of the Gaussian that takes the landmarker's jitter off points and pose."""

CUT_THRESHOLD = 30.0
"""Mean difference of thumbnails, 0 to 255, from which a new shot begins; as in `wdmd build`."""

_VERSION = 1


@dataclass(frozen=True)
class FaceCourse:
    """A face over the T frames of a film; NaN where it was not found.

    Args:
        points: (T, N_POINTS, 2) px, smoothed within each stretch of frames with the face.
        pose: (T, 2) yaw and pitch, degrees, smoothed likewise.
        raw_points: (T, N_POINTS, 2) as found.
        raw_pose: (T, 2) as found.
        shot: (T,) number of the shot, from 0.
    """

    points: npt.NDArray[np.float64]
    pose: npt.NDArray[np.float64]
    raw_points: npt.NDArray[np.float64]
    raw_pose: npt.NDArray[np.float64]
    shot: npt.NDArray[np.int32]

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """(T,) whether the face was found."""
        return np.isfinite(self.pose[:, 0])

    def frame(self, index: int) -> FaceFrame:
        """The face's frame of reference in one frame that has the face."""
        return face_frame(self.points[index], *map(float, self.pose[index]))

    def landmarks(self, index: int) -> dict[str, FloatArray]:
        """Landmarks in face coordinates in one frame that has the face."""
        return face_landmarks(self.points[index], self.frame(index))

    def openings(self) -> npt.NDArray[np.float64]:
        """(T,) distance of the inner lips in IOD, not smoothed; NaN without the face."""
        result = np.full(len(self.points), np.nan)
        for index in np.flatnonzero(self.found):
            frame = face_frame(self.raw_points[index], *map(float, self.pose[index]))
            result[index] = lip_opening(self.raw_points[index], frame)
        return result


def course_of(
    points: npt.NDArray[np.float64],
    pose: npt.NDArray[np.float64],
    shot: npt.NDArray[np.int32],
    fps: float,
) -> FaceCourse:
    """Smooth what was found, never over a gap or a cut.

    Args:
        points: (T, N_POINTS, 2) px, NaN without the face.
        pose: (T, 2) degrees, NaN without the face.
        shot: (T,) number of the shot.
        fps: Frames per second.
    """
    smooth_points, smooth_pose = points.copy(), pose.copy()
    for first, stop in stretches(np.isfinite(pose[:, 0]), shot):
        for values in (smooth_points, smooth_pose):
            values[first:stop] = gaussian_filter1d(
                values[first:stop], SMOOTH_S * fps, axis=0, mode="nearest"
            )
    return FaceCourse(smooth_points, smooth_pose, points, pose, shot)


def stretches(usable: npt.NDArray[np.bool_], shot: npt.NDArray[np.int32]) -> list[tuple[int, int]]:
    """Runs of usable frames within one shot, as half-open frame numbers.

    Args:
        usable: (T,)
        shot: (T,)
    """
    runs = []
    start: int | None = None
    for index in range(len(usable) + 1):
        goes_on = (
            index < len(usable)
            and bool(usable[index])
            and (start is None or shot[index] == shot[index - 1])
        )
        if not goes_on and start is not None:
            runs.append((start, index))
            start = None
        if index < len(usable) and usable[index] and start is None:
            start = index
    return runs


def track_film(
    info: VideoInfo,
    model_file: Path,
    on_frame: Callable[[int, int], None] = lambda _done, _all: None,
) -> FaceCourse:
    """Find the face of the person who is seen longest and largest in each shot.

    Args:
        info: The film.
        model_file: ``face_landmarker.task``.
        on_frame: Called with frames done and all frames.

    Raises:
        VideoError: No frame shows a face.
    """
    count = len(info.table)
    seen: dict[int, dict[int, _Seen]] = {}
    shot = np.zeros(count, np.int32)
    last = None
    with FaceTracker(model_file) as tracker:
        for frame in iter_frames(info.path, info.table):
            thumbnail = frame.thumbnail().astype(np.int16)
            cut = last is not None and bool(np.abs(thumbnail - last).mean() > CUT_THRESHOLD)
            last = thumbnail
            found = tracker.find(frame, info.table.floor_ms[frame.index], cut=cut)
            shot[frame.index :] = tracker.shot
            for number, face in found.items():
                # Not the whole face: an hour of film would fill the memory.
                width = float(np.ptp(face.points[:, 0]))
                kept = _Seen(select(face), face.yaw, face.pitch, width)
                seen.setdefault(number, {})[frame.index] = kept
            on_frame(frame.index + 1, count)
    points = np.full((count, N_POINTS, 2), np.nan)
    pose = np.full((count, 2), np.nan)
    for faces in _subjects(seen, shot):
        for index, one in faces.items():
            points[index] = one.points
            pose[index] = one.yaw, one.pitch
    if not np.isfinite(pose[:, 0]).any():
        raise VideoError(
            f"{info.path}: no face found in {count} frames; give a film that shows one face larger than "
            "about 60 px"
        )
    return course_of(points, pose, shot, float(info.table.fps))


class _Seen(NamedTuple):
    points: npt.NDArray[np.float64]
    yaw: float
    pitch: float
    width: float


def _subjects(
    seen: dict[int, dict[int, _Seen]], shot: npt.NDArray[np.int32]
) -> list[dict[int, _Seen]]:
    """Of each shot the track with the largest sum of face sizes."""
    best: dict[int, tuple[float, dict[int, _Seen]]] = {}
    for faces in seen.values():
        where = int(shot[next(iter(faces))])
        size = sum(face.width for face in faces.values())
        if where not in best or size > best[where][0]:
            best[where] = size, faces
    return [faces for _, faces in best.values()]


def load_or_track(
    path: Path,
    model_file: Path,
    kept: Path,
    on_frame: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[VideoInfo, FaceCourse]:
    """A film's face, from the file of an earlier call where there is one.

    Args:
        path: The film.
        model_file: ``face_landmarker.task``.
        kept: The file, ``.npz``; its name must hold a hash of the film.
        on_frame: See `track_film`.

    Raises:
        VideoError: The film cannot be read, or shows no face.
    """
    info = probe(path)
    if kept.is_file():
        with np.load(kept) as stored:
            if int(stored["version"]) == _VERSION:
                if len(stored["shot"]) != len(info.table):
                    info = probe(path, decode=True)
                course = course_of(
                    stored["points"], stored["pose"], stored["shot"], float(info.table.fps)
                )
                return info, course
    try:
        course = track_film(info, model_file, on_frame)
    except FrameCountError:
        info = probe(path, decode=True)
        course = track_film(info, model_file, on_frame)
    # Stored as found; smoothing is done again at each reading.
    with atomic_path(kept) as temporary, temporary.open("wb") as target:
        np.savez_compressed(
            target,
            version=_VERSION,
            points=course.raw_points,
            pose=course.raw_pose,
            shot=course.shot,
        )
    return info, course
