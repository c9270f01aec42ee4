"""A suite (the paper's tables 3 and 4, figure 4) as one HTML page beside its pictures."""

from collections.abc import Sequence

from benchmarks.compare import Difference
from benchmarks.report import cells
from benchmarks.report.board_views import number_cell
from benchmarks.report.html import render, script
from benchmarks.suites.table import SuiteTable

_HEAD = (
    ("f1_dr", "F1_DR, rerun here"),
    ("difference", "difference to the first (paired)"),
    ("seeds", "seeds"),
    ("parameters", "parameters"),
    ("train", "train s"),
    ("reported", "F1_DR, reported on WDMD"),
)


def suite_html(table: SuiteTable, notes: Sequence[str], pictures: Sequence[tuple[str, str]]) -> str:
    """The page.

    Args:
        table: Of one dataset.
        notes: Said above the table.
        pictures: File names beside the page, and what they show in words.
    """
    return render(
        "suite.html.j2",
        [script("board")],
        title=f"{table.suite.title}: {table.dataset}",
        synthetic=cells.SYNTHETIC if table.synthetic else "",
        notes=[note for note in notes if note and note != cells.SYNTHETIC],
        head=_HEAD if _is_reported(table) else _HEAD[:-1],
        is_reported=_is_reported(table),
        rows=[
            (
                line,
                number_cell(line.measured, None),
                difference_text(line.difference),
                "" if line.difference is None else line.difference.value,
                cells.parameters(line.parameters),
                cells.seconds(line.train_seconds),
            )
            for line in table.lines
        ],
        pictures=pictures,
    )


def _is_reported(table: SuiteTable) -> bool:
    return any(line.reported is not None for line in table.lines)


def difference_text(one: Difference | None) -> str:
    """``-4.1 (-9.0 to +1.2)`` in percent; nothing where there is no difference."""
    if one is None or one.value is None:
        return ""
    text = f"{100 * one.value:+.1f}"
    if one.low is None or one.high is None:
        return text
    return f"{text} ({100 * one.low:+.1f} to {100 * one.high:+.1f})"
