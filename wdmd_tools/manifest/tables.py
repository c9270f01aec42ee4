"""One Parquet file: written whole or not at all, read with its checksums verified.

Settings and reasons: zstd level 3; page checksums, since a flipped byte is otherwise read silently;
dictionary pages only for ids and enumerations, byte-stream-split for floats (a third smaller and faster
on frame tables); an explicit schema, never an inferred one. The same rows give the same bytes.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest.schema import SCHEMA_VERSION, TABLES

_CONVENTIONS = {
    "schema_version": SCHEMA_VERSION,
    "time_unit": "ms",
    "frame_base": 0,
    "offset_frame": "inclusive",
    "end_frame": "exclusive",
}
ROW_GROUP = 128 * 1024
"""Rows of a row group."""


LATER: Mapping[str, tuple[str, ...]] = {
    "frames": ("face_flags",),
    "predictions": ("emotion",),
}
"""Nullable columns that were added after the schema's first version: tables from before read as null."""


def make_table(name: str, rows: Iterable[Mapping[str, Any]] | pa.Table) -> pa.Table:
    """Rows to an Arrow table with exactly the schema of `name`.

    Args:
        name: A key of `wdmd_tools.manifest.schema.TABLES`.
        rows: Mappings with every non-null column, or an Arrow table to cast.

    Returns:
        The table, with the conventions in its schema metadata.

    Raises:
        ManifestError: A column is missing, unknown, null where it must not be, or of the wrong type.
    """
    schema = TABLES[name].with_metadata({"wdmd": json.dumps({"table": name, **_CONVENTIONS})})
    try:
        if isinstance(rows, pa.Table):
            for column in LATER.get(name, ()):
                if column not in rows.column_names:
                    nulls = pa.nulls(rows.num_rows, schema.field(column).type)
                    rows = rows.append_column(schema.field(column), nulls)
            table = rows.select(schema.names).cast(schema)
        else:
            listed = list(rows)
            unknown = {key for row in listed for key in row} - set(schema.names)
            if unknown:
                raise ManifestError(f"{name}: unknown column {', '.join(sorted(unknown))}")
            table = pa.Table.from_pylist(listed, schema=schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError, KeyError, ValueError) as error:
        raise ManifestError(f"{name}: rows do not fit the schema: {error}") from error
    for column in schema:
        if not column.nullable and table[column.name].null_count:
            raise ManifestError(f"{name}: column {column.name!r} may not be null")
    return table


def write_table(path: Path, name: str, rows: Iterable[Mapping[str, Any]] | pa.Table) -> None:
    """Write rows as the table `name`, atomically.

    Args:
        path: The ``.parquet`` file.
        name: A key of `wdmd_tools.manifest.schema.TABLES`.
        rows: See `make_table`.

    Raises:
        ManifestError: The rows do not fit the schema.
    """
    table = make_table(name, rows)
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, row_group_size=ROW_GROUP, **parquet_options(table))


def parquet_options(table: pa.Table) -> dict[str, Any]:
    """How every Parquet file of this project is written.

    Args:
        table: With the schema of the file.
    """
    return {
        "version": "2.6",
        "compression": "zstd",
        "compression_level": 3,
        "use_dictionary": [c.name for c in table.schema if pa.types.is_dictionary(c.type)],
        "use_byte_stream_split": [c.name for c in table.schema if pa.types.is_floating(c.type)],
        "write_page_index": True,
        "write_page_checksum": True,
    }


def read_table(path: Path, name: str) -> pa.Table:
    """Read the table `name`, verifying page checksums, schema and version.

    Args:
        path: The ``.parquet`` file.
        name: A key of `wdmd_tools.manifest.schema.TABLES`.

    Returns:
        The table with the columns of the schema (others are dropped).

    Raises:
        ManifestError: The file is absent, damaged, of another version, or lacks a column.
    """
    with open_table(path, name) as file:
        return make_table(name, file.read())


@contextlib.contextmanager
def open_table(path: Path, name: str) -> Iterator[pq.ParquetFile]:
    """Open the table `name`, check its schema, and watch over the reading.

    Args:
        path: The ``.parquet`` file.
        name: A key of `wdmd_tools.manifest.schema.TABLES`.

    Yields:
        The file; page checksums are verified, and what Arrow finds wrong becomes one line.

    Raises:
        ManifestError: The file is absent, damaged, of another version, or lacks a column.
    """
    path = Path(path)
    if not path.is_file():
        raise ManifestError(f"{path}: no such file; expected the {name} table, see the format page")
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            _check_schema(path, name, file.schema_arrow)
            yield file
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ManifestError(f"{path}: damaged ({reason}); build or copy it again") from error


def _check_schema(path: Path, name: str, schema: pa.Schema) -> None:
    found = json.loads((schema.metadata or {}).get(b"wdmd", b"{}")).get("schema_version")
    if found is not None and found.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise ManifestError(
            f"{path}: schema version {found}, this program reads {SCHEMA_VERSION}; build it again"
        )
    needed = set(TABLES[name].names) - set(LATER.get(name, ()))
    missing = [c for c in TABLES[name].names if c in needed and c not in schema.names]
    if missing:
        raise ManifestError(f"{path}: column {', '.join(missing)} is missing from the {name} table")
