"""``people.csv``: who of one dataset is also in another, as a person said.

dataset,subject_id,person
data/lab-a,S01,anna
data/lab-b,P07,anna

Without it nobody is: all laboratories begin at S01. Folders are relative to the file.
"""

from collections.abc import Mapping
from pathlib import Path

from wdmd_tools.errors import ConfigError, describe_os_error
from wdmd_tools.spreadsheet_in import read_sheet

COLUMNS = ("dataset", "subject_id", "person")
People = Mapping[tuple[Path, str], str]
"""Folder of a dataset (resolved) and subject to a person."""


def read_people(path: Path) -> People:
    """Read the file.

    Raises:
        ConfigError: It is absent, a column is missing, a cell is empty, or a subject is two persons.
    """
    try:
        sheet = read_sheet(path)
    except OSError as error:
        raise ConfigError(describe_os_error(error, path)) from None
    missing = [name for name in COLUMNS if name not in sheet.head]
    if missing:
        raise ConfigError(f"{path}: no column {missing[0]!r}; expected {', '.join(COLUMNS)}")
    people: dict[tuple[Path, str], str] = {}
    for line, cells in sheet.rows:
        folder, subject, person = (cells.get(name, "").strip() for name in COLUMNS)
        if not (folder and subject and person):
            raise ConfigError(f"{path}:{line}: a cell is empty; expected {', '.join(COLUMNS)}")
        key = ((path.parent / folder).resolve(), subject)
        if people.setdefault(key, person) != person:
            raise ConfigError(
                f"{path}:{line}: subject {subject!r} of {folder} is both {people[key]!r} and {person!r}"
            )
    return people
