"""Build one recording: decode once, clip by clip, and write its crops. Runs in a worker process."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from wdmd_tools.annotations import STATES, Problem
from wdmd_tools.atomic import atomic_path
from wdmd_tools.clips import plan_clips, slug
from wdmd_tools.config import BuildConfig, QualityConfig
from wdmd_tools.consensus import Run, clip_state, speaking_share
from wdmd_tools.errors import VideoError
from wdmd_tools.faces.align import Alignment
from wdmd_tools.faces.clip_faces import ClipFaces, FaceTrack
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest.tables import make_table
from wdmd_tools.pipeline.labels import Labels, label_frames, segment_rows
from wdmd_tools.pipeline.plan import RecordingPlan
from wdmd_tools.video.crops import open_crop_writer
from wdmd_tools.video.decode import FrameCountError, SourceFrame, iter_frames
from wdmd_tools.video.probe import VideoInfo, probe

Row = dict[str, Any]


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


@dataclass(frozen=True)
class _Clip:
    clip_id: str
    interval: Interval
    frames: Run


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
    absent = _without_chosen_annotator(plan, config)
    if absent is not None:
        return RecordingResult([], [], [], [absent], "")
    try:
        info = probe(plan.video)
        digest = _sha256(plan.video)
    except VideoError as error:
        return RecordingResult([], [], [], [_unreadable(plan, error)], "")
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
    clips = _clips(plan, info, labels, config)
    result = RecordingResult([], [], [], [*labels.problems], digest)
    result.problems.extend(_events_outside_clips(labels, clips))
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
            problem = _unusable(plan, clip, faces, config.quality)
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
        _add_rows(result, plan, info, labels, clip, track, alignment, cuts, path, config)
        on_progress(clip.frames[1] / clips[-1].frames[1])
    return result


def _without_chosen_annotator(plan: RecordingPlan, config: BuildConfig) -> Problem | None:
    """The labels of this recording would say "no ME" where nobody who counts has looked."""
    chosen = config.consensus.annotator
    if config.consensus.rule != "annotator" or chosen in plan.annotators:
        return None
    return Problem(
        "E_NO_CHOSEN_ANNOTATOR",
        f"{chosen!r} (consensus.annotator) has not annotated it; {', '.join(plan.annotators)} did",
        "give that annotator an ME tier here, empty if there is no micro-expression, or leave the file out",
        plan.events_file,
    )


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


def _clips(
    plan: RecordingPlan, info: VideoInfo, labels: Labels, config: BuildConfig
) -> list[_Clip]:
    """The clips and the frames of each; no frame is in two of them."""
    origin, table = plan.time_origin_ms, info.table
    mes = [f.event.interval for f in labels.events if f.event.kind == "me"]
    start_ms = max(table.floor_ms[0], 0) - origin
    spans = plan_clips(start_ms, table.end_ms - origin, plan.clip_intervals, mes, config.clips)
    clips: list[_Clip] = []
    name = slug(plan.recording_id, 72)
    for number, interval in enumerate(spans):
        first, end, _ = table.frames_of(interval.shift(origin))
        first = max(first, clips[-1].frames[1]) if clips else first
        if first < end:
            clips.append(_Clip(f"{name}-{number:04d}", interval, (first, end)))
    return clips


def _events_outside_clips(labels: Labels, clips: list[_Clip]) -> Iterator[Problem]:
    """MEs that no clip holds, or holds in part only."""
    for f in labels.events:
        if f.event.kind != "me":
            continue
        inside = sum(
            max(0, min(f.end, clip.frames[1]) - max(f.start, clip.frames[0])) for clip in clips
        )
        if inside == 0:
            yield f.event.problem(
                "E_OUTSIDE_CLIPS",
                "it lies in no clip",
                "extend an annotation of the Clip tier over it, if it is meant to be used",
            )
        elif inside < f.end - f.start:
            yield f.event.problem(
                "W_CUT_BY_CLIP",
                "it reaches out of its clip; the part inside is used",
                "extend the annotation of the Clip tier over it",
            )


def _unusable(
    plan: RecordingPlan, clip: _Clip, faces: ClipFaces, quality: QualityConfig
) -> Problem | None:
    """Why a clip is rejected, or `None`."""
    expected = clip.frames[1] - clip.frames[0]
    if len(faces) < expected:
        return _clip_problem(
            plan,
            clip,
            "E_DAMAGED_VIDEO",
            f"{expected - len(faces)} of {expected} frames cannot be decoded",
            "copy the video again, or convert it",
        )
    track = faces.track()
    if not track.found.any() or track.coverage < quality.reject_coverage:
        return _clip_problem(
            plan,
            clip,
            "E_NO_FACE",
            f"a face in {track.coverage:.0%} of {expected} frames, "
            f"{quality.reject_coverage:.0%} are needed",
            "leave the span out with a Clip tier, or lower quality.reject_coverage",
        )
    yaw = track.yaw_median
    if quality.reject_yaw_deg is not None and yaw is not None and yaw > quality.reject_yaw_deg:
        return _clip_problem(
            plan,
            clip,
            "E_YAW",
            f"the head is turned by {yaw:.0f} degrees, at most {quality.reject_yaw_deg:.0f} are used",
            "leave the span out with a Clip tier, or raise quality.reject_yaw_deg",
        )
    return None


def _clip_problem(plan: RecordingPlan, clip: _Clip, code: str, message: str, fix: str) -> Problem:
    return Problem(
        code,
        f"clip {clip.clip_id} ({clip.interval.start_ms} to {clip.interval.end_ms} ms of "
        f"{plan.source_video}): {message}",
        fix,
        plan.events_file,
        time_ms=clip.interval.start_ms,
    )


def _unreadable(plan: RecordingPlan, error: VideoError) -> Problem:
    message, _, fix = str(error).partition("; ")
    return Problem("E_VIDEO", message, fix or "copy the video again", plan.events_file)


def _add_rows(
    result: RecordingResult,
    plan: RecordingPlan,
    info: VideoInfo,
    labels: Labels,
    clip: _Clip,
    track: FaceTrack,
    alignment: Alignment,
    cuts: list[int],
    crop_path: Path,
    config: BuildConfig,
) -> None:
    start, end = clip.frames
    states = labels.states[start:end]
    segments = segment_rows(labels, clip.clip_id, clip.frames)
    flags = _flags(info, labels, clip, track, cuts, config.quality)
    result.clips.append(
        {
            "clip_id": clip.clip_id,
            "recording_id": plan.recording_id,
            "subject_id": plan.subject_id,
            "source_video": plan.source_video,
            "time_origin_ms": plan.time_origin_ms,
            "start_ms": clip.interval.start_ms,
            "end_ms": clip.interval.end_ms,
            "start_frame": start,
            "end_frame": end,
            "fps_num": info.table.fps.numerator,
            "fps_den": info.table.fps.denominator,
            "n_frames": end - start,
            "width": info.width,
            "height": info.height,
            "has_me": bool(labels.is_me[start:end].any()),
            "state": clip_state(states, config.clips.pure_share),
            "speaking_share": speaking_share(states),
            "face_coverage": track.coverage,
            "yaw_max_deg": track.yaw_max,
            "jitter_px": alignment.jitter_px,
            "flags": flags,
            "crop_path": f"crops/{clip.clip_id}.mkv",
            "crop_sha256": _sha256(crop_path),
            "split": None,
        }
    )
    result.segments.extend(segments)
    rows = _frame_rows(info, labels, clip, track, alignment)
    # A table of a clip is a tenth of the size of its rows as Python objects.
    result.frames.append(make_table("frames", rows))


def _frame_rows(
    info: VideoInfo, labels: Labels, clip: _Clip, track: FaceTrack, alignment: Alignment
) -> Iterator[Row]:
    start = clip.frames[0]
    for index, found in enumerate(track.found.tolist()):
        frame = start + index
        code = int(labels.states[frame])
        yaw, pitch, roll = track.pose[index].tolist() if found else (None, None, None)
        yield {
            "clip_id": clip.clip_id,
            "frame_index": index,
            "pts_us": info.table.pts_us[frame],
            "source_frame": frame,
            "is_me": bool(labels.is_me[frame]),
            "state": STATES[code] if code >= 0 else None,
            "face_found": found,
            "bbox": track.bbox[index].tolist() if found else None,
            "affine": alignment.affine[index].ravel().tolist(),
            "yaw": yaw,
            "pitch": pitch,
            "roll": roll,
        }


def _flags(
    info: VideoInfo,
    labels: Labels,
    clip: _Clip,
    track: FaceTrack,
    cuts: list[int],
    quality: QualityConfig,
) -> list[str]:
    start, end = clip.frames
    inside = [f for f in labels.events if f.start < end and start < f.end]
    me_cut = any(f.event.kind == "me" and f.start < cut < f.end for cut in cuts for f in inside)
    checks = {
        "W_CUT_IN_ME": me_cut,
        "W_FACE_COVERAGE": track.coverage < quality.min_coverage,
        "W_LOW_FPS": float(info.table.fps) < quality.min_fps - 0.1,
        "W_LOW_RES": info.height < quality.min_height,
        "W_SHOT_CUT": bool(cuts),
        "W_SUBFRAME": any(f.widened for f in inside),
        "W_VARIABLE_RATE": info.table.is_variable,
        "W_YAW": (track.yaw_max or 0.0) > quality.max_yaw_deg,
    }
    return [code for code, holds in checks.items() if holds]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
