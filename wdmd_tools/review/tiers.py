"""One recording of a dataset as ELAN tiers, all annotators side by side.

    Clip            |-- rec-0000 --|-- rec-0001 --|
    ME@A1               |ME|          |ME|
    AU@A1               |12|                          refers to ME@A1
    State@A1        |Speaking      |Listening     |
    ME@A2               |ME|
    ME@consensus        |ME|

A segment that a build cut at the edge of a clip has a row in each clip; its times are as annotated, so the
rows are one annotation here. Consensus segments are stored piece by piece; pieces of one label that touch
are joined. Times are on ELAN's time line, whole milliseconds, half-open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.elan.writer import EafAligned, EafRef, EafTier
from wdmd_tools.errors import UnknownNameError
from wdmd_tools.manifest import Dataset
from wdmd_tools.protocol import Protocol
from wdmd_tools.protocol.patterns import is_pattern

ASSOCIATION_TYPE = "association-lt"
_USUAL_NAMES = {"me": "ME", "state": "State", "au": "AU", "emotion": "Emotion"}
_LINKED = ("au", "emotion")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A span with what it says: ELAN time, whole milliseconds, half-open."""

    start_ms: int
    end_ms: int
    value: str = ""


@dataclass(frozen=True)
class TierNames:
    """What the tiers and values of a dataset are called, so that the same protocol reads them back.

    Args:
        protocol: The dataset's protocol; the built-in one where it stored none that can be read.
    """

    protocol: Protocol

    @classmethod
    def of(cls, dataset: Dataset) -> "TierNames":
        """The names that a dataset was built with."""
        stored = dataset.info.get("protocol") or {}
        try:
            protocol = Protocol.model_validate(stored)
        except ValidationError:
            protocol = Protocol()
        return cls(protocol)

    def tier(self, kind: str, annotator: str, lane: int = 1, subject: str = "") -> str:
        """Name of a tier that the protocol reads as this kind by this annotator, such as ``ME@A1``.

        Args:
            kind: me, state, au, emotion, or the name of a rating.
            annotator: Who annotated.
            lane: 1, or more for what would overlap in one tier: ``ME 2@A1``, which no build reads.
            subject: The person shown, for protocols whose tiers are named after them.
        """
        separator, usual = self.protocol.annotator_separator, _USUAL_NAMES.get(kind, kind)
        if lane > 1:
            free = (f"{usual} {lane}{separator}{annotator}", f"lane {lane}: {usual}, {annotator}")
            return next((n for n in free if self.protocol.meaning_of(n).kind is None), free[0])
        known = self._names_of(kind)
        names = (
            *(f"{name}{separator}{annotator}" for name in known if not is_pattern(name)),
            *(_fill(name, annotator, subject) for name in known if is_pattern(name)),
        )
        for name in names:
            found = self.protocol.meaning_of(name)
            if (found.kind, found.annotator) == (kind, annotator):
                return name
        return next(iter(names), f"{usual}{separator}{annotator}")

    def _names_of(self, kind: str) -> tuple[str, ...]:
        rating = self.protocol.ratings.get(kind)
        return rating.tiers if rating is not None else self.protocol.tiers.get(kind, ())

    def clip_tier(self) -> str:
        """Name of the tier that holds the clips."""
        plain = [name for name in self.protocol.clip_tiers if not is_pattern(name)]
        return next(iter(plain), "Clip")

    def value(self, kind: str, label: str | None) -> str:
        """The text of an annotation that means `label`."""
        if kind == "state" and label:
            values = self.protocol.state_values.get(label, ())
            word = next(iter(values), label)
            return word.capitalize() if word == label else word
        return label or ""


def _fill(pattern: str, annotator: str, subject: str) -> str:
    """A name that fits a pattern of `wdmd_tools.protocol.patterns`."""
    places = {"{annotator}": annotator, "{subject}": subject, "{recording}": "1", "*": ""}
    for place, text in places.items():
        pattern = pattern.replace(place, text)
    return pattern


def recording_ids(dataset: Dataset) -> list[str]:
    """Recordings of a dataset, sorted."""
    return sorted(set(dataset.clips["recording_id"].to_pylist()))


def recording_tiers(
    dataset: Dataset,
    recording_id: str,
    *,
    annotators: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    clips: bool = True,
) -> tuple[EafTier, ...]:
    """All that is annotated in a recording, as tiers for `wdmd_tools.elan.writer`.

    Args:
        dataset: An opened dataset.
        recording_id: One of `recording_ids`.
        annotators: Whose, in this order; by default all, sorted, then the consensus. An annotator of the
            recording who marked nothing has an empty ME tier, since they looked.
        kinds: Which kinds, ``me`` always among them; all when `None`.
        clips: Whether the first tier holds the clips, so that a rebuild cuts the same ones.

    Returns:
        Tiers whose times may be negative where TIME_ORIGIN is positive;
        `wdmd_tools.review.document.make_document` moves the time line then.

    Raises:
        UnknownNameError: There is no such recording.
    """
    rows = recording_clips(dataset, recording_id)
    names = TierNames.of(dataset)
    people = annotators if annotators is not None else recording_annotators(dataset, recording_id)
    subject = str(rows[0]["subject_id"])
    tiers = [clip_tier(names, rows)] if clips else []
    found = recording_segments(dataset, recording_id)
    for annotator in people:
        mine = {kind: spans for (name, kind), spans in found.items() if name == annotator}
        if kinds is not None:
            mine = {kind: spans for kind, spans in mine.items() if kind in {"me", *kinds}}
        mine.setdefault("me", ())
        tiers.extend(annotator_tiers(names, annotator, subject, mine))
    return tuple(tiers)


