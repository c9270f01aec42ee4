"""Micro-expressions in a raw video of any length, in memory that does not grow with it.

    chunk 1  |======================|
    chunk 2                    |======================|      each chunk: landmarks, alignment, scores
                               <-->                           overlap: blended, the middle weighs most

Only one score per frame is kept of the whole video. Where no face is found there is nothing to spot.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from meldae.decode import decode
from meldae.inference import load_model, score_frames
from meldae.model import Meldae
from meldae.run_folder import RunFolder
from meldae.store import Progress, prepare
from meldae.timing import resample_index, spread_scores
from wdmd_tools.config import CropConfig
from wdmd_tools.errors import ModelFileError, VideoError
from wdmd_tools.intervals import Interval
from wdmd_tools.predictions import PredictedSegment

CHUNK_S = 12.0
OVERLAP_S = 2.0
_MIN_COVERAGE = 0.3


@dataclass(frozen=True)
class SpottedSegment:
    """One found ME.

    Args:
        interval: Media time, ms.
        frames: Half-open, on the video's frames.
        score: Confidence in [0, 1].
    """

    interval: Interval
    frames: Interval
    score: float


@dataclass(frozen=True)
class Spotting:
    """What was found in a video.

    Args:
        video: The file.
        fps: Average frame rate.
        scores: One per frame, in [0, 1]; 0 where there is no face.
        segments: In order of time.
        face_coverage: Share of frames with a face.
        times_ms: Begin of each frame, media time.
    """

    video: Path
    fps: float
    scores: npt.NDArray[np.float32]
    segments: tuple[SpottedSegment, ...]
    face_coverage: float
    times_ms: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "video": str(self.video),
            "fps": round(self.fps, 6),
            "n_frames": len(self.scores),
            "face_coverage": round(self.face_coverage, 4),
            "segments": [
                {
                    "onset_ms": one.interval.start_ms,
                    "offset_ms": one.interval.end_ms,
                    "onset_frame": one.frames.start_ms,
                    "offset_frame": one.frames.end_ms - 1,
                    "score": round(one.score, 4),
                }
                for one in self.segments
            ],
        }


def plan_chunks(n_frames: int, fps: float) -> list[tuple[int, int]]:
    """Half-open chunks that overlap and together cover a video.

    Example:
        >>> plan_chunks(500, 25.0)
        [(0, 300), (250, 500)]
    """
    length, step = max(2, round(CHUNK_S * fps)), max(1, round((CHUNK_S - OVERLAP_S) * fps))
    starts = [0]
    while starts[-1] + length < n_frames:
        starts.append(starts[-1] + step)
    return [(start, min(start + length, n_frames)) for start in starts]


def spot(
    video: Path,
    run: RunFolder,
    *,
    face_model: Path | None = None,
    progress: Progress | None = None,
    device: str = "cpu",
) -> Spotting:
    """Find micro-expressions in a video.

    Args:
        video: Any video that FFmpeg reads.
        run: A finished run.
        face_model: ``face_landmarker.task``; looked for, then fetched, when `None`.
        progress: Told about frames.
        device: Where to compute.

    Raises:
        VideoError: The video cannot be read, or shows no face.
        ModelFileError: The run cannot be used.
        MissingDependencyError: There is no face model.
    """
    from wdmd_tools.faces.model_file import get_face_model
    from wdmd_tools.video.decode import FrameCountError
    from wdmd_tools.video.probe import probe

    if not video.is_file():
        raise VideoError(f"{video}: no such file")
    model = load_model(run, device)
    info = probe(video)
    landmarker = get_face_model(face_model)
    try:
        logits, found = _score_video(video, info.table, run, model, landmarker, progress)
    except FrameCountError:
        info = probe(video, decode=True)
        logits, found = _score_video(video, info.table, run, model, landmarker, progress)
    if not found.any():
        raise VideoError(
            f"{video}: no face in any frame; a frontal face is needed to spot anything"
        )
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    fps = float(info.table.fps)
    starts = info.table.floor_ms
    segments = tuple(
        _timed(one, starts, info.table.end_ms) for one in decode(scores, fps, run.decoding)
    )
    return Spotting(video, fps, scores, segments, float(found.mean()), tuple(starts))


def _timed(one: PredictedSegment, starts: Sequence[int], end_ms: int) -> SpottedSegment:
    first, end = one.interval.start_ms, one.interval.end_ms
    begin_ms = starts[first]
    stop_ms = starts[end] if end < len(starts) else end_ms
    return SpottedSegment(Interval(begin_ms, max(stop_ms, begin_ms + 1)), one.interval, one.score)


def _score_video(
    video: Path,
    table: Any,
    run: RunFolder,
    model: Meldae,
    landmarker: Path,
    progress: Progress | None,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Logits and "has a face" of every frame; two chunks are open at a time."""
    from wdmd_tools.faces.clip_faces import ClipFaces
    from wdmd_tools.video.decode import iter_frames

    count, fps = len(table), float(table.fps)
    crop = _crop_like_training(run)
    total, weights = np.zeros(count), np.zeros(count)
    seen = np.zeros(count, dtype=np.bool_)
    waiting = plan_chunks(count, fps)
    live: list[tuple[int, int, ClipFaces, list[int]]] = []

    def close(start: int, faces: ClipFaces, index: list[int]) -> None:
        with faces:
            track = faces.track()
            if not len(faces) or track.coverage < _MIN_COVERAGE:
                return
            crops = np.stack(list(faces.crops(faces.align(track, fps))))
        frames = np.array(index) + start
        seen[frames] |= track.found
        logits = _score_chunk(crops, fps, model, run)
        logits[~track.found] = -20.0
        place = np.arange(len(logits))
        ramp = np.minimum(place + 1, len(logits) - place)
        total[frames] += ramp * logits
        weights[frames] += ramp

    with tempfile.TemporaryDirectory() as folder:
        try:
            for frame in iter_frames(video, table):
                while waiting and waiting[0][0] <= frame.index:
                    start, stop = waiting.pop(0)
                    live.append((start, stop, ClipFaces(landmarker, crop, Path(folder)), []))
                for start, _, faces, index in live:
                    faces.add(frame, table.floor_ms[frame.index])
                    index.append(frame.index - start)
                for done in [one for one in live if one[1] <= frame.index + 1]:
                    live.remove(done)
                    close(done[0], done[2], done[3])
                if progress is not None:
                    progress("spotting", frame.index + 1, count)
            while live:
                start, _, faces, index = live.pop(0)
                close(start, faces, index)
        finally:
            for _, _, faces, _ in live:
                faces.__exit__()
    return np.where(weights > 0, total / np.maximum(weights, 1e-9), -20.0), seen


def _crop_like_training(run: RunFolder) -> CropConfig:
    """The crop settings of the data that the run learnt from; defaults where they are not recorded."""
    values = run.read("config.json").get("dataset", {}).get("crop", {})
    try:
        return CropConfig.model_validate(values)
    except ValidationError as error:
        raise ModelFileError(
            f"{run.path / 'config.json'}: dataset.crop is damaged: {error}"
        ) from None


def _score_chunk(
    crops: npt.NDArray[np.uint8], fps: float, model: Meldae, run: RunFolder
) -> npt.NDArray[np.float64]:
    """Logits of the frames of one chunk."""
    source, training = model.config.input, run.config.training
    index = resample_index(len(crops), fps, source.fps)
    ready = prepare(crops[index], source)
    ((logits, _, _),) = score_frames(model, [ready], training.window, training.overlap)
    return spread_scores(logits, index, len(crops)).astype(np.float64)
