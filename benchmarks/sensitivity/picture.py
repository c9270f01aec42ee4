"""One picture: recall as a function of each factor, a panel a factor, all models in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.sensitivity.factors import FactorResult, Level
from benchmarks.sensitivity.report import Row
from benchmarks.sensitivity.values import Value
from wdmd_tools.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLORS = (*style.SERIES, style.GREEN)
_MARKERS = "osDv^P*X"
"""As colours come again after seven models, marks come again after eight."""

_LABELS = {
    "amplitude": "amplitude, % of the inter-ocular distance",
    "duration": "duration, ms",
    "speech": "lip movement, inter-ocular distances/s",
}


@dataclass(frozen=True)
class _Look:
    color: str
    dash: str
    marker: str


def draw(path: Path, rows: Sequence[Row], title: str) -> None:
    """Above, MEs found: points with intervals are levels, lines fitted curves, bands their intervals.

    Below, where there are frame scores and control films, MEs seen (`outcomes`), level by level.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        rows: One per model; those that failed are left out.
        title: What the films are.
    """
    done = [(row.display, row.result) for row in rows if row.result is not None]
    two = any(one.overall["seen"].value is not None for _, one in done)
    height = (780 if two else 500) + 24 * ((len(done) + 2) // 3)
    with style.picture(path, 1500, height) as figure:
        grid = figure.subplots(
            1 + two, 3, sharex="col", sharey="row", squeeze=False, height_ratios=[5, 3][: 1 + two]
        )
        handles = []
        for number, (_, model) in enumerate(done):
            look = _Look(
                _COLORS[number % len(_COLORS)],
                style.DASHES[number % len(style.DASHES)],
                _MARKERS[number % len(_MARKERS)],
            )
            shift = (number - (len(done) - 1) / 2) * 0.012
            for panels, result in zip(grid.T, model.factors, strict=True):
                line = _series(panels[0], result, look, shift)
                if two:
                    _seen(panels[1], result, look, shift)
            handles.append(line)
        for name, panels in zip(_LABELS, grid.T, strict=True):
            for axes in panels:
                axes.axhline(50, color=style.MUTED, linewidth=1, linestyle=":", zorder=0)
                axes.grid(axis="y", color=style.GRID)
                axes.set_ylim(-3, 103)
            panels[-1].set_xlabel(_LABELS[name])
            if name != "speech":
                _plain_log(panels[-1])
        grid[0, 0].set_ylabel("micro-expressions found, %")
        grid[0, 0].set_title(title, loc="left")
        if two:
            grid[1, 0].set_ylabel("seen, % (50: chance)")
        figure.legend(handles, [name for name, _ in done], loc="outside lower center", ncols=3)


def _seen(axes: "Axes", result: FactorResult, look: _Look, shift: float) -> None:
    known = [level for level in result.levels if level.seen.value is not None]
    places = [_place(result, level, shift) for level in known]
    for x, level in zip(places, known, strict=True):
        _point(axes, x, level.seen, look)
    heights = [100 * level.seen.value for level in known if level.seen.value is not None]
    axes.plot(places, heights, look.dash, color=look.color, linewidth=1.5)


def _place(result: FactorResult, level: Level, shift: float) -> float:
    """Models stand a little beside one another, or their intervals would hide each other."""
    first, last = result.levels[0].middle, result.levels[-1].middle
    if result.factor.logarithmic:
        return float(level.middle * (last / first) ** shift)
    return level.middle + shift * (last - first)


def _series(axes: "Axes", result: FactorResult, look: _Look, shift: float):  # type: ignore[no-untyped-def]
    for level in result.levels:
        _point(axes, _place(result, level, shift), level.recall, look)
    fitted = result.curve
    if fitted is not None:
        y = 100 * fitted.curve(fitted.grid)
        axes.plot(fitted.grid, y, look.dash, color=look.color, linewidth=2)
        if np.isfinite(fitted.band).all():
            low, high = 100 * fitted.band
            axes.fill_between(fitted.grid, low, high, color=look.color, alpha=0.1, linewidth=0)
    (handle,) = axes.plot([], [], look.dash, color=look.color, marker=look.marker, linewidth=2)
    return handle


def _point(axes: "Axes", x: float, value: Value, look: _Look) -> None:
    if value.value is None:
        return
    if value.low is not None and value.high is not None:
        axes.plot(
            [x, x], [100 * value.low, 100 * value.high], color=look.color, linewidth=1.5, alpha=0.6
        )
    axes.plot([x], [100 * value.value], look.marker, color=look.color, markersize=5)


def _plain_log(axes: "Axes") -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axes.set_xscale("log")
    low, high = axes.get_xlim()
    usual = [a * 10**b for b in range(-2, 4) for a in (1, 1.5, 2, 3, 5)]
    axes.xaxis.set_major_locator(FixedLocator([v for v in usual if low <= v <= high]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
