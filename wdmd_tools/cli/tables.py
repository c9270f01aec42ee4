"""Rows of text as a table on standard output."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from wdmd_tools.cli.console import out


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: first column left, the others right; nothing is read as markup.

    Args:
        title: Above the table.
        head: Column names.
        rows: Cells as text, as many as `head`.
    """
    table = Table(title=Text(title), title_justify="left")
    for index, name in enumerate(head):
        cells = [row[index] for row in rows]
        # A number broken over two lines is misread; words may be broken, between words.
        longest = max((len(word) for cell in cells for word in _unbroken(cell)), default=0)
        longest = max([longest, *(len(word) for word in _unbroken(name))])
        table.add_column(
            Text(name),
            justify="right" if index else "left",
            overflow="fold",
            no_wrap=index == 0 and len(name) + longest < 60,
            min_width=min(longest, 24),
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)
    out.print()


def _unbroken(cell: str) -> list[str]:
    """The pieces of a cell that may stand on lines of their own."""
    return cell.split() or [""]
