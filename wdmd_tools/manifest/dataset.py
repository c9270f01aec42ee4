"""A built dataset folder, opened for reading.

    data/  dataset.json  clips.parquet  segments.parquet  frames.parquet  rejects.parquet  crops/

Everything downstream (agreement, statistics, training, benchmarks) starts from `Dataset.open`.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval, from_frames
from wdmd_tools.manifest.tables import read_table

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Clip:
    """One row of the clips table, with what training and scoring ask of it.

    Args:
        clip_id: Unique id.
        recording_id: The source video; clips of one recording are one cluster in a bootstrap.
        subject_id: The person.
        split: ``"train"``, ``"val"``, ``"test"`` or `None`.
        n_frames: Frames in the crop file.
        fps: Frames per second, average.
        has_me: Whether a consensus ME lies inside.
        speaking: Majority state, ties to speaking; `None` when no frame has a state.
        crop_path: Absolute path of the crop video.
    """

    clip_id: str
    recording_id: str
    subject_id: str
    split: str | None
    n_frames: int
    fps: float
    has_me: bool
    speaking: bool | None
    crop_path: Path


@dataclass(frozen=True)
class Dataset:
    """A dataset folder.

    Args:
        root: The folder.
        info: `dataset.json`.
        clips: The clips table.
        segments: The segments table.
    """

    root: Path
    info: dict[str, Any]
    clips: pa.Table
    segments: pa.Table

    @classmethod
    def open(cls, root: Path | str) -> "Dataset":
        """Open a folder that `wdmd build` (or `wdmd import`) wrote.

        Args:
            root: The folder, usually ``data/``.

        Raises:
            ManifestError: There is no such folder or no dataset in it, or a table is damaged or of another
                version.
        """
        root = Path(root)
        info_path = root / "dataset.json"
        if not root.exists():
            raise ManifestError(
                f"{root}: no such folder; make a dataset with "
                f"`wdmd build --elan ann/ --videos raw/ --out {root}`"
            )
        if not info_path.is_file():
            raise ManifestError(
                f"{root}: no dataset here (dataset.json is missing); make one with "
                f"`wdmd build --elan ann/ --videos raw/ --out {root}`"
            )
        try:
            info = json.loads(info_path.read_text(encoding="utf-8"))
        except (ValueError, UnicodeDecodeError) as error:
            raise ManifestError(f"{info_path}: not valid JSON ({error}); build it again") from error
        clips = read_table(root / "clips.parquet", "clips")
        segments = read_table(root / "segments.parquet", "segments")
        return cls(root=root, info=info, clips=clips, segments=segments)

    @property
    def name(self) -> str:
        """The dataset's name, for tables."""
        return str(self.info.get("name", self.root.name))

    @cached_property
    def frames(self) -> pa.Table:
        """The frames table, read on first use."""
        return read_table(self.root / "frames.parquet", "frames")

    @cached_property
    def data_hash(self) -> str:
        """Hex digest over the tables' content: equal data, equal hash, whatever the folder."""
        digest = hashlib.sha256()
        for name in ("clips", "segments", "frames"):
            digest.update((self.root / f"{name}.parquet").read_bytes())
        return digest.hexdigest()

    def iter_clips(self, split: str | None = None) -> Iterator[Clip]:
        """Clips in table order.

        Args:
            split: Only those of this split; all when `None`.
        """
        for row in self.clips.to_pylist():
            if split is not None and row["split"] != split:
                continue
            share = row["speaking_share"]
            yield Clip(
                clip_id=row["clip_id"],
                recording_id=row["recording_id"],
                subject_id=row["subject_id"],
                split=row["split"],
                n_frames=row["n_frames"],
                fps=row["fps_num"] / row["fps_den"],
                has_me=row["has_me"],
                speaking=None if share is None else share >= 0.5,
                crop_path=self.root / row["crop_path"],
            )

    @cached_property
    def _segments_by_clip(self) -> dict[str, list[dict[str, Any]]]:
        grouped: dict[str, list[dict[str, Any]]] = {}
        for row in self.segments.to_pylist():
            grouped.setdefault(row["clip_id"], []).append(row)
        return grouped

    def clip_segments(
        self, clip_id: str, kind: str = "me", annotator: str = CONSENSUS
    ) -> list[dict[str, Any]]:
        """Rows of the segments table for one clip, one kind and one annotator, by onset."""
        rows = [
            row
            for row in self._segments_by_clip.get(clip_id, [])
            if row["kind"] == kind and row["annotator"] == annotator
        ]
        return sorted(rows, key=lambda row: (row["onset_frame"], row["offset_frame"]))

    def reference_intervals(self, clip_id: str) -> list[Interval]:
        """The consensus MEs of a clip as half-open intervals on its frame axis."""
        return [
            from_frames(row["onset_frame"], row["offset_frame"])
            for row in self.clip_segments(clip_id)
        ]

    @cached_property
    def _frame_slices(self) -> dict[str, tuple[int, int]]:
        """Where each clip's rows lie in the frames table, which is sorted by clip and frame."""
        ids = self.frames["clip_id"].combine_chunks()
        runs: dict[str, tuple[int, int]] = {}
        names = ids.dictionary.to_pylist()
        codes = ids.indices.to_numpy(zero_copy_only=False)
        edges = np.flatnonzero(np.diff(codes)) + 1
        starts, ends = [0, *edges.tolist()], [*edges.tolist(), len(codes)]
        if len(codes):
            for start, end in zip(starts, ends, strict=True):
                runs[names[int(codes[start])]] = (start, end)
        return runs

    def clip_frames(self, clip_id: str) -> pa.Table:
        """The rows of the frames table of one clip, by frame."""
        start, end = self._frame_slices.get(clip_id, (0, 0))
        return self.frames.slice(start, end - start)

    def speaking_by_frame(self, clip_id: str) -> npt.NDArray[np.int8]:
        """Per frame: 1 speaking, 0 listening or silent, -1 no state (in memory only)."""
        states = self.clip_frames(clip_id)["state"].cast(pa.string())
        speaking = pc.if_else(pc.equal(states, "speaking"), 1, 0)
        values = pc.fill_null(speaking, -1).to_numpy()
        return np.asarray(values, dtype=np.int8)
