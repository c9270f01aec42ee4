"""The leaderboard as a picture: every model with its interval, one panel per dataset.

Conversations are drawn by F1_DR, public datasets by the metric that papers compare by.
"""

import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.leaderboard import Leaderboard, Row, Table
from benchmarks.report.cells import UNDEFINED, facts, percent, title
from benchmarks.report.columns import TITLES, picture_metric
from wdmd_tools.plots.style import BLUE, GRID, MUTED, ORANGE, PURPLE, SKY, VERMILION, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = {
    "trivial": MUTED,
    "classical": ORANGE,
    "deep": SKY,
    "paper": BLUE,
    "beyond": PURPLE,
    "user": VERMILION,
}
_WIDTH, _ROW, _PANEL = 1000, 38, 130

_LINE = 74
"""Characters beside the names of models; more would leave the picture."""


def draw_leaderboard(board: Leaderboard, path: Path) -> bool:
    """Draw all tables that have a row.

    Args:
        board: The tables.
        path: ``.png``, ``.svg`` or ``.pdf``.

    Returns:
        Whether there was anything to draw; if not, an old picture is removed.
    """
    tables = [table for table in board.tables if table.rows]
    if not tables:
        path.unlink(missing_ok=True)
        return False
    heights = [_PANEL + _ROW * len(table.rows) for table in tables]
    with picture(path, _WIDTH, sum(heights)) as figure:
        panels = figure.subplots(len(tables), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, table in zip(panels, tables, strict=True):
            _draw(axes, table)
            axes.set_xlim(0, _limit(tables))
    return True


def _limit(tables: list[Table]) -> float:
    """End of the axis, the same in all panels: room for the largest interval and its number."""
    found = [
        row.estimates[metric]
        for table in tables
        for metric in [picture_metric(table)]
        for row in table.rows
        if metric in row.estimates
    ]
    largest = max((max(one.value or 0.0, one.high or 0.0) for one in found), default=0.0)
    return min(100.0, 20.0 * math.ceil((100 * largest + 6) / 20))


def _draw(axes: "Axes", table: Table) -> None:
    count, metric = len(table.rows), picture_metric(table)
    for index, row in enumerate(table.rows):
        _draw_row(axes, count - 1 - index, row, metric)
    axes.set_yticks(range(count), [row.display for row in reversed(table.rows)])
    axes.tick_params(axis="y", length=0, pad=10)
    axes.set_ylim(-0.6, count - 0.4)
    axes.set_xlabel(f"{TITLES[metric]}, percent; bars are 95 % intervals over recordings")
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.spines["left"].set_visible(False)
    lines = textwrap.wrap(facts(table), _LINE)
    axes.set_title(title(table), pad=14 + 12 * len(lines))
    axes.annotate(
        "\n".join(lines),
        (0, 1),
        xytext=(0, 8),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=9,
        color=MUTED,
    )


def _draw_row(axes: "Axes", y: float, row: Row, metric: str) -> None:
    one = row.estimates.get(metric)
    color = COLORS.get(row.group, VERMILION)
    if one is None or one.value is None:
        words = "no result" if one is None else f"{UNDEFINED} undefined"
        axes.annotate(words, (0, y), xytext=(6, -3), textcoords="offset points", color=MUTED)
        return
    end = one.value
    if one.low is not None and one.high is not None:
        axes.plot(
            [100 * one.low, 100 * one.high],
            [y, y],
            color=color,
            linewidth=2.5,
            alpha=0.55,
            clip_on=False,
        )
        end = max(end, one.high)
    axes.plot([100 * one.value], [y], "o", color=color, markersize=8, clip_on=False)
    # Too near the end of the axis, the number stands on the other side.
    right = 100 * end <= 94
    axes.annotate(
        percent(one.value),
        (100 * end if right else 100 * (one.low if one.low is not None else one.value), y),
        xytext=(8 if right else -8, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontsize=10,
    )
