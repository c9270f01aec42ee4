"""Sheets of a release as rows of texts: xlsx, xls or csv, header rows found by what they say.

A cell ``006`` that is text stays ``006``; a number 6.0 becomes ``6`` and 566.4 ``566.4``.
"""

import csv
import datetime
import io
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wdmd_tools.errors import DataError, describe_os_error
from wdmd_tools.text_decoding import decode

SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".csv"})
"""Endings of the files that `read_sheet` reads."""

_HEADER_WITHIN = 40
_MAX_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet.

    Args:
        file: Name of the file.
        sheet: Name of the sheet; empty for csv.
        number: In the file, 1-based, as spreadsheets show it.
        cells: Texts without blanks at their ends, in order.
        head: Names of the columns as written, where the sheet has a header; else empty.
    """

    file: str
    sheet: str
    number: int
    cells: tuple[str, ...]
    head: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """For messages: ``"file.xlsx!sheet row 15"``."""
        return f"{self.file}{'!' + self.sheet if self.sheet else ''} row {self.number}"

    def get(self, *names: str) -> str:
        """The cell under the first of these columns that the sheet has.

        Args:
            names: Spellings; case, blanks and punctuation do not matter.

        Returns:
            Its text; empty where the row is short or there is no such column.
        """
        columns = [_fold(name) for name in self.head]
        for name in names:
            if _fold(name) in columns:
                return self.at(columns.index(_fold(name)))
        return ""

    def at(self, column: int) -> str:
        """The cell at a place, 0-based; empty where the row is short."""
        return self.cells[column] if column < len(self.cells) else ""

    def has(self, *names: str) -> bool:
        """Whether the sheet has a column of one of these names."""
        columns = {_fold(name) for name in self.head}
        return any(_fold(name) in columns for name in names)


def read_sheet(
    path: Path, sheet: str | None = None, *, header: str | None = "subject"
) -> list[Row]:
    """Read one sheet.

    Args:
        path: An xlsx, xls or csv file.
        sheet: Its name, in any case and spacing; the first sheet with anything in it when `None`.
        header: The header is the first row, of the first 40, with a cell of this text; the rows after it
            are returned. `None`, or no such row: all rows, with an empty `Row.head`.

    Returns:
        The rows that are not empty.

    Raises:
        DataError: It cannot be read, or has no such sheet.
    """
    for name, lines in _sheets(path):
        if sheet is not None and _fold(name) != _fold(sheet):
            continue
        rows = [
            Row(path.name, name, number, cells)
            for number, cells in enumerate(lines, 1)
            if any(cells)
        ]
        if sheet is None and not rows:
            continue
        return rows if header is None else _under_header(rows, header)
    names = sheet_names(path)
    if sheet is None:
        raise DataError(f"{path}: every sheet is empty; is this the file of the release?")
    raise DataError(f"{path}: no sheet {sheet!r}; it has {', '.join(map(repr, names)) or 'none'}")


def sheet_names(path: Path) -> list[str]:
    """Names of the sheets of a file, in order; one empty name for csv.

    Raises:
        DataError: It cannot be read.
    """
    return [name for name, _ in _sheets(path)]


def require_columns(rows: Sequence[Row], path: Path, *columns: Sequence[str]) -> None:
    """Refuse a sheet that lacks a column.

    Args:
        rows: As read; at least one.
        path: The file, for the message.
        columns: For each column the names that it may have.

    Raises:
        DataError: There is no row, or a column is missing; the message lists what is there.
    """
    if not rows:
        raise DataError(f"{path}: no rows of data; is this the file of the release?")
    for names in columns:
        if not rows[0].has(*names):
            there = ", ".join(name for name in rows[0].head if name) or "no header at all"
            raise DataError(
                f"{path}{'!' + rows[0].sheet if rows[0].sheet else ''}: no column {names[0]!r} "
                f"(there: {there}); is this the file as released?"
            )


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _under_header(rows: list[Row], header: str) -> list[Row]:
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        if _fold(header) in map(_fold, row.cells):
            return [
                Row(one.file, one.sheet, one.number, one.cells, row.cells)
                for one in rows[place + 1 :]
            ]
    return rows


def _sheets(path: Path) -> Iterator[tuple[str, Iterable[tuple[str, ...]]]]:
    """Every sheet's name and its lines, empty ones included."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"{path}: larger than {_MAX_BYTES >> 20} MiB; is this the annotation?")
        data = path.read_bytes()
    except OSError as error:
        raise DataError(describe_os_error(error, path)) from error
    # By content: xlsx files with the ending xls go around.
    if data[:4] == b"PK\x03\x04":
        yield from _xlsx(path, data)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        yield from _xls(path, data)
    elif path.suffix.lower() in (".csv", ".tsv", ".txt"):
        yield "", _csv(path, data)
    else:
        raise DataError(f"{path}: neither xlsx, xls nor csv; copy it from the release again")


def _xlsx(path: Path, data: bytes) -> Iterator[tuple[str, Iterable[tuple[str, ...]]]]:
    import openpyxl

    try:
        with warnings.catch_warnings():
            # Of parts of a workbook that openpyxl does not keep, such as the rules of cells.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception as error:
        raise DataError(
            f"{path}: damaged xlsx ({error}); copy it from the release again"
        ) from error
    for sheet in book.worksheets:
        yield sheet.title, [tuple(map(_text, row)) for row in sheet.iter_rows(values_only=True)]


def _xls(path: Path, data: bytes) -> Iterator[tuple[str, Iterable[tuple[str, ...]]]]:
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO())
    except Exception as error:
        raise DataError(f"{path}: damaged xls ({error}); copy it from the release again") from error
    for sheet in book.sheets():
        yield (
            sheet.name,
            [tuple(map(_text, sheet.row_values(number))) for number in range(sheet.nrows)],
        )


def _csv(path: Path, data: bytes) -> Iterable[tuple[str, ...]]:
    text = decode(data, path, option="").text
    first = "\n".join(text.splitlines()[:5])
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise DataError(f"{path}: not a CSV ({error}); save it as 'CSV UTF-8'") from error
    return [tuple(cell.strip() for cell in line) for line in lines]


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return str(value).strip()
