"""The leaderboard as Markdown."""

from collections.abc import Mapping, Sequence

from benchmarks.leaderboard import Leaderboard, Table
from benchmarks.report import cells, columns
from benchmarks.report.overview import is_worth_showing, make_overview
from benchmarks.reported import ReportedTable


def to_markdown(
    board: Leaderboard, reported: Sequence[ReportedTable] = (), *, oracle: bool = False
) -> str:
    """The whole page.

    Args:
        board: The tables.
        reported: Tables of papers, put after the reruns.
        oracle: Whether oracles' thresholds are shown, in tables of their own.
    """
    parts = ["# Leaderboard", columns.explanation(board), *_overview(board)]
    for table in board.tables:
        parts += _table(table)
        rows = cells.oracle_rows(table) if oracle else []
        if rows:
            parts += [f"> **{cells.ORACLE_NOTE}**", _grid(cells.ORACLE_HEAD, rows)]
    parts += _ranks(board)
    if board.missing:
        parts.append("## Datasets that are not here")
        absent = [(one.display, f"missing: {one.reason}") for one in board.missing]
        parts.append(_grid(("Dataset", "What is missing"), absent))
    for paper in reported:
        parts += _reported(paper)
    return "\n\n".join(parts) + "\n"


def _overview(board: Leaderboard) -> list[str]:
    """All datasets beside each other; nothing where that says no more than the only table."""
    if not is_worth_showing(board):
        return []
    view = make_overview(board)
    rows = [
        (display, *(cells.estimate(one) for one in view.cells_of(model)))
        for model, display, _ in view.models
    ]
    return ["## All datasets", cells.OVERVIEW_NOTE, _grid(("Model", *view.columns), rows)]


def _table(table: Table) -> list[str]:
    shown = columns.columns_of(table)
    head = ("Model", *shown.values(), "clips", "MEs", "train s", "parameters", "")
    rows = [
        (
            cells.name(row),
            *(cells.estimate(row.estimates.get(name)) for name in shown),
            str(table.n_clips) if row.estimates else "",
            str(table.n_references) if row.estimates else "",
            cells.seconds(row.train_seconds),
            cells.parameters(row.parameters),
            cells.status(row),
        )
        for row in table.rows
    ]
    notes = [f"- **{_escape(row.display)}**: {_escape(row.note)}" for row in table.rows if row.note]
    parts = [f"## {_escape(cells.title(table))}"]
    if table.synthetic:
        parts.append(f"> **{cells.SYNTHETIC}**")
    if any(row.submitted for row in table.rows):
        notes.append(f"- {cells.SUBMITTED_NOTE}")
    about = [line for line in (cells.facts(table), columns.note(table)) if line]
    return [*parts, *about, _grid(head, rows), *_seeds(table, shown), "\n".join(notes)]


def _seeds(table: Table, shown: Mapping[str, str]) -> list[str]:
    """How far training seeds are apart; nothing with one seed."""
    rows = [
        (cells.name(row), *(cells.spread(row.estimates.get(name)) for name in shown))
        for row in table.rows
        if any(one.seeds for one in row.estimates.values())
    ]
    if not rows:
        return []
    return [
        "Training seeds, from the lowest to the highest:",
        _grid(("Model", *shown.values()), rows),
    ]


def _ranks(board: Leaderboard) -> list[str]:
    parts = []
    for table in cells.rank_tables(board):
        rows = [(name, mean, around, *places) for _, name, mean, around, places in table.rows]
        parts += [f"## Average rank, {_escape(table.protocol)}", cells.RANK_NOTE]
        parts.append(_grid(cells.rank_heads(table), rows))
    return parts


def _reported(paper: ReportedTable) -> list[str]:
    notes = "\n".join(f"{index}. {note}" for index, note in enumerate(paper.notes(), 1))
    return [
        f"## Reported, not rerun: {_escape(paper.title)}",
        _grid(paper.head, paper.lines()),
        notes,
    ]


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join("| " + " | ".join(_escape(cell) for cell in line) + " |" for line in lines)


def _escape(text: str) -> str:
    """Text of users and papers as text, not as Markdown."""
    for character in "\\|*_`<[":
        text = text.replace(character, "\\" + character)
    return " ".join(text.split())
