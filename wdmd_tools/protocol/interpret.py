"""What a document says under a protocol: events by annotators, and what is wrong with them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from wdmd_tools.annotations import Annotation, AnnotationDocument, Problem, Tier
from wdmd_tools.intervals import Interval
from wdmd_tools.names import alike
from wdmd_tools.protocol.findings import nobody_named, state_of_another, two_annotators
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
        apex_ms: When the movement is largest, on ELAN's time line, where it is known.
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
    apex_ms: int | None = None

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
        if not by_ms:
            return self
        apex_ms = None if self.apex_ms is None else self.apex_ms + by_ms
        return replace(self, interval=self.interval.shift(by_ms), apex_ms=apex_ms)


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a document says under a protocol.

    Args:
        events: Sorted by kind of tier and time.
        annotators: Who annotated MEs here, even if none were found.
        problems: Findings of reading and of interpreting.
        people: The persons that ME tiers name, even where those tiers are empty, in the order of the file.
        others: The same for all other tiers.
        judged: Annotator and person of each ME tier, the person empty where none is named.
    """

    events: tuple[Event, ...]
    annotators: tuple[str, ...]
    problems: tuple[Problem, ...]
    people: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    judged: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FileNames:
    """What the name of a file and its AUTHOR tell; empty where they tell nothing.

    Args:
        annotator: From the name.
        subject: From the name.
        author: AUTHOR of the document.
        fallback: Name for an annotator of whom nothing tells; empty: tiers of such a one are not used.
    """

    annotator: str = ""
    subject: str = ""
    author: str = ""
    fallback: str = ""


def interpret(
    document: AnnotationDocument, protocol: Protocol, default: str | FileNames
) -> Interpretation:
    """Give the tiers of a document their meaning.

    Args:
        document: As read.
        protocol: Names of tiers and values.
        default: What the file's name tells, or just the annotator it tells.

    Returns:
        Events, annotators and problems; an annotation that cannot be used is in `problems`.
    """
    names = FileNames(annotator=default) if isinstance(default, str) else default
    events: list[Event] = []
    problems = list(document.problems)
    annotators: dict[str, None] = {}
    judged: dict[tuple[str, str], None] = {}
    state_tiers: dict[str, Tier] = {}
    named: dict[bool, dict[str, None]] = {True: {}, False: {}}
    nameless: Tier | None = None
    tiers_of: dict[tuple[str, str, str], str] = {}
    for tier in document.tiers:
        meaning = protocol.meaning_of(tier.tier_id)
        kind = meaning.kind
        if kind is None:
            continue
        sources = {
            "tier": meaning.annotator,
            "attribute": tier.annotator,
            "file": names.annotator,
            "author": names.author or document.author,
        }
        annotator = _first(sources, protocol.annotator_from)
        if not annotator and "file" in protocol.annotator_from:
            annotator = names.fallback
            nameless = nameless or (tier if annotator and kind != "clip" else None)
        if not annotator and kind != "clip":
            problems.append(_no_annotator(document, tier, protocol))
            continue
        if kind in ("me", "state") and _contradict(meaning.annotator, tier.annotator, protocol):
            problems.append(two_annotators(document, tier, meaning.annotator, annotator))
        people = {"tier": meaning.subject, "attribute": tier.participant, "file": names.subject}
        subject = _first(people, protocol.subject_from)
        if subject:
            named[kind == "me"][subject] = None
        first = tiers_of.setdefault((kind, annotator, subject), tier.tier_id)
        if first != tier.tier_id and kind in ("me", "state"):
            problems.append(_taken_together(document, tier, kind, annotator, first))
        if kind == "me":
            annotators[annotator] = None
            judged[annotator, subject] = None
        elif kind == "state":
            state_tiers.setdefault(annotator, tier)
        found = [
            _event(document, tier, item, kind, annotator, subject) for item in tier.annotations
        ]
        found = list(_known_labels(found, protocol, problems))
        if kind in ("me", "state", "clip"):
            found = list(_without_overlaps(found, problems))
        found = list(_of_allowed_length(found, protocol, problems))
        problems.extend(
            _interpolated(document, tier, item) for item in tier.annotations if item.interpolated
        )
        events.extend(found)
    if not annotators:
        problems.append(_no_me_tier(document, protocol))
    if nameless is not None:
        problems.append(nobody_named(document, nameless, names.fallback, protocol))
    problems.extend(
        state_of_another(document, tier, annotator, tuple(annotators))
        for annotator, tier in state_tiers.items()
        if annotators and annotator not in annotators
    )
    people_named, others = tuple(named[True]), tuple(named[False])
    return Interpretation(
        tuple(events), tuple(annotators), tuple(problems), people_named, others, tuple(judged)
    )


