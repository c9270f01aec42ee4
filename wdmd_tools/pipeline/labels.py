"""What the annotators said about the frames of a recording: events on the frame axis, and the consensus."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from wdmd_tools.annotations import STATES, Problem
from wdmd_tools.config import ConsensusConfig
from wdmd_tools.consensus import (
    Codes,
    Mask,
    Run,
    consensus_mask,
    consensus_state,
    mask_of,
)
from wdmd_tools.intervals import Interval
from wdmd_tools.protocol import Event
from wdmd_tools.timebase import FrameTable


@dataclass(frozen=True)
class FramedEvent:
    """An event and the frames it covers, half-open, in the recording."""

    event: Event
    start: int
    end: int
    widened: bool
    apex: int | None = None


@dataclass(frozen=True)
class Labels:
    """Labels of all N frames of a recording.

    Args:
        events: Every annotator's usable events.
        is_me: (N,) consensus.
        states: (N,) consensus.
        annotators: Who annotated the recording.
        problems: Events that could not be used, or only in part.
        table: Presentation times of the video.
        time_origin_ms: Media time of ELAN's 0.
        chosen: Whose segments are the consensus as they are, under the rule ``annotator``; else empty.
    """

    events: tuple[FramedEvent, ...]
    is_me: Mask
    states: Codes
    annotators: tuple[str, ...]
    problems: tuple[Problem, ...]
    table: FrameTable
    time_origin_ms: int
    chosen: str = ""

    def span_ms(self, run: Run) -> Interval:
        """Frames to a span on ELAN's time line that maps back to the same frames."""
        table = self.table
        end = table.floor_ms[run[1]] if run[1] < len(table) else table.end_ms
        return Interval(table.floor_ms[run[0]], end).shift(-self.time_origin_ms)


def label_frames(
    events: Iterable[Event],
    annotators: tuple[str, ...],
    time_origin_ms: int,
    table: FrameTable,
    config: ConsensusConfig,
) -> Labels:
    """Put events on the frame axis and find the consensus of each frame.

    Args:
        events: On ELAN's time line; those of kind ``"clip"`` are ignored.
        annotators: All who looked, also those who marked nothing.
        time_origin_ms: Media time of ELAN's 0.
        table: Presentation times of the video.
        config: Consensus settings.
    """
    problems: list[Problem] = []
    framed = []
    for event in events:
        if event.kind == "clip":
            continue
        media = event.interval.shift(time_origin_ms)
        problem = outside_video(event, media, table)
        if problem is not None:
            problems.append(problem)
            if problem.is_error:
                continue
        start, end, widened = table.frames_of(media)
        apex = None
        if event.apex_ms is not None:
            apex = min(max(table.frame_of(event.apex_ms + time_origin_ms), start), end - 1)
        framed.append(FramedEvent(event, start, end, widened, apex))
    count = len(table)
    least = max(1, round(config.min_me_ms / 1000 * table.fps))
    masks = {name: mask_of(_runs(framed, "me", name), count) for name in annotators}
    with_state = [
        n
        for n in annotators
        if any(f.event.kind == "state" and f.event.annotator == n for f in framed)
    ]
    codes = {name: _codes(framed, name, count) for name in with_state}
    return Labels(
        events=tuple(framed),
        is_me=consensus_mask(masks, count, config.rule, config.annotator, least),
        states=consensus_state(codes, count, config.rule, config.annotator),
        annotators=annotators,
        problems=tuple(problems),
        table=table,
        time_origin_ms=time_origin_ms,
        chosen=config.annotator if config.rule == "annotator" else "",
    )


def outside_video(event: Event, media: Interval, table: FrameTable) -> Problem | None:
    """The problem of an event that leaves the video, by more than a frame.

    Args:
        event: The event.
        media: Its interval in media time.
        table: Presentation times of the video.
    """
    frame_ms = float(1000 / table.fps)
    if media.start_ms >= table.end_ms or media.end_ms <= 0:
        return event.problem(
            "E_PAST_END",
            f"it lies outside of the video, which is {table.end_ms} ms long",
            "check the linked video and its offset in ELAN, and that the video is whole",
        )
    if media.end_ms > table.end_ms + frame_ms or media.start_ms < -frame_ms:
        return event.problem(
            "W_PAST_END",
            f"it leaves the video, which is {table.end_ms} ms long; the part inside is used",
            "check the linked video and its offset in ELAN, and that the video is whole",
        )
    return None


def _runs(framed: list[FramedEvent], kind: str, annotator: str) -> list[Run]:
    return [
        (f.start, f.end) for f in framed if f.event.kind == kind and f.event.annotator == annotator
    ]


def _codes(framed: list[FramedEvent], annotator: str, count: int) -> Codes:
    codes = np.full(count, -1, dtype=np.int8)
    for f in framed:
        if f.event.kind == "state" and f.event.annotator == annotator:
            codes[f.start : f.end] = STATES.index(f.event.label)
    return codes
