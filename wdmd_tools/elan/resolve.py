"""Give every annotation its times: slots without a time, references of any depth.

    slots of a tier      ts1=1000   ts2=None   ts3=None   ts4=4000
    as ELAN shows them       1000       2000       3000       4000

A slot without TIME_VALUE takes its place by even interpolation between the nearest slots with a time in
the chain of annotations it belongs to, as ELAN proposes (TimeOrderImpl.proposeTimeFor). An annotation that
refers to another has that one's times; children ordered by PREVIOUS_ANNOTATION share them in equal parts.
"""

import itertools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A raw annotation with slots of its own."""

    annotation_id: str
    start_slot: str
    end_slot: str
    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A raw annotation that refers to another; `previous` orders the children of one parent."""

    annotation_id: str
    parent_id: str
    value: str
    previous: str | None


def interpolate_slots(
    slots: Mapping[str, int | None], tiers: Mapping[str, list[Aligned]]
) -> tuple[dict[str, int], set[str]]:
    """Times of all slots.

    Args:
        slots: Time of each slot in ms, or `None`, in the order of the file.
        tiers: The aligned annotations of each tier.

    Returns:
        The times, and the slots whose time was interpolated. A slot with no timed neighbour on one of its
        sides is in neither.
    """
    times = {slot: time for slot, time in slots.items() if time is not None}
    placed: set[str] = set()
    for annotations in tiers.values():
        for chain in _chains(annotations):
            _fill(chain, slots, times, placed)
    return times, placed


def _chains(annotations: list[Aligned]) -> list[list[str]]:
    """Runs of slots, each the end of one annotation and the start of the next."""
    follows = {item.start_slot: item.end_slot for item in annotations}
    ends = set(follows.values())
    chains = []
    for start in follows:
        if start in ends:
            continue
        chain, seen = [start], {start}
        while chain[-1] in follows and follows[chain[-1]] not in seen:
            chain.append(follows[chain[-1]])
            seen.add(chain[-1])
        chains.append(chain)
    return chains


def _fill(
    chain: list[str],
    slots: Mapping[str, int | None],
    times: dict[str, int],
    placed: set[str],
) -> None:
    known = [index for index, slot in enumerate(chain) if slots.get(slot) is not None]
    for left, right in itertools.pairwise(known):
        first, last = times[chain[left]], times[chain[right]]
        for index in range(left + 1, right):
            share = (index - left) / (right - left)
            times[chain[index]] = round(first + share * (last - first))
            placed.add(chain[index])


def resolve_references(
    references: list[Reference], spans: Mapping[str, Span]
) -> tuple[dict[str, Span], dict[str, str]]:
    """Times of annotations that refer to others.

    Args:
        references: All of the document.
        spans: Times of the aligned annotations by id.

    Returns:
        The times by id, and for each one that has none the reason.
    """
    by_id = {reference.annotation_id: reference for reference in references}
    children: dict[tuple[str, str], list[Reference]] = defaultdict(list)
    for reference in references:
        children[_group(reference, by_id)].append(reference)
    done: dict[str, Span] = {}
    failed: dict[str, str] = {}
    for reference in references:
        _resolve(reference, by_id, children, spans, done, failed)
    return done, failed


def _group(reference: Reference, by_id: Mapping[str, Reference]) -> tuple[str, str]:
    """The parent and the head of the chain of siblings; an own group for each independent child."""
    head, seen = reference, {reference.annotation_id}
    while head.previous in by_id and head.previous not in seen:
        head = by_id[str(head.previous)]
        seen.add(head.annotation_id)
    return reference.parent_id, head.annotation_id


def _resolve(
    reference: Reference,
    by_id: Mapping[str, Reference],
    children: Mapping[tuple[str, str], list[Reference]],
    spans: Mapping[str, Span],
    done: dict[str, Span],
    failed: dict[str, str],
) -> None:
    """Walk up to an ancestor with times, then down again: no recursion, since depth is user data."""
    path, seen = [reference], {reference.annotation_id}
    while path[-1].parent_id in by_id and path[-1].parent_id not in done:
        parent = by_id[path[-1].parent_id]
        if parent.annotation_id in seen:
            failed[reference.annotation_id] = "it refers to itself in a circle"
            return
        seen.add(parent.annotation_id)
        path.append(parent)
    for item in reversed(path):
        span = done.get(item.parent_id) or spans.get(item.parent_id)
        if span is None:
            failed[item.annotation_id] = f"its parent {item.parent_id!r} is missing or has no times"
            continue
        siblings = _in_order(children[_group(item, by_id)])
        index = next(i for i, s in enumerate(siblings) if s.annotation_id == item.annotation_id)
        length = span[1] - span[0]
        done[item.annotation_id] = (
            span[0] + length * index // len(siblings),
            span[0] + length * (index + 1) // len(siblings),
        )


def _in_order(siblings: list[Reference]) -> list[Reference]:
    after = {item.previous: item for item in siblings if item.previous is not None}
    if len(after) != len(siblings) - 1:
        return siblings
    ids = {item.annotation_id for item in siblings}
    head = next((s for s in siblings if s.previous is None or s.previous not in ids), None)
    ordered: list[Reference] = []
    while head is not None and len(ordered) < len(siblings):
        ordered.append(head)
        head = after.get(head.annotation_id)
    return ordered if len(ordered) == len(siblings) else siblings
