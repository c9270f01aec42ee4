"""``datasets.toml``: where datasets lie on this machine.

    [casme2sq]
    path = "data/casme2sq"             # what `wdmd import` or `wdmd build` wrote, or shall write
    release = "/licensed/CAS(ME)2"     # as its owners gave it; may be left out
    protocol = "loso"                  # as in bench.yaml, and all else that is allowed there

Paths are relative to the file. A folder is taken only if a file or an option names it.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from benchmarks.catalogue.read import find_known
from benchmarks.specs import NAME, BenchConfig, DatasetSpec
from wdmd_tools.errors import ConfigError
from wdmd_tools.settings_errors import settings_fault

_FORM = 'a dataset is written as [name] with path = "folder"'


class DatasetEntry(DatasetSpec):
    """A dataset of the file.

    Args:
        release: The folder as its owners gave it, for `wdmd import`; `None` when it is not said.
    """

    release: Path | None = None


def load_dataset_file(path: Path) -> dict[str, DatasetEntry]:
    """Read the file.

    Args:
        path: ``datasets.toml`` or any other.

    Returns:
        By name, in the order of the file; paths are absolute or from where the file lies. A known dataset
        is under its own name even if the file uses another one (`KnownDataset.aliases`).

    Raises:
        ConfigError: It is absent, not TOML, or a key or value is wrong; the message names it.
    """
    path = Path(path)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; {_FORM}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {' '.join(str(error).split())}") from None
    found: dict[str, DatasetEntry] = {}
    for given, value in values.items():
        known = find_known(given)
        name = known.name if known is not None else given
        if name in found:
            raise ConfigError(f"{path}: [{given}]: {name} is in the file already; remove one")
        found[name] = _entry(path, given, value)
    return found


def _entry(path: Path, name: str, value: Any) -> DatasetEntry:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{path}: {name}: {_FORM}; this key is no dataset")
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"{path}: [{name}]: use letters, digits, '.', '_' and '-' only, 61 at most"
        )
    try:
        entry = DatasetEntry.model_validate(dict(value))
    except ValidationError as error:
        raise ConfigError(f"{path}: [{name}] {_reason(error)}") from None
    folder = path.parent
    return entry.model_copy(
        update={
            "path": folder / entry.path.expanduser(),
            "release": None if entry.release is None else folder / entry.release.expanduser(),
            "train": None if entry.train is None else folder / entry.train.expanduser(),
            "pool": {part: folder / one.expanduser() for part, one in entry.pool.items()},
            "people": None if entry.people is None else folder / entry.people.expanduser(),
        }
    )


def _reason(error: ValidationError) -> str:
    hint = "; name the folder that `wdmd import` or `wdmd build` wrote, or shall write"
    path_missing = error.errors()[0]["loc"] == ("path",)
    return settings_fault(error, DatasetEntry, hint=hint if path_missing else "")


def with_datasets(config: BenchConfig, path: Path) -> BenchConfig:
    """A configuration with the datasets of a file added.

    Args:
        config: From ``bench.yaml``; may be empty.
        path: The file.

    Raises:
        ConfigError: The file is wrong, or ``bench.yaml`` has a dataset of the same name.
    """
    more = load_dataset_file(path)
    for name in config.datasets:
        known = find_known(name)
        if name in more or (known is not None and known.name in more):
            raise ConfigError(f"{path}: [{name}]: bench.yaml has a dataset of that name; keep one")
    return config.model_copy(update={"datasets": {**config.datasets, **more}})