def _contradict(in_name: str, attribute: str, protocol: Protocol) -> bool:
    """Whether the name of a tier and its ANNOTATOR tell of two people, where both are listened to."""
    both = {"tier", "attribute"} <= set(protocol.annotator_from)
    return both and bool(in_name and attribute.strip()) and alike(in_name) != alike(attribute)


def _first(told: Mapping[str, str], order: Iterable[str]) -> str:
    return next((told[source].strip() for source in order if told[source].strip()), "")


def _event(
    document: AnnotationDocument,
    tier: Tier,
    item: Annotation,
    kind: str,
    annotator: str,
    subject: str,
) -> Event:
    return Event(
        kind=kind,
        annotator=annotator,
        interval=item.interval,
        label=item.value.strip(),
        participant=subject,
        file=str(document.path),
        tier=tier.tier_id,
        annotation_id=item.annotation_id,
        line=item.line,
    )


def _known_labels(
    events: list[Event], protocol: Protocol, problems: list[Problem]
) -> Iterator[Event]:
    """The events with canonical labels; those whose label is not allowed are problems."""
    for event in events:
        if event.kind == "state":
            state = protocol.state_of(event.label)
            if state is None:
                problems.append(_unknown_state(event, protocol))
            else:
                yield replace(event, label=state)
            continue
        label = protocol.label_of(event.kind, event.label)
        refused = protocol.refused(event.kind, label)
        if refused:
            problems.append(_unknown_value(event, refused, protocol))
        else:
            yield replace(event, label=label)


def _unknown_state(event: Event, protocol: Protocol) -> Problem:
    known = ", ".join(value for values in protocol.state_values.values() for value in values)
    return event.problem(
        "E_UNKNOWN_STATE",
        f"the state {event.label!r} is not one of: {known}",
        "correct it in ELAN, or add the value to state_values in protocol.yaml",
    )


def _unknown_value(event: Event, refused: list[str], protocol: Protocol) -> Problem:
    rating = protocol.ratings.get(event.kind)
    values = rating.values if rating is not None else protocol.allowed[event.kind]
    where = f"ratings.{event.kind}.values" if rating is not None else f"allowed.{event.kind}"
    what = ", ".join(repr(part) for part in refused)
    return event.problem(
        "E_UNKNOWN_VALUE",
        f"the {event.kind} {what} is not one of: {', '.join(values)}"
        if values
        else f"the {event.kind} {what} is not a number",
        f"correct it in ELAN, or change {where} in protocol.yaml",
    )


def _of_allowed_length(
    events: list[Event], protocol: Protocol, problems: list[Problem]
) -> Iterator[Event]:
    for event in events:
        rule, length = protocol.durations.get(event.kind), event.interval.duration_ms
        if rule is not None and length < rule.min_ms:
            problem = _wrong_length(event, rule.reject, short=True, limit=rule.min_ms)
        elif rule is not None and rule.max_ms is not None and length > rule.max_ms:
            problem = _wrong_length(event, rule.reject, short=False, limit=rule.max_ms)
        else:
            yield event
            continue
        problems.append(problem)
        if not problem.is_error:
            yield event


def _wrong_length(event: Event, reject: bool, *, short: bool, limit: int) -> Problem:
    if short:
        code, least = ("E_TOO_SHORT" if reject else "W_TOO_SHORT"), "at least"
    else:
        code, least = ("E_TOO_LONG" if reject else "W_TOO_LONG"), "at most"
    return event.problem(
        code,
        f"it lasts {event.interval.duration_ms} ms, the protocol has {least} {limit} ms "
        f"for {event.kind} ({'left out' if reject else 'kept'})",
        f"correct its boundaries in ELAN, or change durations.{event.kind} in protocol.yaml",
    )


def _no_annotator(document: AnnotationDocument, tier: Tier, protocol: Protocol) -> Problem:
    return Problem(
        "E_NO_ANNOTATOR",
        f"nothing tells who annotated it (looked at: {', '.join(protocol.annotator_from)})",
        "set ANNOTATOR of the tier in ELAN, or add a source to annotator_from in protocol.yaml",
        str(document.path),
        tier.tier_id,
        line=tier.line,
    )


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


def _taken_together(
    document: AnnotationDocument, tier: Tier, kind: str, annotator: str, first: str
) -> Problem:
    return Problem(
        "W_TIERS_TOGETHER",
        f"tier {first!r} is read as {kind} of {annotator!r} too; the two are taken together",
        "if they are of two annotators, say so in the tier names, or change annotator_from in "
        "protocol.yaml",
        str(document.path),
        tier.tier_id,
        line=tier.line,
    )


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
