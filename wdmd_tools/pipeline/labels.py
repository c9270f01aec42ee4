"""What the annotators said about the frames of a recording: events on the frame axis, and the consensus."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wdmd_tools.annotations import CONSENSUS, STATES, Problem
from wdmd_tools.config import ConsensusConfig
from wdmd_tools.consensus import (
    Codes,
    Mask,
    Run,
    consensus_mask,
    consensus_state,
    majority_label,
    mask_of,
    runs_of,
    segment_state,
)
from wdmd_tools.intervals import Interval
from wdmd_tools.protocol import KINDS, Event
from wdmd_tools.timebase import FrameTable


@dataclass(frozen=True)
class FramedEvent:
    """An event and the frames it covers, half-open, in the recording."""

    event: Event
    start: int
    end: int
    widened: bool


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
    """

    events: tuple[FramedEvent, ...]
    is_me: Mask
    states: Codes
    annotators: tuple[str, ...]
    problems: tuple[Problem, ...]
    table: FrameTable
    time_origin_ms: int

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
        framed.append(FramedEvent(event, start, end, widened))
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


def segment_rows(labels: Labels, clip_id: str, clip: Run) -> list[dict[str, Any]]:
    """Rows of the segments table of one clip.

    Args:
        labels: Of the recording.
        clip_id: The clip.
        clip: Its frames, half-open.

    Returns:
        Every annotator's segments by kind and time, then the consensus.
    """
    start, end = clip
    rows = []
    for f in labels.events:
        first, last = max(f.start, start), min(f.end, end)
        if first < last:
            rows.append(
                _row(
                    clip_id,
                    f.event.annotator,
                    f.event.kind,
                    f.event.label,
                    (first - start, last - start),
                    f.event.interval,
                    labels.states[first:last],
                    f.event.tier,
                    f.event.annotation_id,
                )
            )
    rows.sort(
        key=lambda row: (
            row["annotator"],
            *_place(row["kind"]),
            row["onset_frame"],
            row["source_annotation_id"],
        )
    )
    rows.extend(_consensus_rows(labels, clip_id, clip))
    for number, row in enumerate(rows):
        row["segment_id"] = f"{clip_id}.{number:04d}"
    return rows


def _place(kind: str) -> tuple[int, str]:
    """Order of kinds in the table: the usual ones, then a lab's ratings by name."""
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)


def _row(
    clip_id: str,
    annotator: str,
    kind: str,
    label: str | None,
    run: Run,
    interval: Interval,
    states: Codes,
    tier: str | None = None,
    annotation_id: str | None = None,
) -> dict[str, Any]:
    return {
        "clip_id": clip_id,
        "annotator": annotator,
        "kind": kind,
        "label": label,
        "onset_ms": interval.start_ms,
        "offset_ms": interval.end_ms,
        "onset_frame": run[0],
        "apex_frame": None,
        "offset_frame": run[1] - 1,
        "state": segment_state(states),
        "tier": tier,
        "source_annotation_id": annotation_id,
    }


def _consensus_rows(labels: Labels, clip_id: str, clip: Run) -> list[dict[str, Any]]:
    start, end = clip
    rows = []

    def add(kind: str, label: str, run: Run) -> None:
        states = labels.states[start + run[0] : start + run[1]]
        span = labels.span_ms((start + run[0], start + run[1]))
        rows.append(_row(clip_id, CONSENSUS, kind, label, run, span, states))

    for run in runs_of(labels.is_me[start:end]):
        add("me", "ME", run)
        for kind, label in _consensus_labels(labels, (start + run[0], start + run[1])):
            add(kind, label, run)
    codes = labels.states[start:end]
    for code, state in enumerate(STATES):
        for run in runs_of(codes == code):
            add("state", state, run)
    rows.sort(key=lambda row: (*_place(row["kind"]), row["onset_frame"], row["label"] or ""))
    return rows


def _consensus_labels(labels: Labels, run: Run) -> list[tuple[str, str]]:
    """Emotion, and action units one by one, that the majority gave to an ME.

    The voters are the annotators who gave any label of that kind to an ME that overlaps.
    """
    result = []
    for kind in ("emotion", "au"):
        ballots = [
            _split(f.event.label) if kind == "au" else [f.event.label]
            for f in _best_overlaps(labels, kind, run)
        ]
        for label in sorted({label for ballot in ballots for label in ballot if label}):
            given = [label for ballot in ballots if label in ballot]
            if majority_label(given, len(ballots)) is not None:
                result.append((kind, label))
    return result


def _best_overlaps(labels: Labels, kind: str, run: Run) -> list[FramedEvent]:
    """For each annotator the event of that kind that overlaps most."""
    best: dict[str, tuple[int, FramedEvent]] = {}
    for f in labels.events:
        common = min(f.end, run[1]) - max(f.start, run[0])
        if f.event.kind == kind and common > 0:
            held = best.get(f.event.annotator)
            if held is None or common > held[0]:
                best[f.event.annotator] = (common, f)
    return [f for _, f in best.values()]


def _split(label: str) -> list[str]:
    """``AU1+AU2`` or ``AU1, AU2`` -> the units."""
    return [part.strip() for part in label.replace(",", "+").split("+") if part.strip()]
