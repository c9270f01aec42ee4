"""Small releases made by code: sheets of texts and numbers, and folders of numbered files.

Readers look at names only, so a frame is an empty file.
"""

import csv
import importlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from wdmd_tools.importers import reader_of
from wdmd_tools.importers.corrections import load_corrections
from wdmd_tools.importers.model import Release, ReleaseEvent

Cell = str | int | float | None
Lines = Sequence[Sequence[Cell]]


def xlsx(path: Path, sheets: Mapping[str, Lines]) -> Path:
    """Write a workbook; cells keep their types."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def xls(path: Path, sheets: Mapping[str, Lines]) -> Path:
    """Write a workbook in the old format."""
    xlwt: Any = importlib.import_module("xlwt")

    book = xlwt.Workbook()
    for name, lines in sheets.items():
        sheet = book.add_sheet(name)
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                if cell is not None:
                    sheet.write(row, column, cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(path))
    return path


def csv_sheet(path: Path, lines: Lines) -> Path:
    """Write a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            ["" if cell is None else cell for cell in line] for line in lines
        )
    return path


def frames(folder: Path, numbers: Iterable[int], name: str) -> Path:
    """Make empty frames, such as ``name="img{:03d}.jpg"``."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (folder / name.format(number)).touch()
    return folder


def read(dataset: str, src: Path, corrections: str | None = None) -> Release:
    """A release as its reader sees it."""
    return reader_of(dataset)(src, load_corrections(dataset, corrections))


def events(release: Release) -> dict[str, ReleaseEvent]:
    """Events of a release by key."""
    return {event.key: event for video in release.videos for event in video.events}


def counts(release: Release) -> dict[str, tuple[int | None, int]]:
    """What to published number and number found."""
    return {count.what: (count.expected, count.found) for count in release.counts}


def codes(release: Release) -> list[str]:
    """Codes of the problems, in their order."""
    return [problem.code for problem in release.problems]
