"""What a twin consists of, before any pixel or cell.

true movement        what is written in the sheet        what a reader should make of it
onset apex offset    cells (typed, a float, "/", 0)      read (after corrections)
  |     |    |
--+-----+----+---->  numbers in the names of the frame files
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

Kind = Literal["me", "macro", "blink"]
Cell = str | int | float | None
Row = tuple[Cell, ...]

NUMBERS = ("onset", "apex", "offset")

_UNIT = re.compile(r"([LRTB]?)(\d+)")
_SECOND_CHOICE = re.compile(r"(?:\bor\b|/)\s*[LRTBA]*\d+")
_NOTE = re.compile(r"ref\([^)]*\)")


def moved_units(text: str) -> tuple[tuple[str, str], ...]:
    """Which action units a cell names, as (number, side of the face), for moving the face.

    Of alternatives (`R12 or R15`, `4/7`) the first is meant. Intensities and `?` are ignored; `T` and `B`
    (top, bottom) move both sides.

    Args:
        text: For example `L12+4`.

    Returns:
        Sides are `left` and `right` of the person, or `both`.
    """
    plain = _SECOND_CHOICE.sub("", _NOTE.sub("", text))
    sides = {"L": "left", "R": "right"}
    return tuple((number, sides.get(side, "both")) for side, number in _UNIT.findall(plain))


@dataclass(frozen=True)
class TwinEvent:
    """One expression or blink of one video.

    Args:
        kind: What it is.
        onset: Number of the file with the first frame of movement (the last one at rest).
        apex: Number of the file with the largest movement.
        offset: Number of the file with the last frame of movement.
        emotion: The word in the release, empty where there is none.
        units: The cell with the action units, as the release writes it.
        cells: What stands in the sheet where it differs from `onset`, `apex`, `offset`.
        read: What a reader with corrections makes of it where that differs from the truth; `None` is
            "unknown".
        labels: The action units as a reader should list them.
        oddities: What is unusual about the row, in words.
        left_out: Whether a reader leaves it out by default.
        more: Further cells by the name of the column.
    """

    kind: Kind
    onset: int
    apex: int
    offset: int
    emotion: str = ""
    units: str = ""
    cells: Mapping[str, Cell] = field(default_factory=dict)
    read: Mapping[str, int | None] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    oddities: tuple[str, ...] = ()
    left_out: bool = False
    more: Mapping[str, Cell] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.onset < self.apex < self.offset:
            raise ValueError(f"expected onset < apex < offset, got {self}")
        wrong = {*self.cells, *self.read} - set(NUMBERS)
        if wrong:
            raise ValueError(f"not a number of an event: {sorted(wrong)}")

    def odd(
        self,
        *why: str,
        cells: Mapping[str, Cell] | None = None,
        read: Mapping[str, int | None] | None = None,
        more: Mapping[str, Cell] | None = None,
        left_out: bool = False,
    ) -> "TwinEvent":
        """The same event written in an unusual way.

        Args:
            why: What is unusual, in words.
            cells: Added to `cells`.
            read: Added to `read`.
            more: Added to `more`.
            left_out: As the field.
        """
        return replace(
            self,
            cells={**self.cells, **(cells or {})},
            read={**self.read, **(read or {})},
            more={**self.more, **(more or {})},
            oddities=(*self.oddities, *why),
            left_out=self.left_out or left_out,
        )

    def cell(self, name: str) -> Cell:
        """What the sheet says about `onset`, `apex` or `offset`."""
        value: Cell = self.cells[name] if name in self.cells else getattr(self, name)
        return value

    def reading(self, name: str) -> int | None:
        """What a reader makes of `onset`, `apex` or `offset`."""
        value: int | None = self.read[name] if name in self.read else getattr(self, name)
        return value


@dataclass(frozen=True)
class TwinVideo:
    """One folder of frames.

    Args:
        video_id: Name within the twin, unique.
        subject_id: The subject as the release names it.
        folder: Folder below the twin, `/` between parts.
        numbers: Numbers of the frame files, ascending, gaps allowed.
        name: File name of a number.
        events: What happens; every number lies between the first and the last of `numbers`.
        gray: One channel instead of three.
        form: Which form of the pictures it is where there are several; readers prefer `main`.
        depth: Folder of depth pictures with the same numbers, or empty.
        broken: Numbers whose files are cut off and cannot be decoded.
        oddities: What is unusual about the folder, in words.
    """

    video_id: str
    subject_id: str
    folder: str
    numbers: tuple[int, ...]
    name: Callable[[int], str]
    events: tuple[TwinEvent, ...]
    gray: bool = False
    form: str = "main"
    depth: str = ""
    broken: tuple[int, ...] = ()
    oddities: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        first, last = self.numbers[0], self.numbers[-1]
        if list(self.numbers) != sorted(set(self.numbers)):
            raise ValueError(f"{self.video_id}: numbers must ascend")
        if not set(self.broken) <= set(self.numbers):
            raise ValueError(f"{self.video_id}: no files {self.broken} to break")
        for event in self.events:
            if not first <= event.onset < event.offset <= last:
                raise ValueError(f"{self.video_id}: {event} is not within {first} to {last}")

    @property
    def gaps(self) -> tuple[int, ...]:
        """Numbers between the first and the last that have no file."""
        there = set(self.numbers)
        return tuple(n for n in range(self.numbers[0], self.numbers[-1]) if n not in there)


@dataclass(frozen=True)
class TwinSheet:
    """One sheet of a workbook.

    Args:
        name: Of the sheet.
        rows: Cells from Excel row 1 on.
    """

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class TwinPlan:
    """A whole twin.

    Args:
        name: As in `--as`.
        display: Full name of the data set.
        fps: Frame rate.
        videos: Folders of frames.
        books: Sheets by path of the workbook below the twin (`.xlsx` or `.xls`).
        notes: Oddities of the release as a whole, in words.
    """

    name: str
    display: str
    fps: Fraction
    videos: tuple[TwinVideo, ...]
    books: Mapping[str, tuple[TwinSheet, ...]]
    notes: tuple[str, ...] = ()


def expression(
    kind: Kind, onset: int, apex: int, offset: int, emotion: str, units: str, *labels: str
) -> TwinEvent:
    """A micro- or macro-expression written as it is.

    Args:
        kind: `me` or `macro`.
        onset: As in `TwinEvent`.
        apex: As in `TwinEvent`.
        offset: As in `TwinEvent`.
        emotion: As in `TwinEvent`.
        units: As in `TwinEvent`.
        labels: As in `TwinEvent`; the parts of `units` between plus signs when left out.
    """
    return TwinEvent(
        kind, onset, apex, offset, emotion, units, labels=labels or tuple(units.split("+"))
    )


@dataclass(frozen=True)
class Scene:
    """What a module of a data set is asked for.

    Args:
        subjects: How many people, at least 1.
        seed: Varies lengths, places and faces; rows with a reported typo keep their numbers.
    """

    subjects: int
    seed: int
