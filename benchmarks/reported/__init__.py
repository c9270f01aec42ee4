"""Numbers that papers report: shown apart from reruns, never in a column with them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ReportedTable:
    """A table of a paper, as printed.

    Args:
        title: Which table of which paper.
        columns: Titles.
        rows: Model and values in percent, `None` where nothing is printed.
        footnotes: What to know before comparing.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]
    footnotes: tuple[str, ...]


def load_reported() -> list[ReportedTable]:
    """All tables in this folder, by file name.

    Raises:
        ValueError: A row has another number of values than the table has columns.
    """
    tables = []
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        value = tomllib.loads(path.read_text(encoding="utf-8"))
        columns = tuple(column["title"] for column in value["columns"])
        rows = tuple((row["model"], tuple(row["values"])) for row in value["rows"])
        for model, values in rows:
            if len(values) != len(columns):
                raise ValueError(
                    f"{path.name}: {model}: {len(values)} values, {len(columns)} columns"
                )
        tables.append(ReportedTable(value["title"], columns, rows, tuple(value["footnotes"])))
    return tables
