"""Tables: schema kept, damage found, same rows same bytes."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import SCHEMA_VERSION, TABLES, read_table, write_table
from wdmd_tools.manifest.tables import LATER, make_table

ROWS = [
    {"clip_id": f"c{n}", "onset_frame": n, "offset_frame": n + 5, "label": "me", "score": 0.5}
    for n in range(300)
]


def test_rows_come_back_as_written(tmp_path: Path) -> None:
    path = tmp_path / "predictions.parquet"
    write_table(path, "predictions", ROWS)
    rows = [{**row, "emotion": None} for row in ROWS]
    assert read_table(path, "predictions").to_pylist() == rows


def test_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    write_table(tmp_path / "a.parquet", "predictions", ROWS)
    write_table(tmp_path / "b.parquet", "predictions", ROWS)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert not list(tmp_path.glob(".tmp-*"))


def test_conventions_are_in_the_file(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", "clip_scores", [{"clip_id": "a"}])
    conventions = json.loads(pq.read_schema(tmp_path / "t.parquet").metadata[b"wdmd"])
    assert conventions["schema_version"] == SCHEMA_VERSION
    assert conventions["offset_frame"] == "inclusive"


def test_every_column_says_what_it_means() -> None:
    for schema in TABLES.values():
        for column in schema:
            assert column.metadata[b"description"]


@pytest.mark.parametrize("position", [0.3, 0.5, 0.7])
def test_a_flipped_byte_is_found(tmp_path: Path, position: float) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, "predictions", ROWS)
    data = bytearray(path.read_bytes())
    pages = pq.ParquetFile(path).metadata.row_group(0)
    end = sum(pages.column(i).total_compressed_size for i in range(pages.num_columns))
    data[4 + int((end - 8) * position)] ^= 0x10
    path.write_bytes(bytes(data))
    try:
        table = read_table(path, "predictions")
    except ManifestError as error:
        assert str(path) in str(error)  # noqa: PT017
    else:
        # The byte may lie in a page header's optional field; then the values must be untouched.
        assert table.to_pylist() == ROWS


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, "predictions", ROWS)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ManifestError, match="damaged"):
        read_table(path, "predictions")


def test_absent_file_and_missing_column_are_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no such file"):
        read_table(tmp_path / "none.parquet", "clips")
    write_table(tmp_path / "t.parquet", "clip_scores", [{"clip_id": "a"}])
    with pytest.raises(ManifestError, match="onset_frame"):
        read_table(tmp_path / "t.parquet", "predictions")


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ({**ROWS[0], "colour": 1}, "unknown column colour"),
        ({**ROWS[0], "clip_id": None}, "may not be null"),
        ({**ROWS[0], "onset_frame": "x"}, "do not fit"),
    ],
)
def test_wrong_rows_are_refused(tmp_path: Path, row: dict[str, object], match: str) -> None:
    with pytest.raises(ManifestError, match=match):
        write_table(tmp_path / "t.parquet", "predictions", [row])
    assert not list(tmp_path.iterdir())


def test_another_major_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, "clip_scores", [{"clip_id": "a"}])
    table = pq.read_table(path)
    metadata = {"wdmd": json.dumps({"schema_version": "99.0.0"})}
    pq.write_table(table.replace_schema_metadata(metadata), path, write_page_checksum=True)
    with pytest.raises(ManifestError, match=r"99\.0\.0"):
        read_table(path, "clip_scores")


def test_a_table_from_before_a_column_was_added_reads_as_null(tmp_path: Path) -> None:
    for name, columns in LATER.items():
        whole = make_table(name, [])
        older = whole.drop_columns(list(columns))
        pq.write_table(older, tmp_path / f"{name}.parquet", write_page_checksum=True)
        read = read_table(tmp_path / f"{name}.parquet", name)
        assert read.schema.names == whole.schema.names
        for column in columns:
            assert whole.schema.field(column).nullable
    pq.write_table(make_table("frames", []).drop_columns(["yaw"]), tmp_path / "f.parquet")
    with pytest.raises(ManifestError, match="yaw is missing"):
        read_table(tmp_path / "f.parquet", "frames")
