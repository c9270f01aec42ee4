"""The rows of one clip: of the clips table and of the frames table."""

from collections.abc import Iterator
from pathlib import Path

from wdmd_tools.annotations import STATES
from wdmd_tools.config import BuildConfig, QualityConfig
from wdmd_tools.consensus import clip_state, speaking_share
from wdmd_tools.faces.align import Alignment
from wdmd_tools.faces.clip_faces import FaceTrack
from wdmd_tools.pipeline.clip_spans import ClipSpan
from wdmd_tools.pipeline.hashing import sha256_of
from wdmd_tools.pipeline.labels import Labels
from wdmd_tools.pipeline.part import Row
from wdmd_tools.pipeline.plan import RecordingPlan
from wdmd_tools.video.probe import VideoInfo


def clip_row(
    plan: RecordingPlan,
    info: VideoInfo,
    labels: Labels,
    clip: ClipSpan,
    track: FaceTrack,
    alignment: Alignment,
    cuts: list[int],
    crop_path: Path,
    config: BuildConfig,
) -> Row:
    """The row of a clip, without its split.

    Args:
        plan: The recording.
        info: Its video.
        labels: Its events in frames.
        clip: The clip.
        track: The face of each of its frames.
        alignment: How they were warped.
        cuts: Frames of the film where a new shot begins.
        crop_path: The crop video, finished.
        config: Settings.
    """
    start, end = clip.frames
    states = labels.states[start:end]
    return {
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
        "flags": _flags(info, labels, clip, track, cuts, config.quality),
        "crop_path": f"crops/{clip.clip_id}.mkv",
        "crop_sha256": sha256_of(crop_path),
        "split": None,
    }


def frame_rows(
    info: VideoInfo,
    labels: Labels,
    clip: ClipSpan,
    track: FaceTrack,
    alignment: Alignment,
    max_yaw_deg: float,
) -> Iterator[Row]:
    """The rows of a clip's frames.

    Args:
        info: The video.
        labels: Its events in frames.
        clip: The clip.
        track: The face of each of its frames.
        alignment: How they were warped.
        max_yaw_deg: Beyond it a face is in profile.
    """
    start = clip.frames[0]
    hidden = track.flags(max_yaw_deg)
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
            "face_flags": [name for name, at in hidden.items() if at[index]] if found else None,
        }


def _flags(
    info: VideoInfo,
    labels: Labels,
    clip: ClipSpan,
    track: FaceTrack,
    cuts: list[int],
    quality: QualityConfig,
) -> list[str]:
    start, end = clip.frames
    inside = [f for f in labels.events if f.start < end and start < f.end]
    me_cut = any(f.event.kind == "me" and f.start < cut < f.end for cut in cuts for f in inside)
    hidden = track.flags(quality.max_yaw_deg)
    checks = {
        "W_CUT_IN_ME": me_cut,
        "W_FACE_COVERAGE": track.coverage < quality.min_coverage,
        "W_GUESSED_SUBJECT": track.guessed,
        "W_LOW_FPS": float(info.table.fps) < quality.min_fps - 0.1,
        "W_LOW_RES": info.height < quality.min_height,
        "W_OCCLUDED": bool(hidden["occluded"].any()),
        "W_OUT_OF_FRAME": bool(hidden["out_of_frame"].any()),
        "W_SHOT_CUT": bool(cuts),
        "W_SUBFRAME": any(f.widened for f in inside),
        "W_VARIABLE_RATE": info.table.is_variable,
        "W_YAW": (track.yaw_max or 0.0) > quality.max_yaw_deg,
    }
    return [code for code, holds in checks.items() if holds]
