"""Patterns of tier and file names: plain text with places for the annotator and the subject.

    pattern                    name                annotator   subject
    ``ME@{annotator}``         ``ME@Anna``         Anna
    ``{subject}-ME-{annotator}``  ``P01-ME-Anna``  Anna        P01
    ``ME (*)``                 ``ME (second try)``

``{annotator}``, ``{subject}`` and ``{recording}`` stand for one or more characters, ``*`` for any number.
Everything else stands for itself, in upper or lower case. There are no regular expressions: matching goes
once through the name, so no pattern and no name can make it slow.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

PLACES = ("annotator", "subject", "recording")
_PARTS = re.compile(r"(\{[^{}]*\}|\*)")


def is_pattern(text: str) -> bool:
    """Whether a name has a place to fill."""
    return _PARTS.search(text) is not None


@lru_cache(maxsize=512)
def parse(pattern: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Literals and the places between them; there is one literal more than places.

    Raises:
        ValueError: An unknown or repeated place, or two places with nothing between them.
    """
    parts = _PARTS.split(unicodedata.normalize("NFC", pattern))
    literals, places = tuple(parts[::2]), tuple(part.strip("{}") for part in parts[1::2])
    named = [place for place in places if place != "*"]
    for place in named:
        if place not in PLACES:
            known = ", ".join(f"{{{name}}}" for name in PLACES)
            raise ValueError(f"{pattern!r}: unknown place {{{place}}}; known: {known}")
    if len(set(named)) != len(named):
        raise ValueError(f"{pattern!r}: a place stands twice")
    if any(not literal for literal in literals[1:-1]):
        raise ValueError(f"{pattern!r}: two places with nothing between them")
    return tuple(fold(literal) for literal in literals), places


def fold(text: str) -> str:
    """Lower case that keeps every character's place; composed and decomposed accents are one."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(c if len(c.casefold()) != 1 else c.casefold() for c in composed)


def match(pattern: str, name: str) -> Mapping[str, str] | None:
    """What a name says in the places of a pattern.

    Args:
        pattern: See the module.
        name: A tier's or a file's name.

    Returns:
        The text in each named place, or `None` if the name does not fit. Each place takes as little as
        it can, the last one the rest.

    Example:
        >>> match("{subject}-ME-{annotator}", "P01-me-Anna")
        {'subject': 'P01', 'annotator': 'Anna'}
    """
    literals, places = parse(pattern)
    name = unicodedata.normalize("NFC", name).strip()
    folded = fold(name)
    if not places:
        return {} if folded == literals[0].strip() else None
    if not folded.startswith(literals[0]):
        return None
    found: dict[str, str] = {}
    position, end = len(literals[0]), len(folded)
    for number, place in enumerate(places, start=1):
        literal, least = literals[number], 0 if place == "*" else 1
        if number == len(places):
            stop = end - len(literal)
            if stop < position + least or not folded.endswith(literal):
                return None
        else:
            stop = folded.find(literal, position + least)
            if stop < 0:
                return None
        if place != "*":
            text = name[position:stop].strip()
            if not text:
                return None
            found[place] = text
        position = stop + len(literal)
    return found
