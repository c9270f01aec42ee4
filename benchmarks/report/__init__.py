"""A leaderboard as files: Markdown, CSV, HTML and a picture."""

from pathlib import Path

from benchmarks.leaderboard import Leaderboard
from benchmarks.report.csv_table import to_csv
from benchmarks.report.html_page import to_html
from benchmarks.report.markdown import to_markdown
from benchmarks.reported import load_reported
from wdmd_tools.atomic import write_text


def write_report(board: Leaderboard, folder: Path) -> list[Path]:
    """Write ``leaderboard.md``, ``.csv``, ``.html`` and, where there is a row to draw, ``.png``.

    Args:
        board: The tables.
        folder: Made if absent.

    Returns:
        The files, in the order written.
    """
    from benchmarks.report.picture import draw_leaderboard

    reported = load_reported()
    picture = folder / "leaderboard.png"
    drawn = draw_leaderboard(board, picture)
    files = {
        "leaderboard.md": to_markdown(board, reported),
        "leaderboard.csv": to_csv(board, reported),
        "leaderboard.html": to_html(board, reported, picture if drawn else None),
    }
    for name, text in files.items():
        write_text(folder / name, text)
    return [folder / name for name in files] + ([picture] if drawn else [])
