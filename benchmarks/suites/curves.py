"""Pictures of a suite: F1_DR with intervals by row, and validation scores by epoch (figure 4)."""

from pathlib import Path

import numpy as np

from benchmarks.suites.table import SuiteTable
from wdmd_tools.plots import style


def draw_rows(path: Path, table: SuiteTable) -> None:
    """F1_DR of each row with its interval; what the paper reports is a hollow mark.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        table: Of one dataset.
    """
    lines = table.lines
    with style.picture(path, 1000, 150 + 38 * len(lines)) as figure:
        axes = figure.subplots()
        for place, line in enumerate(reversed(lines)):
            one = line.measured
            if one is not None and one.value is not None:
                if one.low is not None and one.high is not None:
                    axes.plot([100 * one.low, 100 * one.high], [place, place], color=style.BLUE,
                              lw=2.5, alpha=0.55)  # fmt: skip
                axes.plot([100 * one.value], [place], "o", color=style.BLUE, markersize=8)
            else:
                axes.annotate(line.status, (0, place), xytext=(6, -3), color=style.MUTED,
                              textcoords="offset points")  # fmt: skip
            if line.reported is not None:
                axes.plot([line.reported], [place], "D", markerfacecolor="white",
                          markeredgecolor=style.MUTED, markersize=7)  # fmt: skip
        axes.set_yticks(range(len(lines)), [line.display for line in reversed(lines)])
        axes.tick_params(axis="y", length=0, pad=10)
        axes.set_ylim(-0.6, len(lines) - 0.4)
        axes.set_xlim(left=0)
        axes.grid(axis="x", color=style.GRID)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(
            f"F1_DR, percent. Blue: rerun on {table.dataset} with 95 % intervals. "
            "Hollow: the paper's, on WDMD, not rerun."
        )
        label = " (synthetic data)" if table.synthetic else ""
        axes.set_title(f"{table.suite.title}{label}")


def draw_curves(path: Path, table: SuiteTable) -> bool:
    """Validation F1_DR by epoch, mean over seeds, with the range of seeds as a band.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        table: Of one dataset.

    Returns:
        Whether there was a curve to draw; if not, an old picture is removed.
    """
    drawn = [(line, _stack(line.curves)) for line in table.lines if any(line.curves)]
    if not drawn:
        path.unlink(missing_ok=True)
        return False
    with style.picture(path, 1000, 520) as figure:
        axes = figure.subplots()
        for number, (line, curves) in enumerate(drawn):
            look = style.series_style(number)
            epochs = np.arange(1, curves.shape[1] + 1)
            known = np.isfinite(curves)
            count = known.sum(axis=0)
            mean = np.divide(
                np.where(known, curves, 0).sum(axis=0), count,
                out=np.full(curves.shape[1], np.nan), where=count > 0,
            )  # fmt: skip
            axes.plot(
                epochs, 100 * mean, color=look.color, ls=look.dash, lw=1.8, label=line.display
            )
            if len(curves) > 1:
                low = np.where(known, curves, np.inf).min(axis=0)
                high = np.where(known, curves, -np.inf).max(axis=0)
                axes.fill_between(epochs, 100 * low, 100 * high, where=count > 0, lw=0,
                                  color=look.color, alpha=0.15)  # fmt: skip
        axes.set_xlabel("epoch")
        axes.set_ylabel("F1_DR on the validation split, percent")
        axes.set_ylim(bottom=0)
        axes.grid(color=style.GRID)
        axes.legend(ncols=3)
        label = " (synthetic data)" if table.synthetic else ""
        axes.set_title(f"{table.suite.title}: {table.dataset}{label}")
    return True


def _stack(
    curves: tuple[tuple[float | None, ...], ...],
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Seeds as rows, NaN where undefined or where a run stopped earlier."""
    found = [curve for curve in curves if curve]
    result = np.full((len(found), max(len(curve) for curve in found)), np.nan)
    for row, curve in enumerate(found):
        result[row, : len(curve)] = [np.nan if value is None else value for value in curve]
    return result
