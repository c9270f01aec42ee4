"""Who is where: subjects or films down, folds across."""

from pathlib import Path

import numpy as np

from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.dataset import SPLITS
from wdmd_tools.plots import style
from wdmd_tools.split.groups import group_clips
from wdmd_tools.split.make import NamedSplit

_COLOURS = {"train": "#DDE8F2", "val": style.ORANGE, "test": style.BLUE}
_OUT = "#FFFFFF"


def plot_split(path: Path, dataset: Dataset, split: NamedSplit) -> None:
    """Draw a named split as a grid.

    A cell is a group of clips that stay together in one fold, coloured by its part; at the left stands
    how many clips it has.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        dataset: What the split is for.
        split: The split.
    """
    from matplotlib.colors import ListedColormap, to_rgb
    from matplotlib.patches import Patch

    groups = group_clips(dataset, split.by)
    order = {"train": 0, "val": 1, "test": 2}
    cells = np.full((len(groups), len(split.folds)), 3)
    for column, fold in enumerate(split.folds):
        part_of = {clip_id: part for part, ids in fold.parts.items() for clip_id in ids}
        for row, group in enumerate(groups):
            cells[row, column] = order.get(part_of.get(group.clip_ids[0], ""), 3)
    height = max(260, min(120 + 24 * len(groups), 2400))
    width = max(520, min(260 + 46 * len(split.folds), 2400))
    with style.picture(path, width, height) as figure:
        axes = figure.subplots()
        colours = ListedColormap([to_rgb(_COLOURS[part]) for part in SPLITS] + [to_rgb(_OUT)])
        axes.pcolormesh(cells, cmap=colours, vmin=0, vmax=3, edgecolor="white", linewidth=1.5)
        axes.invert_yaxis()
        labels = [f"{_short(group.name)}  ({len(group.clip_ids)})" for group in groups]
        axes.set_yticks(np.arange(len(groups)) + 0.5, labels, fontsize=9)
        names = [_short(fold.name, 10) for fold in split.folds]
        turned = 90 if max(map(len, names)) > 3 else 0
        axes.set_xticks(np.arange(len(names)) + 0.5, names, rotation=turned, fontsize=9)
        axes.set_xlabel("fold")
        axes.set_ylabel(f"{split.by} (clips)")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_title(f"Split {split.name}: {split.kind} by {split.by}")
        figure.legend(
            handles=[Patch(color=_COLOURS[part], label=part) for part in SPLITS],
            loc="outside lower center",
            ncols=3,
        )


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
