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
    shares = _shares(references, by_id)
    done: dict[str, Span] = {}
    failed: dict[str, str] = {}
    for reference in references:
        _resolve(reference, by_id, shares, spans, done, failed)
    return done, failed


def _shares(
    references: list[Reference], by_id: Mapping[str, Reference]
) -> dict[str, tuple[int, int]]:
    """For each reference its place in its chain of siblings, and the length of the chain.

    One that is missing stands alone.

    Every sibling is looked at a fixed number of times: a file may hold 100,000 in one chain.
    """
    if not any(reference.previous for reference in references):
        return {}
    heads: dict[str, str] = {}
    for reference in references:
        trail, head = [reference.annotation_id], reference
        seen = {reference.annotation_id}
        while head.annotation_id not in heads and head.previous in by_id:
            if head.previous in seen:
                break
            head = by_id[str(head.previous)]
            trail.append(head.annotation_id)
            seen.add(head.annotation_id)
        top = heads.get(head.annotation_id, head.annotation_id)
        heads.update(dict.fromkeys(trail, top))
    groups: dict[tuple[str, str], list[Reference]] = defaultdict(list)
    for reference in references:
        groups[reference.parent_id, heads[reference.annotation_id]].append(reference)
    return {
        item.annotation_id: (index, len(group))
        for group in groups.values()
        for index, item in enumerate(_in_order(group))
    }


def _resolve(
    reference: Reference,
    by_id: Mapping[str, Reference],
    shares: Mapping[str, tuple[int, int]],
    spans: Mapping[str, Span],
    done: dict[str, Span],
    failed: dict[str, str],
) -> None:
    """Walk up to an ancestor with times, then down again: no recursion, since depth is user data."""
    if reference.annotation_id in done or reference.annotation_id in failed:
        return
    path, seen = [reference], {reference.annotation_id}
    while (parent_id := path[-1].parent_id) in by_id:
        if parent_id in done or parent_id in failed:
            break
        if parent_id in seen:
            failed.update((item.annotation_id, "it refers to itself in a circle") for item in path)
            return
        seen.add(parent_id)
        path.append(by_id[parent_id])
    for item in reversed(path):
        span = done.get(item.parent_id) or spans.get(item.parent_id)
        if span is None:
            failed[item.annotation_id] = f"its parent {item.parent_id!r} is missing or has no times"
            continue
        index, count = shares.get(item.annotation_id, (0, 1))
        length = span[1] - span[0]
        done[item.annotation_id] = (
            span[0] + length * index // count,
            span[0] + length * (index + 1) // count,
        )


def _in_order(siblings: list[Reference]) -> list[Reference]:
    if len(siblings) == 1:
        return siblings
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
