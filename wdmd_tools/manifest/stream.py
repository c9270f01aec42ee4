"""Write a table piece by piece, in the memory of one row group whatever its length."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wdmd_tools.atomic import atomic_path
from wdmd_tools.manifest.tables import ROW_GROUP, make_table, open_table, parquet_options


class TableStream:
    """Takes the rows of one table in pieces; made by `open_table_stream`.

    Row groups have the same bounds however the rows came in, so the same rows give the same bytes.

    Args:
        path: The file to write.
        name: A key of `wdmd_tools.manifest.schema.TABLES`.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        self._empty = make_table(name, [])
        self._writer = pq.ParquetWriter(path, self._empty.schema, **parquet_options(self._empty))
        self._held: list[pa.Table] = []
        self._rows = 0
        self._wrote = False

    def write(self, rows: Iterable[Mapping[str, Any]] | pa.Table) -> None:
        """Append rows.

        Args:
            rows: See `wdmd_tools.manifest.tables.make_table`.

        Raises:
            ManifestError: They do not fit the schema.
        """
        # A table is a tenth of the size of its rows as Python objects.
        table = make_table(self._name, rows)
        self._held.append(table)
        self._rows += table.num_rows
        while self._rows >= ROW_GROUP:
            self._flush(ROW_GROUP)

    def close(self) -> None:
        """Write what is held, and the footer."""
        if self._rows or not self._wrote:
            self._flush(self._rows)
        self._writer.close()

    def abandon(self) -> None:
        """Close the file unfinished."""
        with contextlib.suppress(OSError, pa.ArrowException):
            self._writer.close()

    def _flush(self, count: int) -> None:
        joined = pa.concat_tables([self._empty, *self._held])
        group, rest = joined.slice(0, count), joined.slice(count)
        self._writer.write_table(_compact(group), row_group_size=ROW_GROUP)
        self._held, self._rows, self._wrote = [_compact(rest)], rest.num_rows, True


def _compact(table: pa.Table) -> pa.Table:
    """One chunk a column, and dictionaries of what is in it, whatever pieces it was made of."""
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = table.schema.field(name).type
        if pa.types.is_dictionary(kind):
            column = column.cast(kind.value_type).combine_chunks().dictionary_encode().cast(kind)
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=table.schema).combine_chunks()


@contextlib.contextmanager
def open_table_stream(path: Path, name: str) -> Iterator[TableStream]:
    """A table that is written in pieces, atomically.

    Args:
        path: The ``.parquet`` file; it appears when the block ends without an error.
        name: A key of `wdmd_tools.manifest.schema.TABLES`.

    Yields:
        Where the rows go.
    """
    with atomic_path(path) as temporary:
        stream = TableStream(temporary, name)
        try:
            yield stream
            stream.close()
        except BaseException:
            stream.abandon()
            raise


def iter_table(path: Path, name: str) -> Iterator[pa.Table]:
    """Read the table `name` by row groups, with the checks of `wdmd_tools.manifest.tables.read_table`.

    Args:
        path: The ``.parquet`` file.
        name: A key of `wdmd_tools.manifest.schema.TABLES`.

    Yields:
        Tables with the columns of the schema.

    Raises:
        ManifestError: The file is absent, damaged, of another version, or lacks a column.
    """
    with open_table(path, name) as file:
        for group in range(file.num_row_groups):
            yield make_table(name, file.read_row_group(group))
