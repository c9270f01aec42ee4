"""A leaderboard as files: Markdown, CSV, LaTeX, HTML and a picture; beside them the pages of clips."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from benchmarks.cards.model import ModelCard
from benchmarks.leaderboard import Leaderboard
from benchmarks.report.csv_table import to_csv
from benchmarks.report.html_page import to_html
from benchmarks.report.latex import to_latex
from benchmarks.report.markdown import to_markdown
from benchmarks.reported import load_reported
from wdmd_tools.atomic import write_text


def write_report(
    board: Leaderboard,
    folder: Path,
    clips: Mapping[str, str] | None = None,
    cards: Mapping[str, ModelCard] | None = None,
    *,
    oracle: bool = False,
) -> list[Path]:
    """Write ``leaderboard.md``, ``.csv``, ``.html``, ``.tex`` and, with a row to draw, ``.png``.

    Args:
        board: The tables.
        folder: Made if absent.
        clips: Links to pages of clips by name of table, see `benchmarks.report.clips`.
        cards: By model.
        oracle: Whether Markdown, CSV and HTML also tell oracles' thresholds, apart and flagged.

    Returns:
        The files, in the order written.
    """
    from benchmarks.report.picture import draw_leaderboard

    reported = load_reported()
    picture = folder / "leaderboard.png"
    drawn = draw_leaderboard(board, picture)
    files = {
        "leaderboard.md": to_markdown(board, reported, oracle=oracle),
        "leaderboard.csv": to_csv(board, reported, oracle=oracle),
        "leaderboard.html": to_html(
            board, reported, clips, cards, oracle=oracle, suites=_suites(folder)
        ),
        "leaderboard.tex": to_latex(board, reported),
    }
    for name, text in files.items():
        write_text(folder / name, text)
    return [folder / name for name in files] + ([picture] if drawn else [])


def _suites(folder: Path) -> list[tuple[str, str]]:
    """Pages of suites that lie in the folder."""
    pages = sorted(folder.glob("suites/*/*.html"))
    return [
        (f"{one.stem}, {one.parent.name}", quote(str(one.relative_to(folder)))) for one in pages
    ]
