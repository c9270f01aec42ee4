"""Labels of the micro-expressions (MEs) that two annotators both saw: action units, and emotions.

Action units are compared by the field's formula (CASME II, SAMM): 2 x agreed / total, where an ME that
one codes 4+7 and the other 4+9 has one agreed of four: 2 x 1 / 4 = 0.5. Sums run over all matched MEs of
which at least one annotator coded a unit.
Emotions are one per ME: raw agreement, and Cohen's kappa, of matched MEs that both named.
An action unit or emotion belongs to its annotator's ME that it overlaps most.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wdmd_tools.agreement.kappa import Kappa, compare
from wdmd_tools.agreement.overlap import match_by_overlap
from wdmd_tools.intervals import Interval

Labels = Mapping[int, Sequence[tuple[Interval, str]]]
"""Clip to labelled spans of one annotator."""

_SEPARATORS = re.compile(r"[+,;/\s]+")


@dataclass(frozen=True, slots=True)
class ActionUnits:
    """Agreement on action units.

    Args:
        agreement: 2 x agreed / total, in [0, 1]; `None` when nothing was coded.
        agreed: Units that both gave the same ME.
        total: Units that the first gave plus those that the second gave.
        mes: Matched MEs with a unit of at least one of the two.
        reason: Why it is undefined, else empty.
    """

    agreement: float | None
    agreed: int
    total: int
    mes: int
    reason: str = ""


def action_units(text: str) -> frozenset[str]:
    """The units of a label, in any habit of writing.

    Example:
        >>> sorted(action_units("AU4+au 7, L12"))
        ['4', '7', 'L12']
    """
    parts = _SEPARATORS.split(text.strip().upper())
    return frozenset(bare for part in parts if (bare := part.removeprefix("AU").lstrip("0")))


def on_mes(mes: Sequence[Interval], labels: Sequence[tuple[Interval, str]]) -> list[list[str]]:
    """Deal an annotator's labels in a clip out to their MEs; what overlaps none is left out."""
    given: list[list[str]] = [[] for _ in mes]
    for span, text in labels:
        shared = [0 if (part := span & me) is None else part.duration_ms for me in mes]
        if shared and max(shared) > 0:
            given[int(np.argmax(shared))].append(text)
    return given


def compare_action_units(
    first: Mapping[int, Sequence[Interval]],
    second: Mapping[int, Sequence[Interval]],
    first_labels: Labels,
    second_labels: Labels,
    clips: set[int],
) -> ActionUnits:
    """2 x agreed / total over the matched MEs of two annotators.

    Args:
        first: Clip to MEs.
        second: The other's.
        first_labels: Clip to the first's action units.
        second_labels: The other's.
        clips: Clips that both annotated.
    """
    agreed = total = mes = 0
    for one, other in _matched(first, second, first_labels, second_labels, clips):
        a = frozenset[str]().union(*map(action_units, one))
        b = frozenset[str]().union(*map(action_units, other))
        agreed, total, mes = agreed + len(a & b), total + len(a) + len(b), mes + bool(a or b)
    if not total:
        return ActionUnits(None, 0, 0, 0, "no matched ME has an action unit")
    return ActionUnits(2 * agreed / total, agreed, total, mes)


def compare_emotions(
    first: Mapping[int, Sequence[Interval]],
    second: Mapping[int, Sequence[Interval]],
    first_labels: Labels,
    second_labels: Labels,
    clips: set[int],
) -> Kappa:
    """Raw agreement and kappa of the emotions of matched MEs; arguments as `compare_action_units`."""
    pairs = [
        (one[0].strip().casefold(), other[0].strip().casefold())
        for one, other in _matched(first, second, first_labels, second_labels, clips)
        if one and other
    ]
    values = tuple(sorted({name for pair in pairs for name in pair}))
    codes = np.array([[values.index(a), values.index(b)] for a, b in pairs], dtype=np.int8)
    codes = codes.reshape(-1, 2)
    return compare(codes[:, 0], codes[:, 1], values, "matched ME")


def _matched(
    first: Mapping[int, Sequence[Interval]],
    second: Mapping[int, Sequence[Interval]],
    first_labels: Labels,
    second_labels: Labels,
    clips: set[int],
) -> list[tuple[list[str], list[str]]]:
    result = []
    for clip in sorted(clips & first.keys() & second.keys()):
        one = on_mes(first[clip], first_labels.get(clip, ()))
        other = on_mes(second[clip], second_labels.get(clip, ()))
        pairs = match_by_overlap(first[clip], second[clip])
        result += [(one[pair.first], other[pair.second]) for pair in pairs]
    return result
