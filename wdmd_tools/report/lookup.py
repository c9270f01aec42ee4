"""Rows of one clip out of tables of any length, without holding the frames table in memory."""

import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from wdmd_tools.manifest.tables import open_table

_KEPT_GROUPS = 2
"""Row groups in memory; clips lie in order, so more are of no use."""


class FrameRows:
    """The frames table, read one row group at a time.

    Args:
        path: ``frames.parquet``.

    Raises:
        ManifestError: The file is absent or damaged.
    """

    COLUMNS = ("frame_index", "pts_us", "state", "face_found", "bbox", "affine", "yaw", "pitch")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._groups: dict[int, pa.Table] = {}
        self._where: dict[str, list[tuple[int, int, int]]] = {}
        with open_table(path, "frames") as file:
            for group in range(file.num_row_groups):
                ids = file.read_row_group(group, columns=["clip_id"])["clip_id"]
                for name, start, end in _runs(ids):
                    self._where.setdefault(name, []).append((group, start, end))

    def of_clip(self, clip_id: str) -> pa.Table:
        """The rows of one clip by frame, with the columns `COLUMNS`.

        Args:
            clip_id: The clip; one that has no rows gives an empty table.
        """
        places = self._where.get(clip_id, [])
        with open_table(self._path, "frames") as file:
            parts = [
                self._group(file, group).slice(start, end - start) for group, start, end in places
            ]
            if not parts:
                return file.schema_arrow.empty_table().select(list(self.COLUMNS))
        joined = pa.concat_tables(parts) if len(parts) > 1 else parts[0]
        return joined.sort_by("frame_index")

    def _group(self, file: pq.ParquetFile, group: int) -> pa.Table:
        if group not in self._groups:
            while len(self._groups) >= _KEPT_GROUPS:
                del self._groups[next(iter(self._groups))]
            self._groups[group] = file.read_row_group(group, columns=list(self.COLUMNS))
        return self._groups[group]


class ClipRows:
    """Rows of a table in memory by clip.

    Args:
        table: With a column ``clip_id``.
    """

    def __init__(self, table: pa.Table) -> None:
        names = table["clip_id"].cast(pa.string()).dictionary_encode().combine_chunks()
        codes = names.indices.to_numpy(zero_copy_only=False)
        order = np.argsort(codes, kind="stable")
        edges = np.searchsorted(codes[order], np.arange(len(names.dictionary) + 1))
        self._table = table
        self._rows: dict[str, npt.NDArray[np.int64]] = {
            name: order[edges[k] : edges[k + 1]]
            for k, name in enumerate(names.dictionary.to_pylist())
        }

    def of_clip(self, clip_id: str) -> pa.Table:
        """The rows of one clip in table order; none for an unknown clip."""
        return self._table.take(self._rows.get(clip_id, np.empty(0, np.int64)))


def _runs(ids: pa.ChunkedArray) -> list[tuple[str, int, int]]:
    """Equal neighbours of a dictionary column as (name, start, end)."""
    if len(ids) == 0:
        return []
    column = ids.cast(pa.string()).dictionary_encode().combine_chunks()
    codes = column.indices.to_numpy(zero_copy_only=False)
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    names = column.dictionary.to_pylist()
    return [(names[int(codes[start])], start, end) for start, end in itertools.pairwise(edges)]
