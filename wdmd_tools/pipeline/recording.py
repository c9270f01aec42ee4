"""Build one recording: decode once, clip by clip, and write its crops. Runs in a worker process."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from wdmd_tools.annotations import STATES
from wdmd_tools.atomic import atomic_path
from wdmd_tools.config import BuildConfig
from wdmd_tools.errors import VideoError, WdmdError
from wdmd_tools.faces.align import Alignment
from wdmd_tools.faces.clip_faces import ClipFaces
from wdmd_tools.pipeline.clip_spans import ClipSpan, clip_spans, events_outside_clips, left_out
from wdmd_tools.pipeline.film_state import sha256_of_film
from wdmd_tools.pipeline.labels import Labels, label_frames
from wdmd_tools.pipeline.part import PartWriter
from wdmd_tools.pipeline.plan import RecordingPlan
from wdmd_tools.pipeline.reading import ClipReader, raise_if_out_of_memory
from wdmd_tools.pipeline.rejection import (
    broken_frames,
    unreadable,
    unusable,
    without_chosen_annotator,
)
from wdmd_tools.pipeline.rows import clip_row, frame_rows
from wdmd_tools.pipeline.segments import segment_rows
from wdmd_tools.video.crop_codecs import CROP_CODECS
from wdmd_tools.video.crops import open_crop_writer
from wdmd_tools.video.decode import FrameCountError, SourceFrame
from wdmd_tools.video.film import film_frames
from wdmd_tools.video.probe import VideoInfo, probe

OnProgress = Callable[[float, float], None]
"""Called about once a second of film with the seconds of film done and those that there are to do."""

FilmLimit = Callable[[float], AbstractContextManager[object]]
"""Given the seconds of film that will be decoded, limits what the block may cost."""


def build_recording(
    plan: RecordingPlan,
    config: BuildConfig,
    model_file: Path,
    out: Path,
    part: PartWriter,
    on_progress: OnProgress = lambda _done, _total: None,
    limit: FilmLimit = contextlib.nullcontext,
) -> None:
    """Build all clips of a recording.

    Args:
        plan: The recording.
        config: Settings.
        model_file: The face landmark model.
        out: Dataset folder; crops go into its ``crops`` folder.
        part: Takes rows and problems. A video that cannot be read is a problem, not an error.
        on_progress: See `OnProgress`.
        limit: See `FilmLimit`.

    Raises:
        WdmdError: The encoder failed.
        OSError: The disk is full or not writable.
    """
    absent = without_chosen_annotator(plan, config)
    if absent is not None:
        part.problems.append(absent)
        return
    try:
        info = probe(plan.video, rate=plan.rate)
        part.video_sha256 = sha256_of_film(plan.video)
        try:
            _build(plan, info, config, model_file, out, part, on_progress, limit)
        except FrameCountError:
            part.restart()
            info = probe(plan.video, decode=True, rate=plan.rate)
            _build(plan, info, config, model_file, out, part, on_progress, limit)
    except VideoError as error:
        raise_if_out_of_memory(error)
        part.problems.append(unreadable(plan, error))


def _build(
    plan: RecordingPlan,
    info: VideoInfo,
    config: BuildConfig,
    model_file: Path,
    out: Path,
    part: PartWriter,
    on_progress: OnProgress,
    limit: FilmLimit,
) -> None:
    labels = label_frames(
        plan.events, plan.annotators, plan.time_origin_ms, info.table, config.consensus
    )
    clips = clip_spans(plan, info, labels, config)
    part.problems.extend(labels.problems)
    part.problems.extend(events_outside_clips(labels, clips))
    part.problems.extend(left_out(plan, info, clips))
    part.problems.extend(broken_frames(plan, info))
    crops = out / "crops"
    crops.mkdir(parents=True, exist_ok=True)
    reader = ClipReader(info)
    steps = _Steps(info, clips, on_progress)
    with limit(steps.total_s):
        for clip in clips:
            with ClipFaces(
                model_file, config.crop, crops, place=plan.place, all_scales=plan.shares_film
            ) as faces:
                _build_clip(plan, info, labels, clip, config, faces, reader, steps, out, part)


def _build_clip(
    plan: RecordingPlan,
    info: VideoInfo,
    labels: Labels,
    clip: ClipSpan,
    config: BuildConfig,
    faces: ClipFaces,
    reader: ClipReader,
    steps: "_Steps",
    out: Path,
    part: PartWriter,
) -> None:
    frames = steps.counted(reader.frames(clip.frames), clip)
    cuts = _collect(frames, faces, info, config.quality.cut_threshold)
    states = labels.states[clip.frames[0] : clip.frames[0] + len(faces)]
    faces.choose(np.where(states < 0, -1, states == STATES.index("speaking")))
    problem = unusable(plan, clip, faces, config.quality)
    if problem is not None:
        part.problems.append(problem)
        return
    track = faces.track()
    alignment = faces.align(track, float(info.table.fps))
    path = out / "crops" / f"{clip.clip_id}.mkv"
    _write_crop(path, faces, alignment, info, clip, config)
    part.add(
        clip_row(plan, info, labels, clip, track, alignment, cuts, path, config),
        segment_rows(labels, clip.clip_id, clip.frames),
        frame_rows(info, labels, clip, track, alignment, config.quality.max_yaw_deg),
    )


def _collect(
    frames: Iterable[SourceFrame], faces: ClipFaces, info: VideoInfo, cut_threshold: float
) -> list[int]:
    """Give the frames of one clip to `faces`; returns where new shots begin."""
    cuts: list[int] = []
    last = None
    for frame in frames:
        thumbnail = frame.thumbnail().astype(np.int16)
        cut = last is not None and bool(np.abs(thumbnail - last).mean() > cut_threshold)
        if cut:
            cuts.append(frame.index)
        last = thumbnail
        faces.add(frame, info.table.floor_ms[frame.index], cut=cut)
    return cuts


def _write_crop(
    path: Path,
    faces: ClipFaces,
    alignment: Alignment,
    info: VideoInfo,
    clip: ClipSpan,
    config: BuildConfig,
) -> None:
    start = clip.frames[0]

    def reread(first: int, stop: int) -> Iterator[SourceFrame]:
        return film_frames(info.path, info.table, start + first, start + stop)

    codec = CROP_CODECS[config.crop.codec]
    try:
        with (
            atomic_path(path) as temporary,
            open_crop_writer(temporary, config.crop.size, info.table.fps, codec) as sink,
        ):
            for crop in faces.crops(alignment, reread):
                sink.write(crop)
    except VideoError as error:
        # The film is not to blame: this must stop the build, not reject the recording.
        raise WdmdError(str(error)) from error


class _Steps:
    """Turns frames into seconds of film done."""

    def __init__(self, info: VideoInfo, clips: list[ClipSpan], on_progress: OnProgress) -> None:
        self._fps = float(info.table.fps)
        self._every = max(1, round(self._fps))
        self._total = sum(clip.frames[1] - clip.frames[0] for clip in clips)
        self.total_s = self._total / self._fps
        self._before = 0
        self._tell = on_progress
        self._report(0)

    def counted(self, frames: Iterator[SourceFrame], clip: ClipSpan) -> Iterator[SourceFrame]:
        """The frames of a clip, counted."""
        for frame in frames:
            yield frame
            number = frame.index - clip.frames[0]
            if number % self._every == 0:
                self._report(number)
        self._before += clip.frames[1] - clip.frames[0]
        self._report(0)

    def _report(self, more: int) -> None:
        self._tell((self._before + more) / self._fps, self.total_s)
