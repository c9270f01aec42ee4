"""A dataset in two pictures: states of MEs and their durations (the paper, figures 1 and 2)."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wdmd_tools.plots import style
from wdmd_tools.stats import DURATION_BIN_LABELS, SHORT_BIN_MS, DatasetStatistics

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_states(path: Path, statistics: DatasetStatistics) -> None:
    """The share of consensus MEs by conversational state, with exact numbers.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        statistics: From `wdmd_tools.stats.dataset_statistics`.
    """
    shares = statistics.me_states
    names = [name for name in shares if name != "unknown" or shares[name].count]
    colours = {"speaking": style.ORANGE, "listening": style.BLUE, "unknown": style.GRID}
    total = statistics.counts["me"]
    with style.picture(path, 800, 500) as figure:
        axes = figure.add_subplot()
        heights = [100 * (shares[name].share or 0.0) for name in names]
        places = list(range(len(names)))
        axes.bar(places, heights, width=0.6, color=[colours[name] for name in names])
        texts = [
            f"{h:.1f} %\n({shares[n].count:,} MEs)" for n, h in zip(names, heights, strict=True)
        ]
        style.bar_labels(axes, [float(p) for p in places], heights, texts)
        titles = {"listening": "listening or silent", "unknown": "no state annotated"}
        axes.set_xticks(places, [titles.get(name, name) for name in names])
        axes.set_xlim(-0.6, len(names) - 0.4)
        axes.set_ylim(0, 118 if heights and max(heights) > 80 else max([*heights, 50]) * 1.25)
        axes.set_yticks([tick for tick in range(0, 101, 20) if tick <= axes.get_ylim()[1]])
        axes.set_ylabel("share of micro-expressions (%)")
        axes.tick_params(axis="x", length=0)
        axes.grid(axis="y")
        axes.set_title(f"{statistics.dataset}: {total:,} micro-expressions by state", pad=12)
        if not total:
            _say_empty(axes)


def plot_durations(path: Path, statistics: DatasetStatistics) -> None:
    """Durations of consensus MEs in the paper's seven bins, and finer below half a second.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        statistics: From `wdmd_tools.stats.dataset_statistics`.
    """
    from matplotlib.ticker import MaxNLocator

    durations = statistics.durations
    with style.picture(path, 1200, 500) as figure:
        left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
        places = list(range(len(DURATION_BIN_LABELS)))
        left.bar(places, durations.bins, width=0.92, color=style.BLUE)
        total = sum(durations.bins)
        texts = [f"{n:,}\n({100 * n / total:.1f} %)" if n else "0" for n in durations.bins]
        style.bar_labels(
            left, [float(p) for p in places], [float(n) for n in durations.bins], texts
        )
        left.set_xticks(places, DURATION_BIN_LABELS)
        left.tick_params(axis="x", length=0)
        left.set_ylim(0, max([*durations.bins, 1]) * 1.18)
        left.set_xlabel("duration (s), upper limit included")
        left.set_ylabel("micro-expressions")
        left.grid(axis="y")
        left.set_title(f"{statistics.dataset}: durations", pad=12)

        edges = np.arange(len(durations.short_bins) + 1) * SHORT_BIN_MS
        right.bar(
            edges[:-1],
            durations.short_bins,
            width=SHORT_BIN_MS * 0.92,
            align="edge",
            color=style.SKY,
        )
        right.set_xticks(edges[::2])
        right.set_xlim(0, edges[-1])
        right.set_ylim(0, max([*durations.short_bins, 1]) * 1.18)
        right.set_xlabel("duration (ms)")
        right.grid(axis="y")
        right.set_title("up to half a second, in steps of 25 ms", pad=12)
        if durations.median_ms is not None and durations.median_ms <= edges[-1]:
            right.axvline(durations.median_ms, color=style.VERMILION, lw=1.5)
            late = durations.median_ms > 0.7 * edges[-1]
            right.annotate(
                f"median {durations.median_ms:.0f} ms",
                (durations.median_ms, 1),
                xycoords=("data", "axes fraction"),
                xytext=(-5 if late else 5, -4),
                textcoords="offset points",
                va="top",
                ha="right" if late else "left",
                color=style.VERMILION,
            )
        for axes in (left, right):
            axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        if not total:
            _say_empty(left)


def _say_empty(axes: "Axes") -> None:
    axes.text(
        0.5,
        0.5,
        "no micro-expression in this dataset",
        transform=axes.transAxes,
        ha="center",
        color=style.MUTED,
    )
