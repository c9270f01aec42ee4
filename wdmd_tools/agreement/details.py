"""What a report says beside its figures with intervals: kappa and confusions, boundary errors, labels."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wdmd_tools.agreement.alpha import Alpha, krippendorff_alpha
from wdmd_tools.agreement.boundaries import BoundaryError, boundary_error
from wdmd_tools.agreement.kappa import Kappa, compare, near_changes
from wdmd_tools.agreement.labels import ActionUnits, compare_action_units, compare_emotions
from wdmd_tools.agreement.ratings import Rating, measure_ratings
from wdmd_tools.agreement.tracks import MISSING, Tracks
from wdmd_tools.annotations import CONSENSUS, STATES
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset


@dataclass(frozen=True)
class PairDetails:
    """Two annotators.

    Args:
        a: The first's id.
        b: The second's.
        state: Confusion, raw agreement and kappa of the state, per frame.
        state_tolerant: The same without the frames near a change by either.
        me_clip: Of ME present, per clip.
        boundaries: Second against first.
        action_units: On matched MEs.
        emotions: On matched MEs.
    """

    a: str
    b: str
    state: Kappa
    state_tolerant: Kappa
    me_clip: Kappa
    boundaries: BoundaryError
    action_units: ActionUnits
    emotions: Kappa


@dataclass(frozen=True)
class Details:
    """All of it.

    Args:
        tolerance_frames: Frames left out on either side of a change of state.
        alpha_state_tolerant: Alpha of all annotators without the frames near anyone's change.
        pairs: All pairs of annotators.
        against_consensus: Annotator to boundary errors against the consensus, which they are part of;
            empty when the dataset has none.
        ratings: The protocol's.
    """

    tolerance_frames: int
    alpha_state_tolerant: Alpha
    pairs: list[PairDetails]
    against_consensus: dict[str, BoundaryError]
    ratings: list[Rating]


def measure_details(dataset: Dataset, tracks: Tracks, tolerance: int = 5) -> Details:
    """Measure everything in `Details`.

    Args:
        dataset: An open dataset.
        tracks: Its tracks, models included.
        tolerance: Frames on either side of a change of state.
    """
    ms_per_frame = tracks.ms_per_frame.tolist()
    near = [near_changes(states, tracks.bounds, tolerance) for states in tracks.states]
    units = {kind: _labelled(dataset, tracks, kind) for kind in ("au", "emotion")}
    pairs = []
    for one, other in tracks.pairs():
        shared = set(np.flatnonzero(tracks.covers[one] & tracks.covers[other]).tolist())
        kept = ~(near[one] | near[other])
        first, second = tracks.states[one], tracks.states[other]
        spans = tracks.spans[one], tracks.spans[other]
        pairs.append(
            PairDetails(
                a=tracks.annotators[one],
                b=tracks.annotators[other],
                state=compare(first, second, STATES, "frame"),
                state_tolerant=compare(first[kept], second[kept], STATES, "frame"),
                me_clip=compare(
                    tracks.me_in_clip[one], tracks.me_in_clip[other], ("no ME", "ME"), "clip"
                ),
                boundaries=boundary_error(*spans, ms_per_frame, shared),
                action_units=compare_action_units(
                    *spans, units["au"][one], units["au"][other], shared
                ),
                emotions=compare_emotions(
                    *spans, units["emotion"][one], units["emotion"][other], shared
                ),
            )
        )
    consensus = consensus_mes(dataset, tracks)
    against = {}
    for index, name in enumerate(tracks.annotators if consensus else ()):
        covered = set(np.flatnonzero(tracks.covers[index]).tolist())
        against[name] = boundary_error(consensus, tracks.spans[index], ms_per_frame, covered)
    anyone = np.logical_or.reduce(near) if near else np.zeros(0, dtype=bool)
    tolerant = np.where(anyone, np.int8(MISSING), tracks.states)
    return Details(
        tolerance_frames=tolerance,
        alpha_state_tolerant=krippendorff_alpha(tolerant, STATES, "frame"),
        pairs=pairs,
        against_consensus=against,
        ratings=measure_ratings(dataset, tracks),
    )


def consensus_mes(dataset: Dataset, tracks: Tracks) -> dict[int, list[Interval]]:
    """Clip to the consensus MEs; pieces that touch are joined, since the table stores pieces."""
    result: dict[int, list[Interval]] = {}
    place = {clip: index for index, clip in enumerate(tracks.clip_ids)}
    for row in sorted(_rows(dataset, "me", [CONSENSUS]), key=lambda row: row["onset_frame"]):
        spans = result.setdefault(place[row["clip_id"]], [])
        start, end = row["onset_frame"], row["offset_frame"] + 1
        if spans and start <= spans[-1].end_ms:
            spans[-1] = Interval(spans[-1].start_ms, max(end, spans[-1].end_ms))
        else:
            spans.append(Interval(start, end))
    return result


def _labelled(
    dataset: Dataset, tracks: Tracks, kind: str
) -> list[dict[int, list[tuple[Interval, str]]]]:
    """Per annotator: clip to labelled spans of a kind."""
    result: list[dict[int, list[tuple[Interval, str]]]] = [{} for _ in tracks.annotators]
    index = {name: place for place, name in enumerate(tracks.annotators)}
    clips = {clip: place for place, clip in enumerate(tracks.clip_ids)}
    for row in _rows(dataset, kind, tracks.annotators):
        span = Interval(row["onset_frame"], row["offset_frame"] + 1)
        by_clip = result[index[row["annotator"]]]
        by_clip.setdefault(clips[row["clip_id"]], []).append((span, row["label"] or ""))
    return result


def _rows(dataset: Dataset, kind: str, annotators: Iterable[str]) -> list[dict[str, Any]]:
    table = dataset.segments.select(
        ["clip_id", "annotator", "kind", "label", "onset_frame", "offset_frame"]
    )
    who = pa.array(list(annotators), pa.string())
    wanted = pc.equal(table["kind"].cast(pa.string()), kind)
    table = table.filter(wanted)
    rows: list[dict[str, Any]] = table.filter(
        pc.is_in(table["annotator"].cast(pa.string()), value_set=who)
    ).to_pylist()
    return rows
