"""Rows of the list of clips, as its script reads them: compact, since there may be ten thousand."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from benchmarks.report.clips.model import KINDS, STATES, ClipCase


@dataclass(frozen=True, slots=True)
class ClipRow:
    """One clip; the order of fields is the order in the page.

    Args:
        clip_id: Its id.
        href: Link to its place on a page.
        recording: The film.
        subject: The person.
        split: train, val, test or empty.
        state: Of the clip.
        seconds: Length.
        me: Reference MEs.
        events: Four numbers an event: model, kind and state (their places in the page's lists) and
            milliseconds.
    """

    clip_id: str
    href: str
    recording: str
    subject: str
    split: str
    state: str
    seconds: float
    me: int
    events: tuple[int, ...]


def clip_row(case: ClipCase, page: str, models: Sequence[str]) -> ClipRow:
    """A clip's row.

    Args:
        case: The clip.
        page: File name of its page in ``recordings``.
        models: All models of the table, in order.
    """
    events: list[int] = []
    for lane in case.lanes:
        model = models.index(lane.model)
        for spotted in lane.spotted:
            events += [model, KINDS.index(spotted.kind), STATES.index(spotted.state), spotted.ms]
        for reference, fate in zip(case.references, lane.fates, strict=True):
            if fate != "hit":
                state = STATES.index(reference.state)
                events += [model, KINDS.index(fate), state, reference.ms]
    return ClipRow(
        case.clip_id,
        f"recordings/{page}#{case.anchor}",
        case.recording_id,
        case.subject_id,
        case.split,
        case.state,
        round(case.seconds, 2),
        len(case.references),
        tuple(events),
    )


def entries(
    rows: Sequence[ClipRow], models: Sequence[str], displays: Sequence[str]
) -> dict[str, Any]:
    """The data of the page: lists of names, then rows without names.

    Args:
        rows: All clips.
        models: Names, in order.
        displays: As shown, in the same order.
    """
    return {
        "models": list(models),
        "displays": list(displays),
        "kinds": list(KINDS),
        "states": list(STATES),
        "fields": [field.name for field in fields(ClipRow)],
        "rows": [astuple(row) for row in rows],
    }