def recording_clips(dataset: Dataset, recording_id: str) -> list[dict[str, Any]]:
    """Rows of the clips table of one recording, by time.

    Raises:
        UnknownNameError: There is no such recording.
    """
    chosen = dataset.clips.filter(pc.equal(dataset.clips["recording_id"], recording_id))
    rows = chosen.to_pylist()
    if not rows:
        raise UnknownNameError("recording", recording_id, recording_ids(dataset))
    return sorted(rows, key=lambda row: int(row["start_frame"]))


def recording_annotators(dataset: Dataset, recording_id: str) -> list[str]:
    """Everyone who annotated a recording, sorted, then ``consensus`` where there is one."""
    people = {annotator for annotator, _ in recording_segments(dataset, recording_id)}
    people |= set(dataset.info.get("annotators_by_recording", {}).get(recording_id, ()))
    last = [CONSENSUS] if CONSENSUS in people else []
    return [*sorted(people - {CONSENSUS}), *last]


def recording_segments(
    dataset: Dataset, recording_id: str
) -> dict[tuple[str, str], tuple[Labelled, ...]]:
    """(annotator, kind) -> their segments in a recording, each once, by time.

    Values are labels as the table has them.
    """
    pieces: dict[tuple[str, str], list[Labelled]] = {}
    seen: set[tuple[Any, ...]] = set()
    clips = pa.array([row["clip_id"] for row in recording_clips(dataset, recording_id)])
    rows = dataset.segments.filter(pc.is_in(dataset.segments["clip_id"], value_set=clips))
    for row in rows.to_pylist():
        key = (str(row["annotator"]), str(row["kind"]))
        span = Labelled(row["onset_ms"], row["offset_ms"], row["label"] or "")
        # One annotation in several clips has one id and the times it was given.
        whole = (key, row["tier"], row["source_annotation_id"], span)
        if whole in seen:
            continue
        seen.add(whole)
        pieces.setdefault(key, []).append(span)
    result = {}
    for key, spans in sorted(pieces.items()):
        spans.sort(key=lambda span: (span.start_ms, span.end_ms, span.value))
        result[key] = tuple(_join_touching(spans) if key[0] == CONSENSUS else spans)
    return result


def annotator_tiers(
    names: TierNames,
    annotator: str,
    participant: str,
    spans: Mapping[str, Sequence[Labelled]],
) -> list[EafTier]:
    """One annotator's tiers: MEs first, then what refers to them, then the rest.

    Args:
        names: How tiers are called.
        annotator: Whose they are.
        participant: The person shown.
        spans: Kind to segments. Action units and emotions whose times are those of an ME refer to it (a
            Symbolic_Association); where any has times of its own, the whole kind has.
    """
    mes = sorted(spans.get("me", ()), key=lambda span: (span.start_ms, span.end_ms))
    tiers = _lanes(names, "me", annotator, participant, mes)
    first = tiers[0]
    places = {
        (cell.start_ms, cell.end_ms): number
        for number, cell in enumerate(first.annotations)
        if isinstance(cell, EafAligned)
    }
    order = ("me", *_LINKED, "state")
    for kind in sorted(
        set(spans) - {"me"}, key=lambda kind: (order.index(kind) if kind in order else 9, kind)
    ):
        given = spans[kind]
        if kind in _LINKED and all((s.start_ms, s.end_ms) in places for s in given):
            values: dict[int, list[str]] = {}
            for span in given:
                values.setdefault(places[span.start_ms, span.end_ms], []).append(span.value)
            cells = tuple(EafRef(place, "+".join(values[place])) for place in sorted(values))
            name = names.tier(kind, annotator, subject=participant)
            tiers.append(
                EafTier(name, cells, ASSOCIATION_TYPE, participant, annotator, first.tier_id)
            )
        else:
            tiers.extend(_lanes(names, kind, annotator, participant, given))
    return tiers


def clip_tier(names: TierNames, rows: Iterable[Mapping[str, Any]]) -> EafTier:
    """The clips of a recording as a tier; its values are their ids."""
    rows = list(rows)
    cells = tuple(EafAligned(row["start_ms"], row["end_ms"], row["clip_id"]) for row in rows)
    return EafTier(names.clip_tier(), cells, participant=str(rows[0]["subject_id"]))


def _lanes(
    names: TierNames, kind: str, annotator: str, participant: str, spans: Sequence[Labelled]
) -> list[EafTier]:
    """As many tiers as it takes, since ELAN allows no overlap within one; at least one."""
    lanes: list[list[EafAligned]] = [[]]
    for span in sorted(spans, key=lambda span: (span.start_ms, span.end_ms)):
        lane = next((one for one in lanes if not one or one[-1].end_ms <= span.start_ms), None)
        if lane is None:
            lane = []
            lanes.append(lane)
        lane.append(EafAligned(span.start_ms, span.end_ms, names.value(kind, span.value)))
    return [
        EafTier(
            names.tier(kind, annotator, number, participant),
            tuple(lane),
            participant=participant,
            annotator=annotator,
        )
        for number, lane in enumerate(lanes, start=1)
    ]


def _join_touching(spans: Sequence[Labelled]) -> list[Labelled]:
    """Pieces of one label that touch, into one; `spans` are sorted by time."""
    open_at: dict[tuple[int, str], int] = {}
    joined: list[Labelled] = []
    for span in spans:
        place = open_at.pop((span.start_ms, span.value), None)
        if place is None:
            place = len(joined)
            joined.append(span)
        else:
            joined[place] = Labelled(joined[place].start_ms, span.end_ms, span.value)
        open_at[span.end_ms, span.value] = place
    return joined
