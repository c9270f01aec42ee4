"""Annotator by annotator: agreement on states, and on micro-expressions, as two heat maps."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wdmd_tools.agreement.render import TITLES
from wdmd_tools.agreement.report import AgreementReport
from wdmd_tools.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_agreement_matrix(path: Path, report: AgreementReport) -> None:
    """Draw the pairs of annotators of a report.

    Left: alpha of the state, speaking or not. Right: IoU of micro-expressions, strict above the diagonal
    and matched below it. Cells without a value say "n/a".

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        report: From `wdmd_tools.agreement.report.measure_agreement`.
    """
    count = len(report.annotators)
    side = max(420, min(130 * count, 900))
    with style.picture(path, 2 * side + 60, side + 80) as figure:
        left, right = figure.subplots(1, 2)
        _draw(left, report, "alpha_speaking", "alpha_speaking")
        _draw(right, report, "iou_strict", "iou_matched")
        left.set_title(
            f"{TITLES['alpha_speaking']}\noverall {_overall(report, 'alpha_speaking')}",
            pad=12,
            fontsize=11,
        )
        right.set_title(
            f"lower left: ME IoU, matched, overall {_overall(report, 'iou_matched')}\n"
            f"upper right: ME IoU, strict, overall {_overall(report, 'iou_strict')}",
            pad=12,
            fontsize=11,
        )


def _overall(report: AgreementReport, key: str) -> str:
    one = report.overall[key]
    return "n/a" if one.value is None else f"{one.value:.2f}"


def _draw(axes: "Axes", report: AgreementReport, above: str, below: str) -> None:
    names = [row["annotator"] for row in report.annotators]
    index = {name: position for position, name in enumerate(names)}
    values = np.full((len(names), len(names)), np.nan)
    for pair in report.pairs:
        one, other = index[pair.a], index[pair.b]
        for row, column, key in ((one, other, above), (other, one, below)):
            value = pair.figures[key].value
            values[row, column] = np.nan if value is None else value
    axes.imshow(np.ma.masked_invalid(values), cmap="Blues", vmin=0.0, vmax=1.0, aspect="equal")
    for row in range(len(names)):
        for column in range(len(names)):
            value = values[row, column]
            if row == column:
                axes.text(column, row, "–", ha="center", va="center", color=style.MUTED)
                continue
            text = "n/a" if np.isnan(value) else f"{value:.2f}"
            light = np.isnan(value) or value < 0.6
            colour = style.BLACK if light else "white"
            axes.text(column, row, text, ha="center", va="center", color=colour)
    labels = [name if len(name) <= 16 else name[:15] + "…" for name in names]
    axes.set_xticks(range(len(names)), labels, rotation=30 if len(names) > 4 else 0)
    axes.set_yticks(range(len(names)), labels)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
