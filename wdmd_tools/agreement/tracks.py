"""What every annotator said about every frame, as arrays.

All clips of a dataset are laid end to end on one frame axis:

    clip        |---- c0 ----|------ c1 ------|-- c2 --|      bounds = [0, 12, 28, 36]
    states[0]    000000111111 0000000000111111 --------       annotator 0 did not see c2's recording
    states[1]    000000011111 0000000001111111 22222222       0 speaking, 1 listening, 2 silent, - none

An annotator *covers* a recording when at least one segment of theirs, of any kind, lies in it. Elsewhere
the annotator is missing, not "no micro-expression". Someone who looked at a recording and marked nothing
at all cannot be told from someone who never opened it, unless ``dataset.json`` lists who did under the
key ``annotators_by_recording`` (recording id to annotator ids).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wdmd_tools.annotations import CONSENSUS, STATES
from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval, from_frames
from wdmd_tools.manifest import Dataset

MISSING = -1
"""No value, in every array of codes."""

Codes = npt.NDArray[np.int8]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tracks:
    """All annotators' states and micro-expressions (MEs) of a dataset. A annotators, C clips, N frames.

    Args:
        annotators: Their ids, sorted; the consensus is not one of them.
        clip_ids: Length C, in table order.
        recordings: Recording ids that occur.
        clip_recording: Shape (C,): index into `recordings`.
        bounds: Shape (C + 1,): clip c has the frames ``bounds[c]`` to ``bounds[c + 1]``, half-open.
        ms_per_frame: Shape (C,): mean duration of a frame, milliseconds.
        covers: Shape (A, C): whether the annotator annotated the clip's recording.
        states: Shape (A, N): index into `wdmd_tools.annotations.STATES`, or `MISSING`.
        me: Shape (A, N): 1 inside an ME, 0 outside, `MISSING` where the annotator does not cover.
        spans: Per annotator: clip index to that annotator's MEs, on the clip's own frame axis.
        unknown_states: State values that are not in `STATES`, with how many segments have them; they
            count as no state.
    """

    annotators: tuple[str, ...]
    clip_ids: tuple[str, ...]
    recordings: tuple[str, ...]
    clip_recording: Indices
    bounds: Indices
    ms_per_frame: npt.NDArray[np.float64]
    covers: npt.NDArray[np.bool_]
    states: Codes
    me: Codes
    spans: tuple[dict[int, list[Interval]], ...]
    unknown_states: dict[str, int]

    @cached_property
    def frame_clip(self) -> Indices:
        """Shape (N,): the clip of every frame."""
        return np.repeat(np.arange(len(self.clip_ids)), np.diff(self.bounds))

    @cached_property
    def me_in_clip(self) -> Codes:
        """Shape (A, C): 1 with an ME in the clip, 0 without, `MISSING` where not covered."""
        present = np.array(
            [[clip in by_clip for clip in range(len(self.clip_ids))] for by_clip in self.spans],
            dtype=np.int8,
        ).reshape(self.covers.shape)
        return np.where(self.covers, present, np.int8(MISSING))

    def pairs(self) -> list[tuple[int, int]]:
        """All pairs of annotators, as indices."""
        count = len(self.annotators)
        return [(one, other) for one in range(count) for other in range(one + 1, count)]


def read_tracks(dataset: Dataset) -> Tracks:
    """Turn a dataset's segments into arrays.

    Args:
        dataset: An open dataset.

    Returns:
        The tracks of all annotators but the consensus. Where state segments of one annotator overlap,
        the later one holds.

    Raises:
        ManifestError: A segment names an unknown clip or leaves its clip.
    """
    clip_ids = tuple(dataset.clips["clip_id"].to_pylist())
    lengths = dataset.clips["n_frames"].to_numpy().astype(np.int64)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    recordings, clip_recording = _encode(dataset.clips["recording_id"])

    table = dataset.segments
    names, annotator = _encode(table["annotator"])
    human = np.array([name != CONSENSUS for name in names], dtype=bool)
    table = table.filter(pa.array(human[annotator])) if len(names) else table
    listed = _listed_annotators(dataset)
    annotators = tuple(
        sorted({name for name in names if name != CONSENSUS}.union(*listed.values()))
    )
    who = _lookup(table["annotator"], annotators)
    clip = _lookup(table["clip_id"], clip_ids)
    onset = table["onset_frame"].to_numpy().astype(np.int64)
    end = table["offset_frame"].to_numpy().astype(np.int64) + 1
    _check(dataset, table, clip, onset, end, lengths)

    covers = np.zeros((len(annotators), len(recordings)), dtype=bool)
    covers[who, clip_recording[clip]] = True
    for recording, present in listed.items():
        if recording in recordings:
            for name in present:
                covers[annotators.index(name), recordings.index(recording)] = True
    covers = covers[:, clip_recording]

    kinds, kind = _encode(table["kind"])
    is_state = _equals(kinds, kind, "state")
    is_me = _equals(kinds, kind, "me")
    labels, label = _encode(table["label"].fill_null(""))
    codes = np.array([_state_code(value) for value in labels], dtype=np.int8)
    unknown = {
        value: int(np.sum(is_state & (label == index)))
        for index, value in enumerate(labels)
        if codes[index] == MISSING
    }

    states = np.full((len(annotators), int(bounds[-1])), MISSING, dtype=np.int8)
    chosen = np.flatnonzero(is_state)
    chosen = chosen[np.lexsort((onset[chosen], clip[chosen]))]
    paint(
        states,
        who[chosen],
        bounds[clip[chosen]] + onset[chosen],
        end[chosen] - onset[chosen],
        codes[label[chosen]],
    )

    me = np.where(np.repeat(covers, lengths, axis=1), np.int8(0), np.int8(MISSING))
    chosen = np.flatnonzero(is_me)
    paint(
        me,
        who[chosen],
        bounds[clip[chosen]] + onset[chosen],
        end[chosen] - onset[chosen],
        np.ones(len(chosen), dtype=np.int8),
    )
    spans: tuple[dict[int, list[Interval]], ...] = tuple({} for _ in annotators)
    for row in chosen[np.lexsort((end[chosen], onset[chosen]))].tolist():
        interval = from_frames(int(onset[row]), int(end[row]) - 1)
        spans[who[row]].setdefault(int(clip[row]), []).append(interval)

    return Tracks(
        annotators=annotators,
        clip_ids=clip_ids,
        recordings=recordings,
        clip_recording=clip_recording,
        bounds=bounds,
        ms_per_frame=1000.0
        * dataset.clips["fps_den"].to_numpy()
        / dataset.clips["fps_num"].to_numpy(),
        covers=covers,
        states=states,
        me=me,
        spans=spans,
        unknown_states={value: count for value, count in unknown.items() if count},
    )


def _listed_annotators(dataset: Dataset) -> dict[str, list[str]]:
    listed = dataset.info.get("annotators_by_recording", {})
    return {str(recording): [str(name) for name in names] for recording, names in listed.items()}


def _state_code(value: str) -> int:
    lowered = value.strip().casefold()
    return STATES.index(lowered) if lowered in STATES else MISSING


def _encode(column: pa.ChunkedArray) -> tuple[tuple[str, ...], Indices]:
    """Distinct values of a text column, and each row's index among them."""
    array = column.cast(pa.string()).combine_chunks().dictionary_encode()
    codes = array.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return tuple(array.dictionary.to_pylist()), codes


