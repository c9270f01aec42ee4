"""How a dataset is cut into what a model learns from and what it is judged on.

``holdout`` is the split stored in the manifest; ``cross-dataset`` and ``composite`` are about several
datasets; any other name is that of a split which `wdmd split` made, with one fold or many.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from benchmarks.protocols.across import CrossDataset
from benchmarks.protocols.definitions import COMPOSITE, CROSS, HOLDOUT, protocol_info
from benchmarks.protocols.leaks import check_cross, check_holdout
from benchmarks.protocols.pooled import PooledDataset
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Dataset
from wdmd_tools.split.groups import group_clips
from wdmd_tools.split.make import Fold as Cut
from wdmd_tools.split.make import NamedSplit, make_loso
from wdmd_tools.split.stored import read_split, with_split

COMPOSITE_SEED, COMPOSITE_VAL_SHARE = 0, 0.15
"""Of the dealing of validation data in a composite; part of its version."""

_KINDS = {
    ("holdout", "subject"): "named-holdout",
    ("holdout", "source"): "source-holdout",
    ("folds", "subject"): "subject-folds",
    ("folds", "source"): "source-folds",
    ("loso", "subject"): "loso",
    ("loso", "source"): "leave-one-source-out",
}


@dataclass(frozen=True)
class Fold:
    """One way to cut a dataset.

    Args:
        number: From 0, of a job's folder.
        name: As `wdmd split` calls it; empty where there is only one.
        dataset: With this fold's parts in the ``split`` column.
    """

    number: int
    name: str
    dataset: Dataset


def folds_of(dataset: Dataset, protocol: str) -> list[Fold]:
    """The folds of a protocol, each checked for leaks.

    Args:
        dataset: An open dataset; `CrossDataset` or `PooledDataset` for those two protocols.
        protocol: ``holdout``, ``cross-dataset``, ``composite``, or the name of a split of this dataset.

    Raises:
        UnknownNameError: There is no split of that name.
        ManifestError: A fold is empty or leaks, or the split is not what it says that it is.
    """
    if protocol == HOLDOUT:
        check_holdout(dataset)
        return [Fold(0, "", dataset)]
    if protocol == CROSS:
        check_cross(_as_cross(dataset))
        return [Fold(0, "", dataset)]
    if protocol == COMPOSITE:
        cuts = _composite(dataset).folds
        return [Fold(n, one.name, _composite_fold(dataset, one)) for n, one in enumerate(cuts)]
    split = read_split(dataset, protocol)
    check_kind(dataset, split)
    return [
        Fold(number, one.name, _named_fold(dataset, protocol, one.name))
        for number, one in enumerate(split.folds)
    ]


def open_fold(dataset: Dataset, protocol: str, name: str) -> Dataset:
    """The dataset under one fold, checked.

    Args:
        dataset: An open dataset.
        protocol: As in `folds_of`.
        name: Of the fold; empty where there is only one.

    Raises:
        ManifestError: It is empty or leaks.
    """
    if protocol == HOLDOUT:
        check_holdout(dataset)
        return dataset
    if protocol == CROSS:
        check_cross(_as_cross(dataset))
        return dataset
    if protocol != COMPOSITE:
        return _named_fold(dataset, protocol, name)
    fold = next((one for one in _composite(dataset).folds if one.name == name), None)
    if fold is None:
        raise ManifestError(f"{dataset.root}: the composite has no fold {name!r}")
    return _composite_fold(dataset, fold)


def protocol_facts(dataset: Dataset, protocol: str, fold: str = "") -> dict[str, Any]:
    """What is recorded of a protocol with every result: its name and version, and how it was cut.

    Args:
        dataset: An open dataset.
        protocol: As in `folds_of`.
        fold: Name of the fold.
    """
    more: dict[str, Any] = {}
    if protocol in (HOLDOUT, CROSS, COMPOSITE):
        info = protocol_info(protocol)
    else:
        split = read_split(dataset, protocol)
        info = protocol_info(_KINDS.get((split.kind, split.by), "imported"))
        more = {"split": protocol, "by": split.by, "seed": split.seed, "fold": fold}
    if isinstance(dataset, CrossDataset):
        more = {
            "train": {"name": dataset.train.name, "data_hash": dataset.train.data_hash},
            "target": {"name": dataset.target.name, "data_hash": dataset.target.data_hash},
        }
    if isinstance(dataset, PooledDataset):
        parts = {name: part.data_hash for name, part in dataset.parts.items()}
        more = {"parts": parts, "seed": COMPOSITE_SEED, "fold": fold}
    return {"name": info.name, "version": info.version, **more}


def check_kind(dataset: Dataset, split: NamedSplit) -> None:
    """Refuse a split that is not what it says: its file may have been edited.

    Args:
        dataset: An open dataset.
        split: Checked for leaks already.

    Raises:
        ManifestError: Folds that test a clip twice or never, or a leave-one-out fold with two groups.
    """
    if split.kind not in ("folds", "loso"):
        return
    tested = Counter(clip for fold in split.folds for clip in fold.parts.get("test", ()))
    again = f"make it again with `wdmd split {dataset.root} --name {split.name} --force`"
    for clip in dataset.clips["clip_id"].to_pylist():
        if tested[clip] != 1:
            how = "in no fold" if tested[clip] == 0 else f"in {tested[clip]} folds"
            raise ManifestError(f"split {split.name!r}: clip {clip!r} is tested {how}; {again}")
    if split.kind != "loso":
        return
    group_of = {
        clip: group.name for group in group_clips(dataset, split.by) for clip in group.clip_ids
    }
    for fold in split.folds:
        groups = sorted({group_of[clip] for clip in fold.parts["test"]})
        if len(groups) != 1:
            raise ManifestError(
                f"split {split.name!r}, fold {fold.name}: leaves {groups[0]!r} and {groups[1]!r} out "
                f"together, which is not leave one {split.by} out; {again}"
            )


def _as_cross(dataset: Dataset) -> CrossDataset:
    if not isinstance(dataset, CrossDataset):
        raise ManifestError(
            f"{dataset.root}: protocol {CROSS} needs a second dataset to learn from: give it with "
            "--train-data, or as `train:` in bench.yaml"
        )
    return dataset


def _composite(dataset: Dataset) -> NamedSplit:
    if not isinstance(dataset, PooledDataset):
        raise ManifestError(
            f"{dataset.root}: protocol {COMPOSITE} needs several datasets: give --data several times, "
            "or list them as `pool:` in bench.yaml"
        )
    return make_loso(dataset, COMPOSITE, "subject", COMPOSITE_VAL_SHARE, COMPOSITE_SEED)


def _named_fold(dataset: Dataset, protocol: str, name: str) -> Dataset:
    view = with_split(dataset, protocol, name)
    check_holdout(view)
    return view


def _composite_fold(dataset: Dataset, fold: Cut) -> Dataset:
    said = {"name": COMPOSITE, "fold": fold.name, "seed": COMPOSITE_SEED}
    clips = _with_parts(dataset.clips, fold.parts)
    view = _FoldOfPool(
        dataset.root, {**dataset.info, "split": said}, clips, dataset.segments, dataset
    )
    check_holdout(view)
    return view


@dataclass(frozen=True)
class _FoldOfPool(Dataset):
    """Pooled datasets under one fold."""

    whole: Dataset

    @cached_property
    def frames(self) -> pa.Table:
        """Those of the pool."""
        return self.whole.frames

    @cached_property
    def data_hash(self) -> str:
        """Of the pool and the fold."""
        column = json.dumps(self.clips["split"].to_pylist())
        return hashlib.sha256(f"{self.whole.data_hash}{column}".encode()).hexdigest()


def _with_parts(clips: pa.Table, parts: Mapping[str, tuple[str, ...]]) -> pa.Table:
    part_of = {clip: part for part, ids in parts.items() for clip in ids}
    index = clips.schema.get_field_index("split")
    field = clips.schema.field(index)
    values = pa.array([part_of.get(one) for one in clips["clip_id"].to_pylist()], pa.string())
    return clips.set_column(index, field, values.dictionary_encode().cast(field.type))
