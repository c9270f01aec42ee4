"""Which tier means what: the annotation protocol of a lab, as data.

    film.eaf      ME@A1  State@A1  AU@A1  ME@A2 ...    one file, tiers by annotator
    film.A1.eaf   ME     State     AU                  one file per annotator

Both habits are read by the built-in protocol. Who annotated a tier is told, first to last, by the suffix
after ``@``, the tier's ANNOTATOR attribute, and the name of the file. PARTICIPANT names the person shown.

A lab with other names writes them into ``protocol.yaml``::

    tiers:
      me: [MicroExpr, ME]
      state: [Sprecher]
    state_values:
      speaking: [spricht]
      listening: ["hört zu"]
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wdmd_tools.annotations import STATES, Annotation, AnnotationDocument, Problem, Tier
from wdmd_tools.errors import ConfigError, describe_os_error
from wdmd_tools.intervals import Interval

KINDS = ("me", "state", "au", "emotion")
"""Kinds of events, in the order of the tables."""


class Protocol(BaseModel):
    """Names of tiers and values.

    Args:
        tiers: For each kind of event the tier names that hold it, without annotator, case-insensitive.
        clip_tiers: Tiers whose annotations are the clips to cut.
        annotator_separator: Stands between tier name and annotator.
        state_values: For each state the values that mean it, case-insensitive.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tiers: Mapping[str, tuple[str, ...]] = Field(
        default_factory=lambda: {
            "me": ("ME",),
            "state": ("State",),
            "au": ("AU",),
            "emotion": ("Emotion",),
        }
    )
    clip_tiers: tuple[str, ...] = ("Clip",)
    annotator_separator: str = Field(default="@", min_length=1)
    state_values: Mapping[str, tuple[str, ...]] = Field(
        default_factory=lambda: {state: (state,) for state in STATES}
    )

    def model_post_init(self, _context: Any) -> None:
        """Refuse kinds and states that the tables do not know."""
        _refuse_unknown("tiers", self.tiers, KINDS)
        _refuse_unknown("state_values", self.state_values, STATES)
        if not self.tiers.get("me"):
            raise ValueError("tiers.me: expected at least one tier name")

    def kind_of(self, tier_id: str) -> tuple[str | None, str]:
        """Kind of event on a tier (``"clip"`` for clips, `None` for others) and annotator suffix.

        Example:
            >>> Protocol().kind_of("ME@A1")
            ('me', 'A1')
        """
        name, _, annotator = tier_id.partition(self.annotator_separator)
        wanted = name.strip().casefold()
        for kind, names in (("clip", self.clip_tiers), *self.tiers.items()):
            if wanted in {candidate.casefold() for candidate in names}:
                return kind, annotator.strip()
        return None, ""

    def state_of(self, value: str) -> str | None:
        """The state that a value means, or `None`."""
        wanted = value.strip().casefold()
        for state, values in self.state_values.items():
            if wanted in {candidate.casefold() for candidate in values}:
                return state
        return None


def _refuse_unknown(key: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"{key}: unknown key {', '.join(unknown)}; known: {', '.join(known)}")


def load_protocol(path: Path | None) -> Protocol:
    """Read ``protocol.yaml``; the built-in protocol when `None`.

    Args:
        path: A YAML file with any of the fields of `Protocol`. Kinds that ``tiers`` leaves out keep
            their usual names.

    Raises:
        ConfigError: It cannot be read, or a key or value is wrong.
    """
    if path is None:
        return Protocol()
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ConfigError(describe_os_error(error, path)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        raise ConfigError(f"{path}: expected keys and values, such as `tiers:`")
    default = Protocol()
    for key, base in (("tiers", default.tiers), ("state_values", default.state_values)):
        if isinstance(given.get(key), dict):
            given[key] = {**base, **given[key]}
    try:
        return Protocol.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "protocol"
        message = "no such key" if first["type"] == "extra_forbidden" else first["msg"]
        raise ConfigError(f"{path}: {where}: {message}") from None


@dataclass(frozen=True, slots=True)
class Event:
    """A labelled span by one annotator.

    Args:
        kind: One of `KINDS`, or ``"clip"``.
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
