"""Tables written in pieces: the same bytes however the rows came in, and whole or absent."""

import itertools
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import clip_row, frame_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import stream as stream_module
from wdmd_tools.manifest.stream import iter_table, open_table_stream
from wdmd_tools.manifest.tables import read_table, write_table

ROWS: list[dict[str, Any]] = [
    row for number in range(3) for row in frame_rows(clip_row(f"c{number}", 7))
]


def stream_rows(path: Path, cuts: list[int]) -> bytes:
    bounds = [0, *sorted(cuts), len(ROWS)]
    with open_table_stream(path, "frames") as stream:
        for start, stop in itertools.pairwise(bounds):
            stream.write(ROWS[start:stop])
    return path.read_bytes()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 21), max_size=6))
def test_pieces_do_not_show_in_the_bytes(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("stream")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream_module, "ROW_GROUP", 8)
        assert stream_rows(folder / "a.parquet", cuts) == stream_rows(folder / "b.parquet", [])
    # 21 rows in groups of 8: 8, 8 and 5.
    file = pq.ParquetFile(folder / "a.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [8, 8, 5]


def test_it_holds_the_rows_and_reads_in_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "ROW_GROUP", 8)
    stream_rows(tmp_path / "frames.parquet", [3, 4, 19])
    write_table(tmp_path / "whole.parquet", "frames", ROWS)
    expected = read_table(tmp_path / "whole.parquet", "frames").to_pylist()
    assert read_table(tmp_path / "frames.parquet", "frames").to_pylist() == expected
    pieces = list(iter_table(tmp_path / "frames.parquet", "frames"))
    assert [piece.num_rows for piece in pieces] == [8, 8, 5]
    assert pa.concat_tables(pieces).to_pylist() == expected


def test_an_empty_table_is_a_table(tmp_path: Path) -> None:
    with open_table_stream(tmp_path / "frames.parquet", "frames"):
        pass
    assert read_table(tmp_path / "frames.parquet", "frames").num_rows == 0


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    def write_one_wrong_row() -> None:
        with open_table_stream(tmp_path / "frames.parquet", "frames") as stream:
            stream.write(ROWS[:5])
            stream.write([{**ROWS[0], "clip_id": None}])

    with pytest.raises(ManifestError, match="clip_id"):
        write_one_wrong_row()
    assert list(tmp_path.iterdir()) == []
