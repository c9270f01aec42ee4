"""One picture: recall as a function of each factor, a panel a factor, all models in each."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.sensitivity.factors import FactorResult, Value
from benchmarks.sensitivity.report import Row
from wdmd_tools.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABELS = {
    "amplitude": "amplitude, % of the inter-ocular distance",
    "duration": "duration, ms",
    "speech": "lip movement, inter-ocular distances/s",
}


def draw(path: Path, rows: Sequence[Row], title: str) -> None:
    """Points with intervals are levels, lines fitted curves, bands their 95 % intervals.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        rows: One per model; those that failed are left out.
        title: What the films are.
    """
    done = [row for row in rows if row.result is not None]
    with style.picture(path, 1500, 540 + 24 * ((len(done) + 2) // 3)) as figure:
        panels = figure.subplots(1, 3, sharey=True)
        handles = []
        for number, row in enumerate(done):
            if row.result is None:
                continue
            look = style.series_style(number)
            for axes, result in zip(panels, row.result.factors, strict=True):
                shift = (number - (len(done) - 1) / 2) * 0.012
                line = _series(axes, result, look, shift)
            handles.append((line, row.display))
        for axes, name in zip(panels, _LABELS, strict=True):
            axes.axhline(50, color=style.GRID, linewidth=1.2, zorder=0)
            axes.set_xlabel(_LABELS[name])
            axes.grid(axis="y", color=style.GRID)
            axes.set_ylim(-3, 103)
            if name != "speech":
                _plain_log(axes)
        panels[0].set_ylabel("micro-expressions found, %")
        panels[0].set_title(title, loc="left")
        figure.legend(
            [line for line, _ in handles],
            [name for _, name in handles],
            loc="outside lower center",
            ncols=3,
        )


def _series(axes: "Axes", result: FactorResult, look: style.SeriesStyle, shift: float):  # type: ignore[no-untyped-def]
    wide = result.levels[-1].middle / result.levels[0].middle if result.levels else 1.0
    for level in result.levels:
        # Models stand a little beside one another, or their intervals would hide each other.
        span = result.levels[-1].middle - result.levels[0].middle
        x = level.middle * wide**shift if result.factor.logarithmic else level.middle + shift * span
        _point(axes, x, level.recall, look.color)
    fitted = result.curve
    if fitted is not None:
        y = 100 * fitted.curve(fitted.grid)
        axes.plot(fitted.grid, y, look.dash, color=look.color, linewidth=2)
        if np.isfinite(fitted.band).all():
            low, high = 100 * fitted.band
            axes.fill_between(fitted.grid, low, high, color=look.color, alpha=0.1, linewidth=0)
    (handle,) = axes.plot([], [], look.dash, color=look.color, marker="o", linewidth=2)
    return handle


def _point(axes: "Axes", x: float, value: Value, color: str) -> None:
    if value.value is None:
        return
    if value.low is not None and value.high is not None:
        axes.plot(
            [x, x], [100 * value.low, 100 * value.high], color=color, linewidth=1.5, alpha=0.6
        )
    axes.plot([x], [100 * value.value], "o", color=color, markersize=5)


def _plain_log(axes: "Axes") -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axes.set_xscale("log")
    low, high = axes.get_xlim()
    usual = [a * 10**b for b in range(-2, 4) for a in (1, 1.5, 2, 3, 5)]
    axes.xaxis.set_major_locator(FixedLocator([v for v in usual if low <= v <= high]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
