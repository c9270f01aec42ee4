"""One CSV file: numbers with a dot, nothing where a value is missing, no formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from wdmd_tools.atomic import write_bytes
from wdmd_tools.export.cells import safe_cell


def write_csv(
    path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]], *, mark: bool = True
) -> None:
    """Write a comma-separated file, UTF-8.

    Args:
        path: The file.
        head: Column names.
        rows: Values: text, numbers, truth values (as 1 and 0), lists (joined by ``;``) or `None` (empty).
        mark: Whether to begin with a byte order mark, by which Excel and SPSS know UTF-8.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    write_bytes(path, text.getvalue().encode("utf-8-sig" if mark else "utf-8"))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)
    if isinstance(value, list):
        return safe_cell(";".join(str(one) for one in value))
    return safe_cell(value) if isinstance(value, str) else str(value)
