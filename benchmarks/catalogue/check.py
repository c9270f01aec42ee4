"""Whether a built dataset is whole: every crop is what the build wrote, and the counts agree."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.catalogue.found import DatasetCounts, count, differences
from benchmarks.catalogue.model import KnownDataset
from benchmarks.protocols.across import CrossDataset
from benchmarks.protocols.pooled import PooledDataset
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.hashing import sha256_of

Progress = Callable[[int, int], None]
"""Crops looked at, and all of them."""

_UNKNOWN = "0" * 64


@dataclass(frozen=True)
class Check:
    """What was found.

    Args:
        crops: Crop videos that were read and compared.
        damage: What is wrong: absent or changed crops, counts that disagree. One line each.
        differences: From the publication; no damage, since releases differ. Empty for rendered films.
    """

    crops: int
    damage: tuple[str, ...]
    differences: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damage


def check_dataset(
    dataset: Dataset,
    entry: KnownDataset | None = None,
    *,
    synthetic: bool = False,
    progress: Progress | None = None,
) -> Check:
    """Read every crop and compare its SHA-256, and compare counts.

    Args:
        dataset: Opened; of several (cross-dataset, composite) each is checked.
        entry: Of the catalogue, to compare with its publication.
        synthetic: Whether the films are rendered: then there is no publication.
        progress: Told after each crop.
    """
    parts = _parts(dataset)
    rows = [(part, row) for part in parts for row in _crops(part)]
    damage: list[str] = []
    for number, (part, row) in enumerate(rows, 1):
        damage += _crop_damage(part, row)
        if progress is not None:
            progress(number, len(rows))
    for part in parts:
        damage += _count_damage(part, count(part))
    apart = differences(count(dataset), entry) if entry is not None and not synthetic else []
    return Check(len(rows), tuple(damage), tuple(apart))


def _parts(dataset: Dataset) -> list[Dataset]:
    if isinstance(dataset, CrossDataset):
        return [dataset.train, dataset.target]
    return list(dataset.parts.values()) if isinstance(dataset, PooledDataset) else [dataset]


def _crops(dataset: Dataset) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = dataset.clips.select(["crop_path", "crop_sha256"]).to_pylist()
    return rows


def _crop_damage(dataset: Dataset, row: dict[str, Any]) -> list[str]:
    path = dataset.root / row["crop_path"]
    if not path.is_file():
        return [f"{path}: is absent"]
    if row["crop_sha256"] != _UNKNOWN and sha256_of(path) != row["crop_sha256"]:
        return [f"{path}: is not the file that was built (its SHA-256 differs)"]
    return []


def _count_damage(dataset: Dataset, here: DatasetCounts) -> list[str]:
    """Tables against the counts that the build stored, where it stored them."""
    said = dataset.info.get("counts", {})
    pairs = [(name, getattr(here, name)) for name in ("clips", "frames", "subjects", "me")]
    return [
        f"{dataset.root}: {name}: {value:,} in its tables, {said[name]:,} in dataset.json"
        for name, value in pairs
        if isinstance(said.get(name), int) and said[name] != value
    ]
