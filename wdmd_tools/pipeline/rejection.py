"""Why a recording or a clip is not used: each reason is one row of the rejects table."""

from wdmd_tools.annotations import Problem
from wdmd_tools.config import BuildConfig, QualityConfig
from wdmd_tools.errors import VideoError
from wdmd_tools.faces.clip_faces import ClipFaces, FaceTrack
from wdmd_tools.pipeline.clip_spans import ClipSpan
from wdmd_tools.pipeline.plan import RecordingPlan
from wdmd_tools.video.probe import VideoInfo


def without_chosen_annotator(plan: RecordingPlan, config: BuildConfig) -> Problem | None:
    """The labels of this recording would say "no ME" where nobody who counts has looked.

    Args:
        plan: The recording.
        config: Settings, with the consensus that was chosen.
    """
    chosen = config.consensus.annotator
    if config.consensus.rule != "annotator" or chosen in plan.annotators:
        return None
    return Problem(
        "E_NO_CHOSEN_ANNOTATOR",
        f"{chosen!r} (consensus.annotator) has not annotated it; {', '.join(plan.annotators)} did",
        "give that annotator an ME tier here, empty if there is no micro-expression, or leave the file out",
        plan.events_file,
    )


def unreadable(plan: RecordingPlan, error: VideoError) -> Problem:
    """The error of a whole video as a problem.

    Args:
        plan: The recording.
        error: What is wrong; the cure stands behind its first semicolon.
    """
    message, _, fix = str(error).partition("; ")
    return Problem("E_VIDEO", message, fix or "copy the video again", plan.events_file)


def broken_frames(plan: RecordingPlan, info: VideoInfo) -> list[Problem]:
    """Frames of a folder that cannot be decoded, and are gaps in its times.

    Args:
        plan: The recording.
        info: Its folder.
    """
    if not info.broken:
        return []
    some = ", ".join(info.broken[:5]) + (", ..." if len(info.broken) > 5 else "")
    return [
        Problem(
            "W_BROKEN_FRAMES",
            f"{plan.source_video}: {len(info.broken)} frames cannot be decoded and are left out: {some}",
            "copy them again from the release",
            plan.events_file,
        )
    ]


def unusable(
    plan: RecordingPlan, clip: ClipSpan, faces: ClipFaces, quality: QualityConfig
) -> Problem | None:
    """Why a clip is rejected, or `None`.

    Args:
        plan: Its recording.
        clip: The clip.
        faces: What was found in its frames.
        quality: Thresholds.
    """
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
    return _hidden(plan, clip, track, quality)


def _hidden(
    plan: RecordingPlan, clip: ClipSpan, track: FaceTrack, quality: QualityConfig
) -> Problem | None:
    """The first reason for which too many frames do not show the face."""
    limits = {
        "profile": ("E_PROFILE", quality.reject_profile_share, "is in profile"),
        "out_of_frame": ("E_OUT_OF_FRAME", quality.reject_out_of_frame_share, "leaves the picture"),
        "occluded": ("E_OCCLUDED", quality.reject_occluded_share, "is covered in part"),
    }
    for name, at in track.flags(quality.max_yaw_deg).items():
        code, limit, what = limits[name]
        share = float(at.sum() / track.found.sum())
        if limit is not None and share > limit:
            return _clip_problem(
                plan,
                clip,
                code,
                f"the face {what} in {share:.0%} of the frames that have one, at most {limit:.0%} "
                "may be",
                f"leave the span out with a Clip tier, or raise quality.reject_{name}_share",
            )
    return None


def _clip_problem(
    plan: RecordingPlan, clip: ClipSpan, code: str, message: str, fix: str
) -> Problem:
    return Problem(
        code,
        f"clip {clip.clip_id} ({clip.interval.start_ms} to {clip.interval.end_ms} ms of "
        f"{plan.source_video}): {message}",
        fix,
        plan.events_file,
        time_ms=clip.interval.start_ms,
    )
