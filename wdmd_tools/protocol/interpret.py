"""What a document says under a protocol: events by annotators, and what is wrong with them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wdmd_tools.annotations import Annotation, AnnotationDocument, Problem, Tier
from wdmd_tools.intervals import Interval
from wdmd_tools.protocol.model import Protocol


@dataclass(frozen=True, slots=True)
class Event:
    """A labelled span by one annotator.

    Args:
        kind: One of `KINDS`, the name of a rating, or ``"clip"``.
        annotator: Who annotated it.
        interval: On ELAN's time line.
        label: The value; for a state one of `STATES`.
        participant: The person shown; may be empty.
        file: The ELAN file, as the user named it.
        tier: The tier.
        annotation_id: The annotation.
        line: Its line in the file.
    """

    kind: str
    annotator: str
    interval: Interval
    label: str
    participant: str
    file: str
    tier: str
    annotation_id: str
    line: int

    def problem(self, code: str, message: str, fix: str) -> Problem:
        """A finding about this event."""
        return Problem(
            code,
            message,
            fix,
            self.file,
            self.tier,
            self.annotation_id,
            self.line,
            self.interval.start_ms,
        )

    def shift(self, by_ms: int) -> "Event":
        """The same event, `by_ms` later."""
        return replace(self, interval=self.interval.shift(by_ms)) if by_ms else self


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a document says under a protocol.

    Args:
        events: Sorted by kind of tier and time.
        annotators: Who annotated MEs here, even if none were found.
        problems: Findings of reading and of interpreting.
    """

    events: tuple[Event, ...]
    annotators: tuple[str, ...]
    problems: tuple[Problem, ...]


def interpret(document: AnnotationDocument, protocol: Protocol, default: str) -> Interpretation:
    """Give the tiers of a document their meaning.

    Args:
        document: As read.
        protocol: Names of tiers and values.
        default: Annotator of tiers that name none.

    Returns:
        Events, annotators and problems; an annotation that cannot be used is in `problems`.
    """
    events: list[Event] = []
    problems = list(document.problems)
    annotators: dict[str, None] = {}
    for tier in document.tiers:
        kind, suffix = protocol.kind_of(tier.tier_id)
        if kind is None:
            continue
        annotator = suffix or tier.annotator or default
        if kind == "me":
            annotators[annotator] = None
        found = [_event(document, tier, item, kind, annotator) for item in tier.annotations]
        if kind == "state":
            found = list(_states(found, protocol, problems))
        if kind in ("me", "state", "clip"):
            found = list(_without_overlaps(found, problems))
        problems.extend(
            _interpolated(document, tier, item) for item in tier.annotations if item.interpolated
        )
        events.extend(found)
    if not annotators:
        problems.append(_no_me_tier(document, protocol))
    return Interpretation(tuple(events), tuple(annotators), tuple(problems))


def _event(
    document: AnnotationDocument, tier: Tier, item: Annotation, kind: str, annotator: str
) -> Event:
    return Event(
        kind=kind,
        annotator=annotator,
        interval=item.interval,
        label=item.value.strip(),
        participant=tier.participant,
        file=str(document.path),
        tier=tier.tier_id,
        annotation_id=item.annotation_id,
        line=item.line,
    )


def _states(events: list[Event], protocol: Protocol, problems: list[Problem]) -> Iterator[Event]:
    known = ", ".join(value for values in protocol.state_values.values() for value in values)
    for event in events:
        state = protocol.state_of(event.label)
        if state is None:
            problems.append(
                event.problem(
                    "E_UNKNOWN_STATE",
                    f"the state {event.label!r} is not one of: {known}",
                    "correct it in ELAN, or add the value to state_values in protocol.yaml",
                )
            )
        else:
            yield replace(event, label=state)


def _without_overlaps(events: list[Event], problems: list[Problem]) -> Iterator[Event]:
    """The first of two overlapping annotations of one tier; ELAN cannot make such a pair."""
    last: Event | None = None
    for event in events:
        if last is not None and last.interval.overlaps(event.interval):
            problems.append(
                event.problem(
                    "E_OVERLAP",
                    f"it overlaps {last.annotation_id} on the same tier",
                    "make the two apart in ELAN; the earlier one is used",
                )
            )
            continue
        last = event
        yield event


def _interpolated(document: AnnotationDocument, tier: Tier, item: Annotation) -> Problem:
    return Problem(
        "W_INTERPOLATED",
        "a boundary has no time of its own and was placed evenly between its neighbours",
        "align the annotation in ELAN if its time matters",
        str(document.path),
        tier.tier_id,
        item.annotation_id,
        item.line,
        item.interval.start_ms,
    )


def _no_me_tier(document: AnnotationDocument, protocol: Protocol) -> Problem:
    names = ", ".join(tier.tier_id for tier in document.tiers) or "no tier"
    wanted = " or ".join(repr(name) for name in protocol.tiers["me"])
    return Problem(
        "E_NO_ME_TIER",
        f"no tier {wanted} (there: {names})",
        "rename the tier, or say which one it is with --protocol protocol.yaml",
        str(document.path),
    )
