"""Named splits on disk: ``<data>/splits/<name>.json``, and a dataset under one of their folds.

The file may be edited by hand; whoever loads it runs the checks again.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wdmd_tools import atomic
from wdmd_tools.errors import ConfigError, ManifestError, UnknownNameError
from wdmd_tools.manifest import Dataset
from wdmd_tools.settings_errors import settings_fault
from wdmd_tools.split.leaks import check_disjoint
from wdmd_tools.split.make import Fold, NamedSplit, clips_digest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _StoredFold(_Frozen):
    name: str
    parts: dict[Literal["train", "val", "test"], tuple[str, ...]]


class _StoredSplit(_Frozen):
    format: Literal["wdmd-split"]
    version: Literal[1]
    name: str
    kind: Literal["holdout", "folds", "loso", "imported"]
    by: Literal["subject", "source"]
    seed: int | None
    clips_sha256: str
    folds: tuple[_StoredFold, ...] = Field(min_length=1)


def split_path(data: Path, name: str) -> Path:
    """Where a named split lies.

    Raises:
        ConfigError: The name cannot be one of a file.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(f"split name {name!r}: use letters, digits, '.', '_' and '-' only")
    return data / "splits" / f"{name}.json"


def stored_splits(data: Path) -> list[str]:
    """Names of the splits of a dataset folder, sorted."""
    return sorted(path.stem for path in (data / "splits").glob("*.json"))


def write_split(dataset: Dataset, split: NamedSplit) -> Path:
    """Check a split and store it.

    Args:
        dataset: What it was made for.
        split: The split.

    Returns:
        The file.

    Raises:
        ManifestError: It leaks, or names unknown clips.
    """
    check_split(dataset, split, split.name)
    path = split_path(dataset.root, split.name)
    atomic.write_json(
        path,
        {
            "format": "wdmd-split",
            "version": 1,
            "name": split.name,
            "kind": split.kind,
            "by": split.by,
            "seed": split.seed,
            "clips_sha256": split.clips_sha256,
            "folds": [{"name": fold.name, "parts": dict(fold.parts)} for fold in split.folds],
        },
    )
    return path


def read_split(dataset: Dataset, name: str) -> NamedSplit:
    """Load a split and check it against the dataset.

    Args:
        dataset: An open dataset.
        name: Of the split.

    Raises:
        UnknownNameError: There is none of that name.
        ManifestError: The file is damaged, the dataset's clips have changed, or it leaks.
    """
    path = split_path(dataset.root, name)
    if not path.is_file():
        raise UnknownNameError("split", name, stored_splits(dataset.root))
    try:
        found = _StoredSplit.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise ManifestError(
            f"{path}: {settings_fault(error, _StoredSplit)}; make it again with wdmd split --force"
        ) from None
    folds = tuple(
        Fold(fold.name, {str(part): ids for part, ids in fold.parts.items()})
        for fold in found.folds
    )
    split = NamedSplit(name, found.kind, found.by, found.seed, folds, found.clips_sha256)
    if split.clips_sha256 != clips_digest(dataset):
        raise ManifestError(
            f"{path}: the dataset has other clips, subjects or films than when this split was made; "
            "make it again with wdmd split --force"
        )
    check_split(dataset, split, str(path))
    return split


def check_split(dataset: Dataset, split: NamedSplit, where: str) -> None:
    """Refuse a split that leaks, names unknown clips, or tests nothing.

    Args:
        dataset: An open dataset.
        split: The split.
        where: For messages.

    Raises:
        ManifestError: What is wrong, with fold and clip.
    """
    rows = dataset.clips.select(["clip_id", "subject_id", "source_video"]).to_pylist()
    known = {row["clip_id"]: row for row in rows}
    for fold in split.folds:
        place = f"{where}, fold {fold.name}"
        pairs = [(clip_id, part) for part, ids in fold.parts.items() for clip_id in ids]
        unknown = [clip_id for clip_id, _ in pairs if clip_id not in known]
        if unknown:
            raise ManifestError(f"{place}: there is no clip {unknown[0]!r} in this dataset")
        for needed in ("train", "test"):
            if not fold.parts.get(needed):
                raise ManifestError(f"{place}: no clip is in {needed}")
        parts = [part for _, part in pairs]
        try:
            check_disjoint([clip_id for clip_id, _ in pairs], parts, "clip")
            for column, what in (("subject_id", "subject"), ("source_video", "source")):
                check_disjoint([known[clip_id][column] for clip_id, _ in pairs], parts, what)
        except ManifestError as error:
            raise ManifestError(f"{place}: {error}") from None


@dataclass(frozen=True)
class _SplitView(Dataset):
    """A dataset whose split column is that of a fold; its hash says so, so runs are not mixed up."""

    @cached_property
    def data_hash(self) -> str:
        base = Dataset(self.root, {}, self.clips, self.segments).data_hash
        column = json.dumps(self.clips["split"].to_pylist())
        return hashlib.sha256(f"{base}{column}".encode()).hexdigest()


def with_split(dataset: Dataset, name: str, fold: str = "") -> Dataset:
    """A view of the dataset under one fold of a named split.

    Args:
        dataset: An open dataset.
        name: Of the split.
        fold: Name of the fold; may be left out when there is only one.

    Returns:
        The same clips, with the fold's parts in the ``split`` column and the choice in ``info["split"]``.

    Raises:
        ConfigError: No fold is named though there are several, or there is no such fold.
        ManifestError: See `read_split`.
    """
    split = read_split(dataset, name)
    names = [one.name for one in split.folds]
    if not fold and len(names) > 1:
        raise ConfigError(
            f"split {name!r} has {len(names)} folds; choose one with --fold {names[0]}"
        )
    if fold and fold not in names:
        raise UnknownNameError(f"fold of split {name!r}", fold, names)
    chosen = split.folds[names.index(fold) if fold else 0]
    info = {**dataset.info, "split": {"name": name, "fold": chosen.name, "seed": split.seed}}
    return _SplitView(dataset.root, info, _replace(dataset.clips, chosen.parts), dataset.segments)


def _replace(clips: pa.Table, parts: Mapping[str, tuple[str, ...]]) -> pa.Table:
    part_of = {clip_id: part for part, ids in parts.items() for clip_id in ids}
    values: list[Any] = [part_of.get(clip_id) for clip_id in clips["clip_id"].to_pylist()]
    field = clips.schema.field("split")
    column = pa.array(values, pa.string()).dictionary_encode().cast(field.type)
    return clips.set_column(clips.schema.get_field_index("split"), field, column)
