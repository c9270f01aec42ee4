"""How a dataset is cut into what a model learns from and what it is judged on, and that nothing leaks.

``holdout`` is the split stored in the manifest; any other protocol is the name of a split that `wdmd split`
made, with one fold or many (k folds, leave one subject or film out). A model sees data only through the
views made here: the training view lacks the test clips, the blind view lacks all labels.
"""

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Dataset
from wdmd_tools.split import check_disjoint
from wdmd_tools.split.stored import read_split, with_split

TRAINING_SPLITS = ("train", "val")
TEST_SPLIT = "test"
HOLDOUT = "holdout"


@dataclass(frozen=True)
class Fold:
    """One way to cut a dataset.

    Args:
        number: From 0, of a job's folder.
        name: As `wdmd split` calls it; empty for the hold-out.
        dataset: With this fold's parts in the ``split`` column.
    """

    number: int
    name: str
    dataset: Dataset


def folds_of(dataset: Dataset, protocol: str) -> list[Fold]:
    """The folds of a protocol, each checked for leaks.

    Args:
        dataset: An open dataset.
        protocol: ``holdout``, or the name of a split of this dataset.

    Raises:
        UnknownNameError: There is no split of that name.
        ManifestError: A fold is empty or leaks.
    """
    if protocol == HOLDOUT:
        check_holdout(dataset)
        return [Fold(0, "", dataset)]
    folds = []
    for number, fold in enumerate(read_split(dataset, protocol).folds):
        view = with_split(dataset, protocol, fold.name)
        check_holdout(view)
        folds.append(Fold(number, fold.name, view))
    return folds


def open_fold(dataset: Dataset, protocol: str, name: str) -> Dataset:
    """The dataset under one fold, checked.

    Args:
        dataset: An open dataset.
        protocol: As in `folds_of`.
        name: Of the fold; empty for the hold-out.

    Raises:
        ManifestError: It is empty or leaks.
    """
    view = dataset if protocol == HOLDOUT else with_split(dataset, protocol, name)
    check_holdout(view)
    return view


def check_holdout(dataset: Dataset) -> None:
    """Refuse a split that is empty or leaks.

    Raises:
        ManifestError: There is no training or test clip, or a subject, a recording or the same crop is on
            two sides.
    """
    clips = [clip for clip in dataset.iter_clips() if clip.split is not None]
    splits = [clip.split for clip in clips]
    for needed in ("train", TEST_SPLIT):
        if needed not in splits:
            raise ManifestError(
                f"{dataset.root}: no clip is in the {needed} split; build it from at least two "
                "subjects, or set the split column"
            )
    check_disjoint([clip.subject_id for clip in clips], splits, "subject")
    check_disjoint([clip.recording_id for clip in clips], splits, "recording")
    rows = [row for row in dataset.clips.to_pylist() if row["split"] is not None]
    # A hash of zeros stands for "not computed", as in hand-made tables.
    hashed = [row for row in rows if row["crop_sha256"].strip("0")]
    check_disjoint([row["crop_sha256"] for row in hashed], [row["split"] for row in hashed], "crop")


@dataclass(frozen=True)
class _View(Dataset):
    """A dataset with fewer clips; its hash stays that of the whole, under the fold that it was cut from."""

    whole: Dataset

    @cached_property
    def data_hash(self) -> str:
        """Of the whole: what is trained on different folds is told apart, the same fold is known again."""
        return self.whole.data_hash

    @cached_property
    def frames(self) -> pa.Table:
        """The frames of the clips that are left."""
        return _frames_of(self)


@dataclass(frozen=True)
class _BlindView(_View):
    """A dataset without labels."""

    @cached_property
    def frames(self) -> pa.Table:
        """The frames, none in a micro-expression and none with a state."""
        table = _frames_of(self)
        nothing = pa.array([False] * table.num_rows)
        states = pa.nulls(table.num_rows, table.schema.field("state").type)
        table = table.set_column(table.schema.get_field_index("is_me"), "is_me", nothing)
        return table.set_column(table.schema.get_field_index("state"), "state", states)


def _frames_of(view: Dataset) -> pa.Table:
    whole = Dataset.open(view.root).frames
    return whole.filter(_in(whole["clip_id"], view.clips["clip_id"].to_pylist()))


def training_view(dataset: Dataset) -> Dataset:
    """The dataset without its test clips and those of no split."""
    clips = dataset.clips.filter(_in(dataset.clips["split"], TRAINING_SPLITS))
    segments = dataset.segments.filter(
        _in(dataset.segments["clip_id"], clips["clip_id"].to_pylist())
    )
    return _View(dataset.root, dataset.info, clips, segments, dataset)


def blind_view(dataset: Dataset, split: str) -> Dataset:
    """The clips of one split without any label."""
    clips = dataset.clips.filter(_in(dataset.clips["split"], (split,)))
    rows = clips.num_rows
    for name, values in (
        ("has_me", pa.array([False] * rows)),
        ("state", pa.array(["unknown"] * rows).dictionary_encode()),
        ("speaking_share", pa.nulls(rows, pa.float32())),
    ):
        field = clips.schema.field(name)
        index = clips.schema.get_field_index(name)
        clips = clips.set_column(index, field, values.cast(field.type))
    return _BlindView(dataset.root, dataset.info, clips, dataset.segments.slice(0, 0), dataset)


def _in(column: pa.ChunkedArray, names: tuple[str, ...] | list[str]) -> pa.ChunkedArray:
    return pc.is_in(pc.cast(column, pa.string()), value_set=pa.array(names, pa.string()))