def _lookup(column: pa.ChunkedArray, names: tuple[str, ...]) -> Indices:
    """Each row's index in `names`, -1 where it is none of them."""
    values, codes = _encode(column)
    index = {name: position for position, name in enumerate(names)}
    return np.array([index.get(value, -1) for value in values], dtype=np.int64)[codes]


def _equals(values: tuple[str, ...], codes: Indices, wanted: str) -> npt.NDArray[np.bool_]:
    return np.array([value == wanted for value in values], dtype=bool)[codes]


def _check(
    dataset: Dataset, table: pa.Table, clip: Indices, onset: Indices, end: Indices, lengths: Indices
) -> None:
    inside = (clip >= 0) & (onset >= 0) & (onset < end)
    inside &= end <= np.where(clip >= 0, lengths[clip] if len(lengths) else 0, 0)
    if inside.all():
        return
    row = int(np.flatnonzero(~inside)[0])
    raise ManifestError(
        f"{dataset.root / 'segments.parquet'}: segment {table['segment_id'][row].as_py()!r}: frames "
        f"{onset[row]} to {end[row] - 1} are not inside a clip {table['clip_id'][row].as_py()!r} of the "
        "clips table; build the dataset again"
    )


def paint(canvas: Codes, rows: Indices, starts: Indices, lengths: Indices, values: Codes) -> None:
    """Set ``canvas[row, start : start + length] = value`` for many spans at once, in their order."""
    first = np.cumsum(lengths) - lengths
    within = np.arange(int(lengths.sum())) - np.repeat(first, lengths)
    canvas[np.repeat(rows, lengths), np.repeat(starts, lengths) + within] = np.repeat(
        values, lengths
    )
