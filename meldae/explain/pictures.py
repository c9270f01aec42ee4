"""Attention as pictures: over the face, and over time."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from meldae.explain.regions import FACE_ROWS, band_of_row
from wdmd_tools.intervals import Interval
from wdmd_tools.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MAP = "magma"


def plot_maps(
    path: Path,
    title: str,
    face: npt.NDArray[np.uint8],
    maps: npt.NDArray[np.float32],
    grid: tuple[int, int],
) -> None:
    """Draw one frame: the face, the mean over query tokens on it, and each token (figures 6 to 8).

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        title: What the frame is.
        face: (H, W, 3): the crop as the model sees it, uint8.
        maps: (N, P): attention of each token over the regions.
        grid: Rows and columns.
    """
    tokens = len(maps)
    columns = min(8, tokens)
    rows = -(-tokens // columns)
    with style.picture(path, 1100, 400 + 150 * rows) as figure:
        figure.suptitle(title, x=0.02, ha="left", fontsize=13, fontweight="bold")
        halves: Any = figure.subfigures(2, 1, height_ratios=(340, 150 * rows + 20))
        upper, lower = halves
        picture, whole = upper.subplots(1, 2)
        picture.imshow(face)
        picture.set_title("what the model is given", fontsize=11)
        picture.axis("off")
        top = _over_face(whole, face, maps.mean(0), grid)
        whole.set_title("attention, mean over query tokens", fontsize=11)
        for band, name in enumerate(FACE_ROWS):
            mine = [row for row in range(grid[0]) if band_of_row(row, grid[0]) == band]
            if not mine:
                continue
            middle = (mine[0] + mine[-1] + 1) / 2 / grid[0]
            share = float(maps.mean(0).reshape(grid)[mine].sum())
            whole.annotate(
                f"{name}  {share:.0%}",
                (1.02, 1 - middle),
                xycoords="axes fraction",
                va="center",
                fontsize=10,
            )
            if band:
                whole.axhline(mine[0] / grid[0] * len(face) - 0.5, color="white", lw=0.8)
        bar = upper.colorbar(top, ax=whole, location="left", shrink=0.8)
        bar.set_label(f"share of a region (even: {1 / (grid[0] * grid[1]):.3f})")
        cells = lower.subplots(rows, columns, squeeze=False).ravel()
        for number, axes in enumerate(cells):
            axes.axis("off")
            if number < tokens:
                axes.imshow(maps[number].reshape(grid), cmap=_MAP, vmin=0)
                axes.set_title(f"token {number + 1}", fontsize=9, fontweight="normal")


def _over_face(
    axes: "Axes",
    face: npt.NDArray[np.uint8],
    attention: npt.NDArray[np.float32],
    grid: tuple[int, int],
) -> object:
    size = face.shape[0]
    axes.imshow(face.mean(2), cmap="gray", vmin=0, vmax=255)
    extent = (-0.5, size - 0.5, size - 0.5, -0.5)
    drawn = axes.imshow(
        attention.reshape(grid),
        cmap=_MAP,
        vmin=0,
        alpha=0.6,
        extent=extent,
        interpolation="nearest",
    )
    axes.axis("off")
    return drawn


def plot_over_time(
    path: Path,
    title: str,
    bands: npt.NDArray[np.float32],
    scores: npt.NDArray[np.float32],
    references: Sequence[Interval],
    speaking: npt.NDArray[np.int8],
    fps: float,
) -> None:
    """Draw attention by face region over a clip, with scores, micro-expressions and speech.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        title: Of the clip.
        bands: (T, 5): shares by region.
        scores: (T,).
        references: Annotated MEs, on the same frame axis.
        speaking: (T,): 1 speaking, 0 not, -1 unknown.
        fps: Frames per second.
    """
    count = len(bands)
    seconds = count / fps
    with style.picture(path, 1100, 460) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 2)})
        drawn = upper.imshow(
            bands.T, aspect="auto", cmap=_MAP, vmin=0, extent=(0, seconds, len(FACE_ROWS), 0),
            interpolation="nearest",
        )  # fmt: skip
        upper.set_yticks(np.arange(len(FACE_ROWS)) + 0.5, FACE_ROWS)
        upper.tick_params(axis="y", length=0)
        upper.set_title(title)
        figure.colorbar(drawn, ax=upper, pad=0.01, label="share of attention")
        edges = [0, *(np.flatnonzero(np.diff(speaking)) + 1).tolist(), count]
        for first, last in itertools.pairwise(edges):
            if speaking[first] == 1:
                lower.axvspan(first / fps, last / fps, color=style.SPEAKING, lw=0)
        for one in references:
            span = one.start_ms / fps, one.end_ms / fps
            lower.axvspan(*span, ymin=0.0, ymax=1.0, color=style.REFERENCE, alpha=0.35, lw=0)
            upper.axvline(span[0], color="white", lw=0.8, ls="--")
            upper.axvline(span[1], color="white", lw=0.8, ls="--")
        lower.plot(np.arange(count) / fps, scores, color=style.BLUE, lw=1.6)
        lower.set_ylim(0, 1)
        lower.set_xlim(0, seconds)
        lower.set_ylabel("score")
        lower.set_xlabel("seconds (yellow: speaking; green: annotated micro-expression)")
