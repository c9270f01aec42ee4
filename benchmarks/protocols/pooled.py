"""Several datasets as one, as MEGC's composite database: everyone's subjects, each dataset's apart.

Ids get the dataset's name in front, so that S01 of one laboratory is never taken for S01 of another.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from benchmarks.protocols.people import People
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset

_PREFIXED = ("clip_id", "recording_id", "subject_id", "source_video", "segment_id")


@dataclass(frozen=True)
class PooledDataset(Dataset):
    """Datasets side by side; crop paths are absolute.

    Args:
        parts: By name, in order.
    """

    parts: Mapping[str, Dataset]

    @cached_property
    def frames(self) -> pa.Table:
        """The frames of all parts."""
        return _joined({name: part.frames for name, part in self.parts.items()})

    @cached_property
    def data_hash(self) -> str:
        """Of all parts and their names."""
        lines = [f"{name}:{part.data_hash}" for name, part in self.parts.items()]
        return hashlib.sha256("\n".join(["pool", *lines]).encode()).hexdigest()


def pool(parts: Mapping[str, Dataset], people: People | None = None) -> PooledDataset:
    """Put datasets side by side, each with its own subjects.

    Args:
        parts: At least two, by name.
        people: Who is the same person in several of them; nobody when `None`.

    Raises:
        ConfigError: There are fewer than two.
    """
    if len(parts) < 2:
        raise ConfigError("a composite needs at least two datasets")
    clips = _joined({name: _absolute(part) for name, part in parts.items()})
    known = {
        f"{name}.{subject}": f"person:{who}"
        for (folder, subject), who in (people or {}).items()
        for name, part in parts.items()
        if folder == part.root.resolve()
    }
    clips = _renamed(clips, "subject_id", lambda one: known.get(one, one))
    segments = _joined({name: part.segments for name, part in parts.items()})
    videos = {
        f"{name}.{video}": digest
        for name, part in parts.items()
        for video, digest in source_hashes(part).items()
    }
    info: dict[str, Any] = {
        "name": "+".join(parts),
        "synthetic": any(bool(part.info.get("synthetic")) for part in parts.values()),
        "sources": {"videos": videos},
    }
    root = next(iter(parts.values())).root
    return PooledDataset(root, info, clips, segments, dict(parts))


def source_hashes(dataset: Dataset) -> dict[str, str]:
    """Digest of each film as `dataset.json` holds it; empty in datasets that hold none."""
    found = dataset.info.get("sources")
    videos = found.get("videos") if isinstance(found, dict) else None
    return {str(k): str(v) for k, v in videos.items()} if isinstance(videos, dict) else {}


def _absolute(part: Dataset) -> pa.Table:
    index = part.clips.schema.get_field_index("crop_path")
    field = part.clips.schema.field(index)
    paths = [str((part.root / path).absolute()) for path in part.clips["crop_path"].to_pylist()]
    return part.clips.set_column(index, field, pa.array(paths, pa.string()).cast(field.type))


def _joined(tables: Mapping[str, pa.Table]) -> pa.Table:
    return pa.concat_tables(
        [_prefixed(table, name) for name, table in tables.items()]
    ).unify_dictionaries()


def _prefixed(table: pa.Table, name: str) -> pa.Table:
    for column in _PREFIXED:
        if column in table.column_names:
            table = _renamed(table, column, lambda one: f"{name}.{one}")
    return table


def _renamed(table: pa.Table, column: str, rename: Callable[[str], str]) -> pa.Table:
    index = table.schema.get_field_index(column)
    field = table.schema.field(index)
    old = table[column].cast(pa.string()).to_pylist()
    new = pa.array([None if one is None else rename(one) for one in old], pa.string())
    coded = new.dictionary_encode() if pa.types.is_dictionary(field.type) else new
    return table.set_column(index, field, coded.cast(field.type))
