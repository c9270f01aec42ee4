"""Dialogue from a CSV instead of subtitles: ``start``, ``end`` and ``text``.

Times are seconds (12.5) or clock times (00:00:12.5). Comma or semicolon, with or without a byte order
mark.
"""

import csv
import io
from pathlib import Path

from wdmd_tools.errors import DataError, describe_os_error
from wdmd_tools.screen.subtitles import Cue

_COLUMNS = ("start", "end", "text")


def read_transcript(path: Path) -> list[Cue]:
    """Read a transcript.

    Args:
        path: A CSV file in UTF-8 with the columns start, end, text; others are ignored.

    Returns:
        Cues in the order of the file; rows without text are left out.

    Raises:
        DataError: It cannot be read, a column is missing, or a time is wrong; with the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(describe_os_error(error, path)) from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8; save it as 'CSV UTF-8'") from None
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",")
    names = {(name or "").strip().casefold(): name for name in reader.fieldnames or ()}
    missing = [column for column in _COLUMNS if column not in names]
    if missing:
        raise DataError(f"{path}: no column {', '.join(missing)}; expected {', '.join(_COLUMNS)}")
    cues = []
    for row in reader:
        said = (row[names["text"]] or "").strip()
        if not said:
            continue
        start, end = (
            _milliseconds(row[names[column]] or "", f"{path}:{reader.line_num}: {column}")
            for column in ("start", "end")
        )
        if start >= end:
            raise DataError(f"{path}:{reader.line_num}: start is not before end")
        cues.append(Cue(start, end, said))
    return cues


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
