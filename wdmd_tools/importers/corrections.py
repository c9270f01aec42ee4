"""Known mistakes of released annotation files: dated, cited, and undone only where they stand.

    key,field,old,new,date,source,why
    spNO.149/d/112,apex,83,123,2023-05-01,tvaranka/meb,apex before onset

A correction names an expression by key, never by row, and changes a field only where it holds `old`: on a
copy that was mended by its owners nothing happens.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path

from wdmd_tools.errors import ConfigError, DataError, UnknownNameError, describe_os_error
from wdmd_tools.importers.numbers import frame_number
from wdmd_tools.spreadsheet_in import read_sheet

COLUMNS = ("key", "field", "old", "new", "date", "source", "why")
"""Of a file of corrections, in this order."""

DROP = "drop"
"""A correction of this field leaves the expression out; `old` and `new` are empty."""

NUMBERS = ("onset", "apex", "offset")
"""Fields that are frame numbers."""

FIELDS = (*NUMBERS, "emotion", "action_units", DROP)
"""What a correction may be of."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of a file of corrections.

    Args:
        key: See `wdmd_tools.importers.model.ReleaseEvent.key`.
        field: One of `FIELDS`.
        old: What the release says.
        new: What is right; empty for "unknown".
        date: When it was made known, ISO 8601.
        source: Who found it.
        why: One line.
    """

    key: str
    field: str
    old: str
    new: str
    date: str
    source: str
    why: str

    def __str__(self) -> str:
        if self.field == DROP:
            return f"{self.key}: left out ({self.why}; {self.source}, {self.date})"
        return (
            f"{self.key}: {self.field} {self.old or 'empty'} -> {self.new or 'unknown'} ({self.why}; "
            f"{self.source}, {self.date})"
        )


@dataclass(frozen=True, slots=True)
class Corrected:
    """A row after its corrections.

    Args:
        values: All fields, corrected where need be.
        applied: In the order of the file of corrections.
        dropped: Whether the row is to be left out.
    """

    values: dict[str, str]
    applied: tuple[Correction, ...] = ()
    dropped: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """For `ReleaseEvent.corrections`."""
        return tuple(str(one) for one in self.applied)


@dataclass(frozen=True)
class Corrections:
    """The corrections of a dataset.

    Args:
        items: In the order of the file.
        origin: Where they come from, for reports; ``"none"`` when switched off.
    """

    items: tuple[Correction, ...] = ()
    origin: str = "none"
    _by_key: dict[str, list[Correction]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for one in self.items:
            self._by_key.setdefault(one.key, []).append(one)

    def apply(self, key: str, values: Mapping[str, str]) -> Corrected:
        """Correct one row.

        Args:
            key: Of the row.
            values: Field to text, as released.

        Returns:
            The fields. A correction whose `old` is not what is there is not applied; numbers are
            compared as numbers (``007`` is ``7``).
        """
        changed, applied, dropped = dict(values), [], False
        for one in self._by_key.get(key, ()):
            if one.field == DROP:
                dropped = True
            elif one.field in values and _same(values[one.field], one.old):
                changed[one.field] = one.new
            else:
                continue
            applied.append(one)
        return Corrected(changed, tuple(applied), dropped)


def load_corrections(dataset: str, choice: str | None = None) -> Corrections:
    """The corrections that are to be used.

    Args:
        dataset: A key of `wdmd_tools.importers.READERS`.
        choice: ``"none"`` for none, or a CSV file as spreadsheets save it; those that come with this
            program when `None`.

    Raises:
        ConfigError: The file cannot be read, or a row is wrong.
        UnknownNameError: A row is of a field that no release has.
    """
    if choice == "none":
        return Corrections()
    if choice is not None:
        path = Path(choice)
        return Corrections(tuple(_parse(path, f"--corrections: {path}")), str(path))
    name = f"{dataset.replace('-', '_')}.csv"
    built_in = files("wdmd_tools.importers").joinpath("corrections").joinpath(name)
    if not built_in.is_file():
        return Corrections((), "none known")
    with as_file(built_in) as path:
        return Corrections(tuple(_parse(path, name)), f"built-in {name}")


def _parse(path: Path, where: str) -> Iterable[Correction]:
    try:
        sheet = read_sheet(path)
    except OSError as error:
        raise ConfigError(f"--corrections: {describe_os_error(error, path)}") from None
    except DataError as error:
        raise ConfigError(f"--corrections: {error}") from None
    if tuple(name.lower() for name in sheet.head) != COLUMNS:
        raise ConfigError(f"{where}: line 1: expected the columns {','.join(COLUMNS)}")
    for line, row in sheet.rows:
        cells = {name.strip().lower(): cell.strip() for name, cell in row.items()}
        one = Correction(**{name: cells.get(name, "") for name in COLUMNS})
        if not (one.key and one.field and one.source):
            raise ConfigError(f"{where}: line {line}: key, field and source must not be empty")
        if one.field not in FIELDS:
            raise UnknownNameError(f"field ({path.name}, line {line})", one.field, FIELDS)
        if one.field in NUMBERS:
            try:
                frame_number(one.new)
            except ValueError as error:
                raise ConfigError(f"{where}: line {line}: new: {error}") from None
        yield one


def _same(there: str, old: str) -> bool:
    if there.strip() == old.strip():
        return True
    try:
        return frame_number(there) == frame_number(old)
    except ValueError:
        return False
