"""Workbooks with exactly the cells they are given: text stays text, numbers stay numbers."""

from collections.abc import Sequence
from pathlib import Path

from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import MissingDependencyError
from wdmd_tools.synth.twins.model import TwinSheet


def write_book(path: Path, sheets: Sequence[TwinSheet]) -> None:
    """Write a workbook; `None` leaves a cell empty.

    Args:
        path: `.xlsx` (Office Open XML) or `.xls` (BIFF8, Excel 97).
        sheets: In order.

    Raises:
        MissingDependencyError: The library for this kind of file is not installed.
        ValueError: Another suffix.
    """
    writers = {".xlsx": _write_xlsx, ".xls": _write_xls}
    if path.suffix not in writers:
        raise ValueError(f"{path}: expected .xlsx or .xls")
    with atomic_path(path) as temporary:
        writers[path.suffix](temporary, sheets)


def _write_xlsx(path: Path, sheets: Sequence[TwinSheet]) -> None:
    try:
        from openpyxl import Workbook
    except ImportError:
        raise MissingDependencyError(f"{path.name}: run: pip install openpyxl") from None
    book = Workbook()
    for empty in list(book.worksheets):
        book.remove(empty)
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        for number, row in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(row, start=1):
                if cell is not None:
                    page.cell(number, column, cell)
    book.save(path)


def _write_xls(path: Path, sheets: Sequence[TwinSheet]) -> None:
    try:
        import xlwt
    except ImportError:
        raise MissingDependencyError(f"{path.name}: run: pip install xlwt") from None
    book = xlwt.Workbook(encoding="utf-8")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        for number, row in enumerate(sheet.rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    page.write(number, column, cell)
    book.save(str(path))
