"""``bench run --smoke``: does every model run at all on this machine?

Each model learns from a handful of clips, with the options that its entry gives for this
(`benchmarks.registry.ModelEntry.smoke`), and says something about a handful of others: minutes in all. The
numbers mean nothing, so results carry a mark, lie in a folder of their own, and no table takes them.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.datasets import BenchDataset
from benchmarks.protocols import folds_of
from benchmarks.protocols.definitions import HOLDOUT
from benchmarks.registry import ModelEntry
from wdmd_tools.atomic import write_json
from wdmd_tools.errors import WdmdError
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.tables import write_table

FOLDER = "smoke"
"""Below the folder of results."""

TIME_LIMIT_S = 300.0
"""Of each job, unless the user says otherwise."""

CLIPS_OF_A_KIND = 2
"""Clips taken from each split, of each kind: with and without an ME, speaking and listening."""


def smoke_entries(models: Sequence[ModelEntry]) -> list[ModelEntry]:
    """The models with the least that they can do."""
    return [replace(one, options=_merged(one.options, one.smoke)) for one in models]


def _merged(options: Any, smoke: Any) -> dict[str, Any]:
    """Lists are put behind one another, as later settings win; other values replace."""
    merged = dict(options)
    for name, value in smoke.items():
        old = merged.get(name)
        both = isinstance(old, list | tuple) and isinstance(value, list | tuple)
        merged[name] = [*(old or ()), *value] if both else value
    return merged


def smoke_datasets(datasets: Sequence[BenchDataset], out: Path) -> list[BenchDataset]:
    """A slice of each dataset under its first fold, as a dataset folder of its own.

    Args:
        datasets: Those that are there are sliced; the others stay as they are.
        out: Folder of the smoke run.
    """
    sliced = []
    for one in datasets:
        if one.dataset is None or one.spec is None:
            sliced.append(one)
            continue
        if type(one.dataset) is not Dataset:
            why = "not part of a smoke run; each of its datasets is tried under --protocol holdout"
            sliced.append(replace(one, dataset=None, missing=why))
            continue
        try:
            first = folds_of(one.dataset, one.spec.protocol)[0].dataset
        except WdmdError:
            first = one.dataset  # the plan says what is wrong with it
        part = write_slice(first, out / ".data" / one.name)
        spec = one.spec.model_copy(update={"path": part.root, "protocol": HOLDOUT})
        sliced.append(replace(one, spec=spec, dataset=part))
    return sliced


def write_slice(dataset: Dataset, folder: Path) -> Dataset:
    """Write a few short clips of each split as a dataset, and open it.

    Args:
        dataset: The whole.
        folder: Emptied first. Crops are linked where the file system can, else copied.
    """
    ids = _chosen(dataset)
    shutil.rmtree(folder, ignore_errors=True)
    tables = {"clips": dataset.clips, "segments": dataset.segments, "frames": dataset.frames}
    kept = {name: table.filter(_has(table, ids)) for name, table in tables.items()}
    for name, table in kept.items():
        write_table(folder / f"{name}.parquet", name, table)
    for path in kept["clips"]["crop_path"].to_pylist():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(dataset.root / path, target)
        except OSError:
            shutil.copyfile(dataset.root / path, target)
    write_json(folder / "dataset.json", {**dataset.info, "smoke": True})
    return Dataset.open(folder)


def _chosen(dataset: Dataset) -> list[str]:
    taken: dict[tuple[object, ...], list[str]] = {}
    for clip in sorted(dataset.iter_clips(), key=lambda clip: (clip.n_frames, clip.clip_id)):
        if clip.split is not None:
            kind = taken.setdefault((clip.split, clip.has_me, clip.speaking), [])
            if len(kind) < CLIPS_OF_A_KIND:
                kind.append(clip.clip_id)
    return [name for names in taken.values() for name in names]


def _has(table: pa.Table, ids: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(pc.cast(table["clip_id"], pa.string()), value_set=pa.array(ids, pa.string()))
