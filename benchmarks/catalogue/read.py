"""Entries from TOML files."""

import functools
import tomllib
from pathlib import Path

from pydantic import ValidationError

from benchmarks.catalogue.model import KnownDataset
from wdmd_tools.errors import ConfigError
from wdmd_tools.settings_errors import settings_fault

FOLDER = Path(__file__).parent
"""Where the entries are."""


def read_entry(path: Path) -> KnownDataset:
    """Read one entry; its name is that of the file.

    Raises:
        ConfigError: The file is no TOML, or a key is unknown, missing or wrong; the message names it.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {' '.join(str(error).split())}") from None
    try:
        return KnownDataset.model_validate({**values, "name": path.stem})
    except ValidationError as error:
        raise ConfigError(f"{path}: {settings_fault(error, KnownDataset)}") from None


@functools.cache
def known_datasets() -> dict[str, KnownDataset]:
    """All entries by name, in order of their rank."""
    entries = [read_entry(path) for path in FOLDER.glob("*.toml")]
    return {one.name: one for one in sorted(entries, key=lambda one: (one.rank, one.name))}


def find_known(name: str) -> KnownDataset | None:
    """The entry of that name or alias; `None` when there is none."""
    for entry in known_datasets().values():
        if name == entry.name or name in entry.aliases:
            return entry
    return None
