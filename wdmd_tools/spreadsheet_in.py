"""Tables as spreadsheets save them: CSV with commas or semicolons, ``sep=;``, or tabs in UTF-16.

CSV UTF-8          mark, comma or semicolon by country
CSV                the country's older encoding: guessed, and told as a guess
Unicode Text       UTF-16 with a mark, tabs
"""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from wdmd_tools.errors import DataError
from wdmd_tools.text_decoding import decode

_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*(?:\r\n|\n|\r)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of texts.

    Args:
        head: Names of the columns as written, without blanks at their ends.
        rows: Line in the file, 1-based, and cells by column; cells that a short row lacks are not there.
        encoding: How the bytes were read.
        guessed: Whether that is a guess.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]
    encoding: str
    guessed: bool


def read_sheet(path: Path) -> Sheet:
    """Read a table with a head; empty rows are left out.

    Args:
        path: A file as a spreadsheet saves it.

    Raises:
        DataError: It is no text, or no CSV.
        OSError: It cannot be read.
    """
    read = decode(path.read_bytes(), path, option="")
    text, skipped = read.text, 0
    told = _SEPARATOR.match(text)
    if told is not None:
        text, skipped = text[told.end() :], 1
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    delimiter = told.group(1) if told is not None else max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval=None)
    rows = []
    try:
        head = tuple((name or "").strip() for name in reader.fieldnames or ())
        for row in reader:
            cells = {
                (name or "").strip(): value for name, value in row.items() if isinstance(value, str)
            }
            if any(value.strip() for value in cells.values()):
                rows.append((reader.line_num + skipped, cells))
    except csv.Error as error:
        raise DataError(f"{path}: not a CSV ({error}); save it as 'CSV UTF-8'") from None
    return Sheet(head, tuple(rows), read.encoding, read.guessed)
