"""Known mistakes of released annotation files: dated, cited, and undone only where they stand.

    key,field,old,new,date,source,why
    spNO.149/d/112,apex,83,123,2023-05-01,tvaranka/meb,apex before onset

A correction names an expression by key, never by row, and changes a field only where it holds `old`: on a
copy that was mended by its owners nothing happens.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from wdmd_tools.errors import ConfigError, describe_os_error
from wdmd_tools.importers.numbers import frame_number

COLUMNS = ("key", "field", "old", "new", "date", "source", "why")
"""Of a file of corrections, in this order."""

DROP = "drop"
"""A correction of this field leaves the expression out; `old` and `new` are empty."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of a file of corrections.

    Args:
        key: See `wdmd_tools.importers.model.ReleaseEvent.key`.
        field: ``onset``, ``apex``, ``offset``, ``emotion``, ``action_units``, ..., or `DROP`.
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
        choice: ``"none"`` for none, or a CSV file; those that come with this program when `None`.

    Raises:
        ConfigError: The file cannot be read, or a row is wrong.
    """
    if choice == "none":
        return Corrections()
    if choice is not None:
        path = Path(choice)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise ConfigError(f"--corrections: {describe_os_error(error, path)}") from None
        except UnicodeDecodeError:
            raise ConfigError(f"--corrections: {path}: not UTF-8; save it as 'CSV UTF-8'") from None
        return Corrections(tuple(_parse(text, f"--corrections: {path}")), str(path))
    name = f"{dataset.replace('-', '_')}.csv"
    built_in = files("wdmd_tools.importers").joinpath("corrections").joinpath(name)
    if not built_in.is_file():
        return Corrections((), "none known")
    return Corrections(
        tuple(_parse(built_in.read_text(encoding="utf-8"), name)), f"built-in {name}"
    )


def _parse(text: str, where: str) -> Iterable[Correction]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = tuple((name or "").strip().lower() for name in reader.fieldnames or ())
    if columns != COLUMNS:
        raise ConfigError(f"{where}: line 1: expected the columns {','.join(COLUMNS)}")
    reader.fieldnames = columns
    for row in reader:
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if not any(cells.values()):
            continue
        if not (cells["key"] and cells["field"] and cells["source"]):
            raise ConfigError(
                f"{where}: line {reader.line_num}: key, field and source must not be empty"
            )
        yield Correction(**cells)


def _same(there: str, old: str) -> bool:
    if there.strip() == old.strip():
        return True
    try:
        return frame_number(there) == frame_number(old)
    except ValueError:
        return False
