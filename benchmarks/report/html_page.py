"""The leaderboard as one HTML file: no network, sortable, searchable, readable in light and dark."""

from collections.abc import Mapping, Sequence

from benchmarks.cards.model import ModelCard
from benchmarks.leaderboard import RANKED, Leaderboard
from benchmarks.report import cells
from benchmarks.report.board_views import card_views, overview_view, table_name, table_view
from benchmarks.report.columns import explanation
from benchmarks.report.html import render, script
from benchmarks.report.overview import is_worth_showing
from benchmarks.reported import CHOSEN, ReportedTable


def to_html(
    board: Leaderboard,
    reported: Sequence[ReportedTable] = (),
    clips: Mapping[str, str] | None = None,
    cards: Mapping[str, ModelCard] | None = None,
    *,
    oracle: bool = False,
    suites: Sequence[tuple[str, str]] = (),
) -> str:
    """The whole page.

    Args:
        board: The tables.
        reported: Tables of papers, put after the reruns.
        clips: By name of table (`benchmarks.report.board_views.table_name`), the link to its clips.
        cards: By model.
        oracle: Whether oracles' thresholds are shown, in tables of their own.
        suites: Title and link of each suite's page.
    """
    links = clips or {}
    return render(
        "board.html.j2",
        [script("board")],
        title="Leaderboard",
        explanation=explanation(board),
        synthetic=cells.SYNTHETIC,
        overview=overview_view(board) if is_worth_showing(board) else None,
        overview_note=cells.OVERVIEW_NOTE,
        chosen=CHOSEN,
        tables=[table_view(table, links.get(table_name(table), "")) for table in board.tables],
        oracles={
            table_name(table): cells.oracle_rows(table) if oracle else [] for table in board.tables
        },
        submitted_note=cells.SUBMITTED_NOTE,
        oracle_note=cells.ORACLE_NOTE,
        oracle_head=cells.ORACLE_HEAD,
        ranks=cells.rank_tables(board),
        ranked=RANKED,
        rank_note=cells.RANK_NOTE,
        suites=suites,
        missing=board.missing,
        reported=reported,
        cards=card_views(board, cards or {}),
    )
