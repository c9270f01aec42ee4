"""Learning on one dataset and being judged on another."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from benchmarks.protocols.people import People
from wdmd_tools.manifest import Dataset


@dataclass(frozen=True)
class CrossDataset(Dataset):
    """Two datasets as one: all that is read of it directly is the target, which is tested on.

    Args:
        train: Learnt from: its training and validation clips.
        target: Tested on: its test clips. Its other clips may be shown without labels.
        people: Who is the same person in both.
    """

    train: Dataset
    target: Dataset
    people: People

    @cached_property
    def frames(self) -> pa.Table:
        """Those of the target."""
        return self.target.frames

    @cached_property
    def data_hash(self) -> str:
        """Of both, in this order."""
        text = f"cross:{self.train.data_hash}:{self.target.data_hash}"
        return hashlib.sha256(text.encode()).hexdigest()


def cross(train: Dataset, target: Dataset, people: People | None = None) -> CrossDataset:
    """Put two datasets together.

    Args:
        train: Learnt from.
        target: Tested on.
        people: Who is the same person in both; nobody when `None`.
    """
    info = {**target.info, "synthetic": _synthetic(train) or _synthetic(target)}
    return CrossDataset(
        target.root, info, target.clips, target.segments, train, target, people or {}
    )


def _synthetic(dataset: Dataset) -> bool:
    return bool(dataset.info.get("synthetic", False))
