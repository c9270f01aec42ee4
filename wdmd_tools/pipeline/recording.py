"""Build one recording: decode once, clip by clip, and write its crops. Runs in a worker process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from wdmd_tools.annotations import Problem
from wdmd_tools.atomic import atomic_path
from wdmd_tools.config import BuildConfig, QualityConfig
from wdmd_tools.consensus import Run
from wdmd_tools.errors import VideoError
from wdmd_tools.faces.clip_faces import ClipFaces
from wdmd_tools.manifest.tables import make_table
from wdmd_tools.pipeline.clip_spans import clip_spans, events_outside_clips
from wdmd_tools.pipeline.hashing import sha256_of
from wdmd_tools.pipeline.labels import label_frames, segment_rows
from wdmd_tools.pipeline.plan import RecordingPlan
from wdmd_tools.pipeline.rejection import unreadable, unusable, without_chosen_annotator
from wdmd_tools.pipeline.rows import Row, clip_row, frame_rows
from wdmd_tools.video.crops import open_crop_writer
from wdmd_tools.video.decode import FrameCountError, SourceFrame, iter_frames
from wdmd_tools.video.probe import VideoInfo, probe


@dataclass(frozen=True)
class RecordingResult:
    """Rows of one recording.

    Args:
        clips: Of the clips table, without split.
        segments: Of the segments table.
        frames: The frames table of each clip.
        problems: Found while building.
        video_sha256: Of the source video.
    """

    clips: list[Row]
    segments: list[Row]
    frames: list[pa.Table]
    problems: list[Problem]
    video_sha256: str


def build_recording(
    plan: RecordingPlan,
    config: BuildConfig,
    model_file: Path,
    out: Path,
    on_progress: Callable[[float], None] = lambda _share: None,
) -> RecordingResult:
    """Build all clips of a recording.

    Args:
        plan: The recording.
        config: Settings.
        model_file: The face landmark model.
        out: Dataset folder; crops go into its ``crops`` folder.
        on_progress: Called with the share done, 0 to 1.

    Returns:
        Rows and problems. A video that cannot be read is a problem, not an error.

    Raises:
        VideoError: The encoder failed.
        OSError: The disk is full or not writable.
    """
    absent = without_chosen_annotator(plan, config)
    if absent is not None:
        return RecordingResult([], [], [], [absent], "")
    try:
        info = probe(plan.video)
        digest = sha256_of(plan.video)
    except VideoError as error:
        return RecordingResult([], [], [], [unreadable(plan, error)], "")
    try:
        return _build(plan, info, digest, config, model_file, out, on_progress)
    except FrameCountError:
        info = probe(plan.video, decode=True)
        return _build(plan, info, digest, config, model_file, out, on_progress)


def _build(
    plan: RecordingPlan,
    info: VideoInfo,
    digest: str,
    config: BuildConfig,
    model_file: Path,
    out: Path,
    on_progress: Callable[[float], None],
) -> RecordingResult:
    labels = label_frames(
        plan.events, plan.annotators, plan.time_origin_ms, info.table, config.consensus
    )
    clips = clip_spans(plan, info, labels, config)
    result = RecordingResult([], [], [], [*labels.problems], digest)
    result.problems.extend(events_outside_clips(labels, clips))
    if not clips:
        return result
    frames = iter_frames(info.path, info.table, clips[0].frames[0], clips[-1].frames[1])
    pending: SourceFrame | None = None
    crops = out / "crops"
    crops.mkdir(parents=True, exist_ok=True)
    for clip in clips:
        cuts: list[int] = []
        with ClipFaces(model_file, config.crop, crops) as faces:
            pending = _collect(frames, pending, clip.frames, faces, info, cuts, config.quality)
            problem = unusable(plan, clip, faces, config.quality)
            if problem is not None:
                result.problems.append(problem)
                continue
            track = faces.track()
            alignment = faces.align(track, float(info.table.fps))
            path = crops / f"{clip.clip_id}.mkv"
            with (
                atomic_path(path) as temporary,
                open_crop_writer(temporary, config.crop.size, info.table.fps) as sink,
            ):
                for crop in faces.crops(alignment):
                    sink.write(crop)
        result.clips.append(
            clip_row(plan, info, labels, clip, track, alignment, cuts, path, config)
        )
        result.segments.extend(segment_rows(labels, clip.clip_id, clip.frames))
        # A table of a clip is a tenth of the size of its rows as Python objects.
        rows = frame_rows(info, labels, clip, track, alignment)
        result.frames.append(make_table("frames", rows))
        on_progress(clip.frames[1] / clips[-1].frames[1])
    return result


def _collect(
    frames: Iterator[SourceFrame],
    pending: SourceFrame | None,
    run: Run,
    faces: ClipFaces,
    info: VideoInfo,
    cuts: list[int],
    quality: QualityConfig,
) -> SourceFrame | None:
    """Give the frames of one clip to `faces`; returns the first frame after it."""
    last = None
    while True:
        frame = pending or next(frames, None)
        pending = None
        if frame is None or frame.index >= run[1]:
            return frame
        if frame.index < run[0]:
            continue
        thumbnail = frame.thumbnail().astype(np.int16)
        if last is not None and np.abs(thumbnail - last).mean() > quality.cut_threshold:
            cuts.append(frame.index)
        last = thumbnail
        faces.add(frame, info.table.floor_ms[frame.index])
