"""What of the catalogue, and of a user's own datasets, is on this machine."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmarks.catalogue.model import KnownDataset
from benchmarks.catalogue.read import find_known
from benchmarks.dataset_files import DatasetEntry
from benchmarks.datasets import BenchDataset
from benchmarks.specs import DatasetSpec
from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.manifest import Dataset

State = Literal["ready", "unusable", "not imported", "not named"]
"""Of a dataset: it can be run on; its folder is there and cannot be used; only the release is there, or
neither; no file or option names it."""


@dataclass(frozen=True)
class DatasetCounts:
    """What a built dataset holds.

    Args:
        recordings: Films.
        subjects: Persons.
        clips: Clips.
        frames: Frames.
        me: Consensus micro-expressions.
        macro: Consensus macro-expressions.
        emotions: Words of the release, and how many micro-expressions have them.
    """

    recordings: int
    subjects: int
    clips: int
    frames: int
    me: int
    macro: int
    emotions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """One dataset.

    Args:
        name: Its name in files, and of its folder of results.
        display: As shown in tables.
        entry: Of the catalogue; `None` for a user's own.
        spec: What names it; `None` when nothing does.
        state: See `State`.
        synthetic: Whether its films are rendered.
        counts: When it can be opened.
        missing: What is missing, and the cure; empty when nothing is.
        release: What was found of the release as its owners gave it; empty when no file names it.
        dataset: Opened; `None` unless `state` is ``ready``.
    """

    name: str
    display: str
    entry: KnownDataset | None
    spec: DatasetSpec | None
    state: State
    synthetic: bool = False
    counts: DatasetCounts | None = None
    missing: str = ""
    release: str = ""
    dataset: Dataset | None = None

    @property
    def import_command(self) -> str:
        """The command that makes it from the release; empty where there is none."""
        if self.entry is None:
            return ""
        release = self.spec.release if isinstance(self.spec, DatasetEntry) else None
        path = str(self.spec.path) if self.spec is not None else ""
        return self.entry.import_command(str(release) if release is not None else "RELEASE", path)


def find_all(datasets: Sequence[BenchDataset]) -> list[Found]:
    """What was found of each dataset.

    Args:
        datasets: Of `benchmarks.datasets.open_datasets`: those that something names, then the others of
            the catalogue.
    """
    return [_found(one) for one in datasets]


def _found(one: BenchDataset) -> Found:
    release = one.spec.release if isinstance(one.spec, DatasetEntry) else None
    return Found(
        one.name,
        one.display,
        find_known(one.name),
        one.spec,
        _state(one),
        one.synthetic,
        count(one.dataset) if one.dataset is not None else None,
        one.missing,
        _release(release),
        one.dataset,
    )


def _state(one: BenchDataset) -> State:
    if one.spec is None:
        return "not named"
    if one.dataset is not None:
        return "ready"
    return "unusable" if (one.spec.path / "dataset.json").exists() else "not imported"


def _release(path: Path | None) -> str:
    if path is None:
        return ""
    if not path.is_dir():
        return f"{path}: no such folder"
    inside = sum(1 for _ in path.iterdir())
    return f"{path}: {inside} files and folders" if inside else f"{path}: empty"


def count(dataset: Dataset) -> DatasetCounts:
    """Count what a dataset holds, from its tables."""
    clips = dataset.clips.select(["clip_id", "recording_id", "subject_id", "n_frames"]).to_pylist()
    segments = dataset.segments.select(["annotator", "kind", "label"]).to_pylist()
    agreed = [one for one in segments if one["annotator"] == CONSENSUS]
    kinds = Counter(one["kind"] for one in agreed)
    words = Counter(one["label"] for one in agreed if one["kind"] == "emotion" and one["label"])
    return DatasetCounts(
        recordings=len({one["recording_id"] for one in clips}),
        subjects=len({one["subject_id"] for one in clips}),
        clips=len(clips),
        frames=sum(one["n_frames"] for one in clips),
        me=kinds["me"],
        macro=kinds["macro"],
        emotions=dict(words.most_common()),
    )


def differences(counts: DatasetCounts, entry: KnownDataset) -> list[str]:
    """Where a dataset does not hold what its publication says, one line each.

    Clips are compared only where the publication counts clips; a dataset's own cut is no difference.
    """
    lines = []
    for what, published in entry.counts.known().items():
        here = getattr(counts, what)
        if here not in published:
            said = " or ".join(f"{one:,}" for one in published)
            lines.append(f"{what}: {here:,} here, {said} published")
    return lines
