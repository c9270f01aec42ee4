"""Rows of the segments table: what each annotator marked in a clip, and the consensus."""

from typing import Any

from wdmd_tools.annotations import CONSENSUS, STATES
from wdmd_tools.consensus import Codes, Run, majority_label, runs_of, segment_state
from wdmd_tools.intervals import Interval
from wdmd_tools.pipeline.labels import FramedEvent, Labels
from wdmd_tools.protocol import KINDS


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
                    f.event.tier or None,
                    f.event.annotation_id or None,
                    apex=_within(f.apex, (first, last), start),
                )
            )
    rows.sort(
        key=lambda row: (
            row["annotator"],
            *_place(row["kind"]),
            row["onset_frame"],
            row["source_annotation_id"] or "",
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
    *,
    apex: int | None = None,
) -> dict[str, Any]:
    return {
        "clip_id": clip_id,
        "annotator": annotator,
        "kind": kind,
        "label": label,
        "onset_ms": interval.start_ms,
        "offset_ms": interval.end_ms,
        "onset_frame": run[0],
        "apex_frame": apex,
        "offset_frame": run[1] - 1,
        "state": segment_state(states),
        "tier": tier,
        "source_annotation_id": annotation_id,
    }


def _within(apex: int | None, run: Run, start: int) -> int | None:
    """An apex of the recording in the clip that begins at `start`; `None` where that was cut off."""
    return apex - start if apex is not None and run[0] <= apex < run[1] else None


def _consensus_rows(labels: Labels, clip_id: str, clip: Run) -> list[dict[str, Any]]:
    start, end = clip
    rows = []

    def add(kind: str, label: str, run: Run, apex: int | None = None) -> None:
        states = labels.states[start + run[0] : start + run[1]]
        span = labels.span_ms((start + run[0], start + run[1]))
        rows.append(_row(clip_id, CONSENSUS, kind, label, run, span, states, apex=apex))

    for run, apex in _mes(labels, clip):
        add("me", "ME", run, apex)
        for kind, label in _consensus_labels(labels, (start + run[0], start + run[1])):
            add(kind, label, run)
    for run, apex in _own(labels, "macro", clip):
        add("macro", "macro", run, apex)
    codes = labels.states[start:end]
    for code, state in enumerate(STATES):
        for run in runs_of(codes == code):
            add("state", state, run)
    rows.sort(key=lambda row: (*_place(row["kind"]), row["onset_frame"], row["label"] or ""))
    return rows


def _mes(labels: Labels, clip: Run) -> list[tuple[Run, int | None]]:
    """Spans and apexes of the consensus in a clip, relative to it.

    One annotator's own segments stay apart where they touch or overlap; those of several people are
    runs of frames.
    """
    if labels.chosen:
        return _own(labels, "me", clip)
    return [(run, None) for run in runs_of(labels.is_me[clip[0] : clip[1]])]


def _own(labels: Labels, kind: str, clip: Run) -> list[tuple[Run, int | None]]:
    """The chosen annotator's events of a kind in a clip, relative to it."""
    found = set()
    for f in labels.events:
        first, last = max(f.start, clip[0]), min(f.end, clip[1])
        if f.event.kind == kind and f.event.annotator == labels.chosen and first < last:
            run = (first - clip[0], last - clip[0])
            found.add((run, _within(f.apex, (first, last), clip[0])))
    return sorted(found, key=lambda one: (one[0], -1 if one[1] is None else one[1]))


def _consensus_labels(labels: Labels, run: Run) -> list[tuple[str, str]]:
    """Emotion, its class, and action units one by one, that the majority gave to an ME.

    The voters are the annotators who gave any label of that kind to an ME that overlaps.
    """
    result = []
    for kind in ("emotion", "emotion3", "au"):
        ballots = [
            [label for f in events for label in _said(kind, f.event.label)]
            for events in _best_overlaps(labels, kind, run)
        ]
        for label in sorted({label for ballot in ballots for label in ballot if label}):
            given = [label for ballot in ballots if label in ballot]
            if majority_label(given, len(ballots)) is not None:
                result.append((kind, label))
    return result


def _best_overlaps(labels: Labels, kind: str, run: Run) -> list[list[FramedEvent]]:
    """For each annotator the events of that kind that overlap most; several only of action units.

    Of spans that overlap equally the shortest counts: it is not another ME around this one. Action
    units may have one row each.
    """
    best: dict[str, tuple[tuple[int, int], list[FramedEvent]]] = {}
    for f in labels.events:
        common = min(f.end, run[1]) - max(f.start, run[0])
        if f.event.kind == kind and common > 0:
            rank = (common, -(f.end - f.start))
            held = best.get(f.event.annotator)
            if held is None or rank > held[0]:
                best[f.event.annotator] = (rank, [f])
            elif kind == "au" and rank == held[0] and held[1][0].start == f.start:
                held[1].append(f)
    return [events for _, events in best.values()]


def _said(kind: str, label: str) -> list[str]:
    """The label; of action units ``AU1+AU2`` or ``AU1, AU2`` each."""
    if kind != "au":
        return [label]
    return [part.strip() for part in label.replace(",", "+").split("+") if part.strip()]
