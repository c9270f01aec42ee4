"""mkdocs hook: fills ``{{ schema:NAME }}`` (columns) and ``{{ metrics }}`` (catalogue) from the code."""

import re
from typing import Any

from wdmd_tools.manifest.schema import SCHEMA_VERSION, TABLES
from wdmd_tools.metrics.catalogue import markdown_table


def _columns(match: re.Match[str]) -> str:
    rows = ["| column | type | null | meaning |", "| --- | --- | --- | --- |"]
    for column in TABLES[match.group(1)]:
        kind = str(column.type).replace(
            "dictionary<values=string, indices=int32, ordered=0>", "name"
        )
        kind = kind.replace("<element: ", " of ").replace("<item: ", " of ").replace(">", "")
        null = "yes" if column.nullable else ""
        rows.append(
            f"| `{column.name}` | {kind} | {null} | {column.metadata[b'description'].decode()} |"
        )
    return "\n".join(rows)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Called by mkdocs for each page."""
    markdown = markdown.replace("{{ schema_version }}", SCHEMA_VERSION)
    markdown = markdown.replace("{{ metrics }}", markdown_table())
    return re.sub(r"\{\{ schema:(\w+) \}\}", _columns, markdown)
