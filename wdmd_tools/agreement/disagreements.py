"""Where annotators disagree most, as a ranked list.

Micro-expressions (MEs) of a clip that overlap, in a chain, are one *event*:

    a    |----|         |---|        event 1: spans of a and b; event 2: only a
    b      |----|                    severity 1: 1 - 4/8 = 0.5    severity 2: 1

An event's severity is 1 minus the mean tIoU over all pairs of annotators who cover the clip, where an
annotator without a span has 0. Its kind is ``missed`` when someone has none, else ``boundary``.
A run of frames with different states is one ``state`` disagreement; its severity is its share of the
clip. The list is ordered by severity, then length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from wdmd_tools.agreement.tracks import MISSING, Tracks
from wdmd_tools.annotations import STATES
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset


@dataclass(frozen=True)
class Disagreement:
    """One place to look at.

    Args:
        recording_id: The recording.
        clip_id: The clip.
        kind: missed, boundary or state.
        severity: In (0, 1].
        start_ms: In the recording, on ELAN's time line.
        end_ms: Half-open.
        onset_frame: First frame in the clip.
        offset_frame: Last frame, inclusive.
        said: Annotator to what they say: ``"frames 12 to 30"``, ``"no ME"`` or a state.
    """

    recording_id: str
    clip_id: str
    kind: str
    severity: float
    start_ms: int
    end_ms: int
    onset_frame: int
    offset_frame: int
    said: dict[str, str]

    @property
    def time(self) -> str:
        """Start as ``hh:mm:ss.mmm``."""
        return clock(self.start_ms)


def clock(ms: int) -> str:
    """Milliseconds as ELAN shows them.

    Example:
        >>> clock(3_723_004)
        '01:02:03.004'
    """
    sign, ms = ("-", -ms) if ms < 0 else ("", ms)
    seconds, ms = divmod(ms, 1000)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{ms:03d}"


def find_disagreements(dataset: Dataset, tracks: Tracks) -> list[Disagreement]:
    """All disagreements, the worst first.

    Args:
        dataset: An open dataset.
        tracks: Its tracks, models included.
    """
    starts = dataset.clips["start_ms"].to_pylist()
    found = []
    for clip in np.flatnonzero(tracks.covers.sum(axis=0) >= 2).tolist():
        rows = [*_me_events(tracks, clip), *_state_runs(tracks, clip)]
        for kind, severity, span, said in rows:
            ms = float(tracks.ms_per_frame[clip])
            found.append(
                Disagreement(
                    tracks.recordings[int(tracks.clip_recording[clip])],
                    tracks.clip_ids[clip],
                    kind,
                    severity,
                    int(starts[clip] + round(span.start_ms * ms)),
                    int(starts[clip] + round(span.end_ms * ms)),
                    span.start_ms,
                    span.end_ms - 1,
                    said,
                )
            )
    return sorted(
        found,
        key=lambda one: (
            -one.severity,
            one.start_ms - one.end_ms,
            one.recording_id,
            one.start_ms,
            one.kind,
        ),
    )


def _me_events(tracks: Tracks, clip: int) -> list[tuple[str, float, Interval, dict[str, str]]]:
    people = np.flatnonzero(tracks.covers[:, clip]).tolist()
    marked = sorted((span, who) for who in people for span in tracks.spans[who].get(clip, ()))
    events: list[list[tuple[Interval, int]]] = []
    end = -1
    for span, who in marked:
        if span.start_ms >= end:
            events.append([])
        end = max(end, span.end_ms)
        events[-1].append((span, who))
    rows = []
    for event in events:
        by = {who: [span for span, other in event if other == who] for who in people}
        overlaps = [_best_iou(by[one], by[other]) for one, other in combinations(people, 2)]
        severity = 1.0 - sum(overlaps) / len(overlaps)
        if severity <= 1e-12:
            continue
        whole = Interval(min(s.start_ms for s, _ in event), max(s.end_ms for s, _ in event))
        said = {
            tracks.annotators[who]: " and ".join(
                f"frames {span.start_ms} to {span.end_ms - 1}" for span in spans
            )
            or "no ME"
            for who, spans in by.items()
        }
        kind = "boundary" if all(by.values()) else "missed"
        rows.append((kind, severity, whole, said))
    return rows


def _best_iou(first: Sequence[Interval], second: Sequence[Interval]) -> float:
    """IoU of what two annotators marked in one event, as sets of frames."""
    one = {frame for span in first for frame in range(span.start_ms, span.end_ms)}
    other = {frame for span in second for frame in range(span.start_ms, span.end_ms)}
    return len(one & other) / len(one | other) if one and other else float(not one and not other)


def _state_runs(tracks: Tracks, clip: int) -> list[tuple[str, float, Interval, dict[str, str]]]:
    start, end = int(tracks.bounds[clip]), int(tracks.bounds[clip + 1])
    states = tracks.states[:, start:end]
    known = states != MISSING
    low = np.where(known, states, np.int8(127)).min(axis=0)
    differ = (known.sum(axis=0) >= 2) & (low != states.max(axis=0))
    changed = np.any(states[:, 1:] != states[:, :-1], axis=0)
    edges = [0, *(np.flatnonzero(changed) + 1).tolist(), end - start]
    rows = []
    for first, last in pairwise(edges):
        if first < last and differ[first]:
            said = {
                tracks.annotators[who]: STATES[int(states[who, first])]
                for who in np.flatnonzero(known[:, first]).tolist()
            }
            rows.append(("state", (last - first) / (end - start), Interval(first, last), said))
    return rows
