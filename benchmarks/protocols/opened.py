"""From folders to a dataset: one, one to learn from and one to test on, or several pooled."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from benchmarks.protocols.across import cross
from benchmarks.protocols.people import People, read_people
from benchmarks.protocols.pooled import pool
from wdmd_tools.manifest import Dataset


class Folders(BaseModel):
    """Where the data of a row are.

    Args:
        path: The dataset that is tested on.
        train: Another one that is learnt from; `None` for the same.
        pool: Several, by name, instead of `path`.
        people: ``people.csv``, who is in several of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path
    train: Path | None = None
    pool: dict[str, Path] = Field(default_factory=dict)
    people: Path | None = None


def open_data(folders: Folders) -> Dataset:
    """Open them as one dataset.

    Args:
        folders: Where they are.

    Raises:
        ManifestError: One cannot be opened.
        ConfigError: ``people.csv`` is wrong, or a pool has one dataset only.
    """
    people: People = {} if folders.people is None else read_people(folders.people)
    if folders.pool:
        parts = {name: Dataset.open(path) for name, path in folders.pool.items()}
        return pool(parts, people)
    target = Dataset.open(folders.path)
    return target if folders.train is None else cross(Dataset.open(folders.train), target, people)
