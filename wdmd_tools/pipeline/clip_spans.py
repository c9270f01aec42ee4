"""The clips of a recording as spans of frames, and the micro-expressions that none of them holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from wdmd_tools.annotations import Problem
from wdmd_tools.clips import plan_clips, slug
from wdmd_tools.config import BuildConfig
from wdmd_tools.consensus import Run
from wdmd_tools.intervals import Interval
from wdmd_tools.pipeline.labels import Labels
from wdmd_tools.pipeline.plan import RecordingPlan
from wdmd_tools.protocol import Event
from wdmd_tools.video.probe import VideoInfo


@dataclass(frozen=True)
class ClipSpan:
    """A clip before its frames are decoded.

    Args:
        clip_id: ``<recording>-<number>``.
        interval: In ms of the ELAN time line.
        frames: First frame and first frame after it, of the film.
    """

    clip_id: str
    interval: Interval
    frames: Run


def clip_spans(
    plan: RecordingPlan, info: VideoInfo, labels: Labels, config: BuildConfig
) -> list[ClipSpan]:
    """The clips and the frames of each, in order; no frame is in two of them.

    Args:
        plan: The recording.
        info: Its video.
        labels: Its events in frames.
        config: Settings.
    """
    origin, table = plan.time_origin_ms, info.table
    closed = [f.event.interval for f in labels.events if _keeps_whole(f.event, config)]
    start_ms = max(table.floor_ms[0], 0) - origin
    annotated = [f.event.interval for f in labels.events]
    end_ms = table.end_ms - origin
    spans = plan_clips(start_ms, end_ms, plan.clip_intervals, closed, config.clips, annotated)
    clips: list[ClipSpan] = []
    name = slug(plan.recording_id, 72)
    for number, interval in enumerate(spans):
        first, end, _ = table.frames_of(interval.shift(origin))
        first = max(first, clips[-1].frames[1]) if clips else first
        if first < end:
            clips.append(ClipSpan(f"{name}-{number:04d}", interval, (first, end)))
    return clips


def _keeps_whole(event: Event, config: BuildConfig) -> bool:
    """Whether no cut between windows may cross it: an ME, or a macro-expression of a window at most."""
    window_ms = config.clips.window_s * 1000
    return event.kind == "me" or (event.kind == "macro" and event.interval.duration_ms <= window_ms)


def events_outside_clips(labels: Labels, clips: list[ClipSpan]) -> Iterator[Problem]:
    """MEs that no clip holds, or holds in part only.

    Args:
        labels: The events in frames.
        clips: All clips of the recording.
    """
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


def left_out(plan: RecordingPlan, info: VideoInfo, clips: list[ClipSpan]) -> Iterator[Problem]:
    """What a long film loses because nobody annotated it; none where a Clip tier says what to use.

    Args:
        plan: The recording.
        info: Its video.
        clips: All clips of the recording.
    """
    if plan.clip_intervals:
        return
    frames = len(info.table) - sum(clip.frames[1] - clip.frames[0] for clip in clips)
    if frames > info.table.fps:
        total = len(info.table)
        yield Problem(
            "W_UNANNOTATED",
            f"{plan.source_video}: {float(frames / info.table.fps):.0f} of "
            f"{float(total / info.table.fps):.0f} s lie far from every annotation and are left out",
            "if all of it was looked at, build with --set clips.annotated_only=false",
            plan.events_file,
        )
