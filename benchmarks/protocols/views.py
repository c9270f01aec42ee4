"""What a model may see of a dataset: the training view lacks the test clips, the blind view all labels."""

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.protocols.across import CrossDataset
from wdmd_tools.manifest import Dataset

TRAINING_SPLITS = ("train", "val")


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


def _frames_of(view: _View) -> pa.Table:
    whole = view.whole.frames
    return whole.filter(_in(whole["clip_id"], view.clips["clip_id"].to_pylist()))


def training_view(dataset: Dataset) -> Dataset:
    """The dataset without its test clips and those of no split; across datasets, that of the first one."""
    if isinstance(dataset, CrossDataset):
        return training_view(dataset.train)
    clips = dataset.clips.filter(_in(dataset.clips["split"], TRAINING_SPLITS))
    segments = dataset.segments.filter(
        _in(dataset.segments["clip_id"], clips["clip_id"].to_pylist())
    )
    return _View(dataset.root, dataset.info, clips, segments, dataset)


def blind_view(dataset: Dataset, split: str) -> Dataset:
    """The clips of one split without any label; across datasets, of the one that is tested on."""
    if isinstance(dataset, CrossDataset):
        return blind_view(dataset.target, split)
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
