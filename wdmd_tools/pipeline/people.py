"""Several people annotated in one film: what was said of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wdmd_tools.annotations import Problem
from wdmd_tools.clips import slug
from wdmd_tools.protocol import Event


@dataclass(frozen=True)
class Person:
    """What was annotated of one person in one film.

    Args:
        name: PARTICIPANT.
        annotators: Who looked at this person, sorted.
        events: Theirs, and the clips that name nobody.
    """

    name: str
    annotators: tuple[str, ...]
    events: tuple[Event, ...]


def by_person(
    people: Sequence[str],
    judged: Sequence[tuple[str, str]],
    events: Sequence[Event],
    problems: list[Problem],
) -> list[Person]:
    """Deal the events of a film out to the people in it.

    A clip without a participant is everybody's. Another event without one is that of the only person
    whom its annotator looked at; where those are several it is not used, E_WHOSE, told once per tier.

    Args:
        people: At least two.
        judged: Annotator and person of each ME tier, also of empty ones; the person may be empty.
        events: All of the film.
        problems: Findings are appended here.
    """
    looked: dict[str, list[str]] = {}
    for annotator, person in judged:
        if person:
            looked.setdefault(annotator, []).append(person)
    mine: dict[str, list[Event]] = {person: [] for person in people}
    told = set()
    for event in events:
        if event.participant in mine:
            mine[event.participant].append(event)
            continue
        if event.participant:
            continue  # somebody without an ME tier, for example an interviewer's State
        if event.kind == "clip":
            for person in people:
                mine[person].append(replace(event, participant=person))
            continue
        owners = sorted(set(looked.get(event.annotator, ())))
        if len(owners) == 1:
            mine[owners[0]].append(replace(event, participant=owners[0]))
        elif (event.file, event.tier) not in told:
            told.add((event.file, event.tier))
            problems.append(_whose(event, people))
    return [
        Person(
            person,
            tuple(sorted(name for name, persons in looked.items() if person in persons)),
            tuple(mine[person]),
        )
        for person in people
    ]


def person_ids(recording_id: str, people: Sequence[str]) -> dict[str, str]:
    """``<film>.<participant>`` for each person, different also where names only differ in case.

    Args:
        recording_id: Of the film.
        people: Names.
    """
    return {person: f"{recording_id}.{slug(person, 40)}" for person in people}


def _whose(event: Event, people: Sequence[str]) -> Problem:
    return Problem(
        "E_WHOSE",
        f"the film shows {', '.join(people)} and this tier names no PARTICIPANT; it is not used",
        "set the participant of the tier in ELAN",
        event.file,
        event.tier,
        line=event.line,
    )
