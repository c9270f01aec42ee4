"""The leaderboard as Markdown."""

from collections.abc import Sequence

from benchmarks.leaderboard import COLUMNS, Leaderboard, Table
from benchmarks.report import cells
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
    parts = ["# Leaderboard", cells.EXPLANATION]
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


def _table(table: Table) -> list[str]:
    head = ("Model", *COLUMNS.values(), "clips", "MEs", "train s", "parameters", "")
    rows = [
        (
            cells.name(row),
            *(cells.estimate(row.estimates.get(name)) for name in COLUMNS),
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
    return [*parts, cells.facts(table), _grid(head, rows), *_seeds(table), "\n".join(notes)]


def _seeds(table: Table) -> list[str]:
    """How far training seeds are apart; nothing with one seed."""
    rows = [
        (cells.name(row), *(cells.spread(row.estimates.get(name)) for name in COLUMNS))
        for row in table.rows
        if any(one.seeds for one in row.estimates.values())
    ]
    if not rows:
        return []
    return [
        "Training seeds, from the lowest to the highest:",
        _grid(("Model", *COLUMNS.values()), rows),
    ]


def _ranks(board: Leaderboard) -> list[str]:
    parts = []
    for table in cells.rank_tables(board):
        rows = [(name, mean, around, *places) for _, name, mean, around, places in table.rows]
        parts += [f"## Average rank, {_escape(table.protocol)}", cells.RANK_NOTE]
        parts.append(_grid(cells.rank_heads(table), rows))
    return parts


def _reported(paper: ReportedTable) -> list[str]:
    rows = [
        (model, *("" if value is None else f"{value:.2f}" for value in values))
        for model, values in paper.rows
    ]
    notes = "\n".join(f"{index}. {note}" for index, note in enumerate(paper.footnotes, 1))
    return [
        f"## Reported, not rerun: {_escape(paper.title)}",
        _grid(("Model (reported)", *paper.columns), rows),
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
