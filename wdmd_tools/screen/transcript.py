"""Dialogue from a CSV instead of subtitles: ``start``, ``end`` and ``text``.

Times are seconds (12.5) or clock times (00:00:12.5); the table is read by `wdmd_tools.spreadsheet_in`.
"""

from pathlib import Path

from wdmd_tools.errors import DataError, describe_os_error
from wdmd_tools.screen.subtitles import Cue, Subtitles
from wdmd_tools.spreadsheet_in import read_sheet

_COLUMNS = ("start", "end", "text")


def read_transcript(path: Path) -> Subtitles:
    """Read a transcript.

    Args:
        path: A CSV file with the columns start, end, text; others are ignored.

    Returns:
        Cues in the order of the file; rows without text are left out, those without a start counted.

    Raises:
        DataError: It cannot be read, a column is missing, or a time is wrong; with the line.
    """
    try:
        sheet = read_sheet(path)
    except OSError as error:
        raise DataError(describe_os_error(error, path)) from None
    names = {name.casefold(): name for name in sheet.head}
    missing = [column for column in _COLUMNS if column not in names]
    if missing:
        raise DataError(f"{path}: no column {', '.join(missing)}; expected {', '.join(_COLUMNS)}")
    cues = []
    unread = 0
    for line, row in sheet.rows:
        said = row.get(names["text"], "").strip()
        if not said:
            continue
        cell = row.get(names["start"], "")
        if not cell.strip():
            unread += 1
            continue
        start = _milliseconds(cell, f"{path}:{line}: start")
        last = row.get(names["end"], "")
        end = _milliseconds(last, f"{path}:{line}: end") if last.strip() else start
        if last.strip() and start >= end:
            raise DataError(f"{path}:{line}: start is not before end")
        cues.append(Cue(start, max(end, start + 1), said))
    return Subtitles(cues, sheet.encoding, sheet.guessed, unread)


def _milliseconds(text: str, where: str) -> int:
    parts = text.strip().replace(",", ".").split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or min(numbers) < 0:
        raise DataError(f"{where}: {text!r} is no time; expected seconds or hh:mm:ss")
    seconds = 0.0
    for number in numbers:
        seconds = 60 * seconds + number
    return round(1000 * seconds)
