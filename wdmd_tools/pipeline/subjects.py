"""``subjects.csv``: where in the picture each participant is, as a person said.

participant,source_video,position,time_ms,x,y,w,h
P1,two_shot.mp4,left,,,,,
P2,two_shot.mp4,,1500,1400,300,220,260
"""

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wdmd_tools.annotations import Problem
from wdmd_tools.errors import ConfigError, describe_os_error
from wdmd_tools.faces.choose import SubjectPlace

FILE_NAME = "subjects.csv"
_COLUMNS = ("participant", "source_video", "position", "time_ms", "x", "y", "w", "h")
_POSITIONS = {"left": "left", "right": "right", "centre": "centre", "center": "centre"}


@dataclass(frozen=True)
class Subjects:
    """What the file says.

    Args:
        places: Participant, film (empty where a row names none), place, and line of the file.
        path: The file.
    """

    places: tuple[tuple[str, str, SubjectPlace, int], ...] = ()
    path: Path | None = None

    def find(self, participant: str, source_video: str) -> SubjectPlace | None:
        """The place of a participant in a film; a row that names the film goes before one that does not.

        Args:
            participant: PARTICIPANT of the tiers.
            source_video: Path of the film under the videos folder; rows may give its name only.
        """
        names = _names(source_video)
        mine = [(film, place) for who, film, place, _ in self.places if who == participant]
        for film, place in mine:
            if film in names:
                return place
        return next((place for film, place in mine if not film), None)

    def unused(self, known: Iterable[tuple[str, str]]) -> list[Problem]:
        """Rows that fit nobody: most are typing errors, after which a subject is guessed.

        Args:
            known: Participant and film of each recording.
        """
        pairs = list(known)
        people = sorted({who for who, _ in pairs})
        problems = []
        for who, film, _, line in self.places:
            films = {name for person, path in pairs if person == who for name in _names(path)}
            if who not in people:
                reason = f"participant {who!r} is in no ELAN file; known: {', '.join(people[:8])}"
            elif film and film not in films:
                reason = f"{who} is in no film {film!r}; known: {', '.join(sorted(films)[:8])}"
            else:
                continue
            problems.append(
                Problem("W_SUBJECTS_ROW", reason, "correct the row", str(self.path), line=line)
            )
        return problems


def _names(source_video: str) -> set[str]:
    return {source_video, source_video.rsplit("/", 1)[-1]}


def find_subjects(given: Path | None, elan: Path) -> Subjects:
    """Read the file that was given, else ``subjects.csv`` beside the ELAN files, else nothing.

    Args:
        given: As the user named it.
        elan: Folder of ELAN files, or one file.

    Raises:
        ConfigError: See `read_subjects`.
    """
    if given is not None:
        return read_subjects(given)
    beside = (elan if elan.is_dir() else elan.parent) / FILE_NAME
    return read_subjects(beside) if beside.is_file() else Subjects()


def read_subjects(path: Path) -> Subjects:
    """Read a table of places; comma, semicolon or tab, UTF-8 or Windows-1252, as Excel saves it.

    Args:
        path: The file.

    Raises:
        ConfigError: It cannot be read, or a row is wrong; the message names the line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"--subjects: {describe_os_error(error, path)}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = [(name or "").strip().lower() for name in reader.fieldnames or []]
    unknown = [name for name in columns if name and name not in _COLUMNS]
    if "participant" not in columns or unknown:
        what = f"no such column: {unknown[0]!r}" if unknown else "no column 'participant'"
        raise ConfigError(f"{path}: line 1: {what}; the columns are {', '.join(_COLUMNS)}")
    reader.fieldnames = columns
    found: dict[tuple[str, str], tuple[SubjectPlace, int]] = {}
    try:
        for row in reader:
            cells = {key: (row.get(key) or "").strip() for key in _COLUMNS}
            if not any(cells.values()):
                continue
            where = f"{path}: line {reader.line_num}"
            key = (cells["participant"], cells["source_video"].replace("\\", "/"))
            if not key[0]:
                raise ConfigError(
                    f"{where}: participant is empty; write the PARTICIPANT of the tiers"
                )
            if key in found:
                raise ConfigError(f"{where}: {key[0]!r} has a row for that film already; keep one")
            place = _place(cells, where)
            twin = next(
                (who for (who, film), (one, _) in found.items() if film == key[1] and one == place),
                None,
            )
            if twin is not None and key[1]:
                raise ConfigError(
                    f"{where}: {twin!r} is said to be there already; give each a place"
                )
            found[key] = place, reader.line_num
    except csv.Error as error:
        raise ConfigError(
            f"{path}: line {reader.line_num}: {error}; save it as CSV again"
        ) from None
    rows = ((who, film, place, line) for (who, film), (place, line) in found.items())
    return Subjects(tuple(rows), path)


def _place(cells: dict[str, str], where: str) -> SubjectPlace:
    numbers = {key: _number(cells[key], key, where) for key in ("time_ms", "x", "y", "w", "h")}
    position = cells["position"].lower()
    x, y = numbers["x"], numbers["y"]
    if x is not None and y is not None:
        if position:
            raise ConfigError(f"{where}: position and x, y; give one of the two")
        w, h = numbers["w"] or 0.0, numbers["h"] or 0.0
        return SubjectPlace("", int(numbers["time_ms"] or 0), (x, y, x + w, y + h))
    if any(value is not None for value in numbers.values()):
        raise ConfigError(f"{where}: a seed needs x and y, px of the film")
    if position in _POSITIONS:
        return SubjectPlace(_POSITIONS[position])
    if position.isascii() and position.isdigit() and 0 < int(position) < 100:
        return SubjectPlace(str(int(position)))
    raise ConfigError(
        f"{where}: position {cells['position']!r}: expected left, right, centre or a number from the "
        "left, or x and y"
    )


def _number(text: str, column: str, where: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and 0 <= value < 1e12):
        raise ConfigError(f"{where}: {column} {text!r}: expected a number of at least 0")
    return value
