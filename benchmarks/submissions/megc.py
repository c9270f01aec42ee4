"""MEGC CSV: what the spotting challenges ask for.

    vid,onset,offset,type                  2022 to 2024; type is me or mae
    subject,video,onset,offset,emotion     2025, spot-then-recognise
    ..., score                             ours, may be added to either

Frames count from 1, onset and offset both belong to the segment. A ``vid`` is a clip of the dataset (frames
from its first one, as ``wdmd export --format megc`` writes them) or a whole recording (frames of the film);
of the form of 2025, ``video``, ``<subject>_<video>`` and ``<subject>/<video>`` are looked for.

The subject of a row is compared with that of its video. The format cannot name a video without segments, so
every clip that is not named counts as "nothing found".

Reference:
    Micro-Expression Grand Challenge 2022 to 2025, spotting, submission formats.
"""

import math
import re
from pathlib import Path

from benchmarks.submissions.notes import (
    EMPTY,
    NO_SCORE,
    UNKNOWN,
    Said,
    Submission,
    is_usual,
    read_label,
)
from benchmarks.submissions.places import Collected, Places
from wdmd_tools.errors import DataError
from wdmd_tools.intervals import Interval, from_frames
from wdmd_tools.spreadsheet_in import read_sheet

_NUMBER = re.compile(r"\d+$")


def read_megc(path: Path, places: Places) -> Submission:
    """Read a file.

    Args:
        path: The CSV file, with a head.
        places: Of the dataset.

    Raises:
        DataError: It is no such CSV, or names an unknown video; the message names the line.
    """
    sheet = read_sheet(path)
    columns = {name.casefold(): name for name in sheet.head}
    wanted = [name for name in ("onset", "offset") if name not in columns]
    if "vid" not in columns and "video" not in columns:
        wanted.insert(0, "vid (or subject and video)")
    if wanted:
        raise DataError(
            f"{path}: line 1: no column {', '.join(wanted)}; expected vid,onset,offset,type or "
            f"subject,video,onset,offset,emotion, got {','.join(sheet.head) or 'nothing'}"
        )
    collected = Collected(places)
    for clip_id in places.clips:
        collected.mention(clip_id)
    for line, cells in sheet.rows:
        row = {name: cells.get(title, "").strip() for name, title in columns.items()}
        _add(collected, f"{path}: line {line}", row)
    notes = collected.notes.lines()
    return Submission(collected.predictions(), "megc", notes if sheet.rows else (EMPTY, *notes))


def _add(collected: Collected, where: str, row: dict[str, str]) -> None:
    label, emotion = read_label(row.get("type", ""))
    if collected.leaves_out(label):
        return
    words = (row.get("type", ""), row.get("emotion", ""))
    collected.notes.add(UNKNOWN, int(not all(map(is_usual, words))))
    frames = _frames(where, row)
    said = Said(_score(where, row, collected), label, row.get("emotion") or emotion)
    for name in _names(row):
        if name in collected.places.clips:
            _check_subject(where, row, str(collected.places.clips[name]["subject_id"]))
            collected.add(name, frames, said)
            return
        film = collected.places.film(name)
        if film is not None:
            _check_subject(where, row, str(collected.places.films[film][0]["subject_id"]))
            collected.add_film_frames(film, frames, said)
            return
    raise collected.places.unknown(where, _names(row)[0], "vid" if "vid" in row else "video")


def _check_subject(where: str, row: dict[str, str], subject: str) -> None:
    """The row's subject is that of its video; ``6``, ``006`` and ``sub06`` are the same person.

    Raises:
        DataError: It is another one.
    """
    said = row.get("subject", "")
    if not said or said.casefold() == subject.casefold():
        return
    numbers = [_NUMBER.search(one) for one in (said, subject)]
    if None not in numbers and len({int(one.group()) for one in numbers if one is not None}) == 1:
        return
    raise DataError(f"{where}: subject is {said!r}, but the video is of {subject!r}")


def _names(row: dict[str, str]) -> list[str]:
    """What the video of a row may be called."""
    if "vid" in row:
        return [row["vid"]]
    video, subject = row["video"], row.get("subject", "")
    return [video, f"{subject}_{video}", f"{subject}/{video}"] if subject else [video]


def _frames(where: str, row: dict[str, str]) -> Interval:
    numbers = []
    for name in ("onset", "offset"):
        text = row[name]
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or number != int(number):
            raise DataError(f"{where}: {name} is {text!r}, expected a whole number of frames")
        numbers.append(int(number))
    onset, offset = numbers
    if onset < 1:
        raise DataError(f"{where}: onset is {onset}; frames count from 1 in MEGC files")
    if offset < onset:
        raise DataError(f"{where}: offset {offset} is before onset {onset}")
    return from_frames(onset - 1, offset - 1)


def _score(where: str, row: dict[str, str], collected: Collected) -> float:
    text = row.get("score", "")
    if not text:
        collected.notes.add(NO_SCORE)
        return 1.0
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise DataError(f"{where}: score is {text!r}, expected a number")
    return score
