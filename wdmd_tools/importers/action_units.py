"""Action units (AUs) as the sheets of public datasets write them: text to units, nothing guessed.

    4+10+14             CAS(ME)2, CASME II, MMEW: joined by plus; CAS(ME)3 part C by comma, one full-width
    4+L10, T28          side first: L left, R right, T top, B bottom; A asymmetric (SAMM's key)
    A14C, R12B          FACS intensity last, A (trace) to E (maximum)
    R12/R15, 12 or 15   one of the two, the coder left it open: both are given, marked
    4(B/C), 4B/C        the unit is sure, its intensity is not: the intensity is unknown
    (L/A)4B, A/L12      the unit is sure, its side is not: the side is unknown
    12?                 unclear (SAMM's key: the offset is)
    ref(10)             a coder's note that no key explains: a remark, never read as units
    80 (big swallow)    words in parentheses: a remark

Letters, notes and marks differ from release to release, so what cannot be read is returned, never
dropped. Sheets cannot be trusted either: ``12.0`` is the number 12, and ``2014-07-04`` is ``4/7`` that a
spreadsheet took for a date, of which no unit is read.
"""

import re
from dataclasses import dataclass, replace

_REMARK = re.compile(r"\bREF\b\.?\s*(?:\(([^()]*)\)?|$)")
_NOTE = re.compile(r"\(([^()]*\b(?!AND\b)[A-Z]{3,}\b[^()]*)\)")
_UNIT = re.compile(
    r"(?<![A-Z0-9])"
    r"(?:AU\s*)?"
    r"(?:\(?(?P<sides>[LRTBA](?:\s?/\s?[LRTBA])+)\)?|(?P<side>[LRTBA]{0,2}))"
    r"(?:(?<=[LRTBA])\()?\s?"
    r"(?P<number>[0-9]{1,3})"
    r"(?P<intensity>[A-E](?:/[A-E](?![A-Z0-9]))*)?"
    r"(?:\s?\((?P<inside>[^()]*)\))?"
    r"(?P<doubt>\s?\?)?"
    r"(?![A-Z0-9.])"
)
_SEPARATOR = re.compile(r"(?:[+,;&()\s]|\bAND\b)+")
_OR = re.compile(r"\s*(?:/|\bOR\b)\s*")
_TIGHT_OR = re.compile(r"(?<=[0-9A-E)])OR(?=[0-9LRTBA(])")
_INTENSITIES = re.compile(r"[A-E](?:\s*(?:/|,|-|\bOR\b)\s*[A-E])*")
_FLOAT = re.compile(r"([0-9]{1,2})\.0+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?|[0-9]{1,2}-[A-Z]{3}(?:-[0-9]{2,4})?")
_NOTHING = frozenset({"", "/", "-", "NONE", "N/A", "NAN"})
_HIGHEST = 99


@dataclass(frozen=True, slots=True)
class ActionUnit:
    """One action unit as coded.

    Args:
        number: FACS number, 1 to 99.
        side: Letters before the number: ``"L"``, ``"R"``, ``"T"``, ``"B"``, ``"A"``, or two of them; empty
            where none or more than one reading is given.
        intensity: ``"A"`` to ``"E"``; empty where none or more than one is given.
        alternative: The coder wrote this unit *or* its neighbour. Of a group, as in ``(8+25)or(50)``, only
            the unit next to the "or" is marked.
        doubtful: A question mark follows.
    """

    number: int
    side: str = ""
    intensity: str = ""
    alternative: bool = False
    doubtful: bool = False

    @property
    def label(self) -> str:
        """Side, number, intensity: ``"4"``, ``"L10"``, ``"A14C"``; written so in the manifest."""
        return f"{self.side}{self.number}{self.intensity}"


@dataclass(frozen=True, slots=True)
class ActionUnits:
    """What a cell of action units says.

    Args:
        units: In the order of the cell.
        remarks: What stands in ``ref(...)`` and in parentheses that hold words.
        unread: Pieces that are neither; the reader reports them.
    """

    units: tuple[ActionUnit, ...] = ()
    remarks: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Label of each unit, once each, in the order of the cell."""
        return tuple(dict.fromkeys(unit.label for unit in self.units))


def parse_action_units(cell: str) -> ActionUnits:
    """Read the action units of a cell.

    Args:
        cell: The text of the cell; any text at all is accepted.

    Example:
        >>> parse_action_units("4+L10").labels
        ('4', 'L10')
        >>> [unit.alternative for unit in parse_action_units("R12/R15").units]
        [True, True]
    """
    text = _TIGHT_OR.sub(" OR ", _plain(cell))
    if text in _NOTHING:
        return ActionUnits()
    if _DATE.fullmatch(text):
        return ActionUnits(unread=(cell.strip(),))
    if whole := _FLOAT.fullmatch(text):
        text = whole.group(1)
    remarks: list[str] = []
    for pattern in (_REMARK, _NOTE):
        remarks.extend(found.group(1).strip() for found in pattern.finditer(text) if found.group(1))
        text = pattern.sub(" ", text)

    units: list[ActionUnit] = []
    unread: list[str] = []
    end = 0
    for found in _UNIT.finditer(text):
        either = _gap(text[end : found.start()], unread) and bool(units)
        end = found.end()
        number = int(found["number"])
        if not 1 <= number <= _HIGHEST:
            unread.append(found.group().strip())
            continue
        intensity, remark = _intensity(found["intensity"], found["inside"])
        if remark:
            remarks.append(remark)
        if either:
            units[-1] = replace(units[-1], alternative=True)
        doubtful = found["doubt"] is not None
        units.append(ActionUnit(number, found["side"] or "", intensity, either, doubtful))
    _gap(text[end:], unread)
    return ActionUnits(tuple(units), tuple(remarks), tuple(unread))


def _plain(cell: str) -> str:
    """Upper case; full-width forms (U+FF01 to U+FF5E) and the ideographic comma as ASCII.

    Unicode's compatibility forms would do more than is wanted: they make ``42`` of a 4 with a raised 2.
    """
    narrow = "".join(
        chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char for char in cell
    )
    # Only ASCII letters: upper() of others can change the length or make an ASCII letter.
    text = "".join(char.upper() if char.isascii() else char for char in narrow)
    return text.replace("\u3001", ",").strip()


def _gap(text: str, unread: list[str]) -> bool:
    """What stands between two units: whether it says "or"; what is no separator goes to `unread`."""
    unread.extend(piece for piece in _SEPARATOR.split(_OR.sub(" ", text)) if piece)
    return _OR.search(text) is not None


def _intensity(letters: str | None, inside: str | None) -> tuple[str, str]:
    """Intensity (empty when unknown or open), and a remark (empty when there is none)."""
    given = letters or ""
    remark = ""
    if inside is not None:
        content = inside.strip()
        if _INTENSITIES.fullmatch(content) and not given:
            given = content
        else:
            remark = content
    return (given if len(given) == 1 else ""), remark
