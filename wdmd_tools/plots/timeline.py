r"""One clip over time (the paper's figure 5): what models score, what annotators marked, who speaks.

score   ____/\______    one line per model; the reference ME as a green band through the whole picture
lanes   |reference| |model A| |model B| |speech|
axis    frames below, seconds above
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval
from wdmd_tools.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LANE = 0.66
"""Share of a lane that its bars fill."""

_REFERENCE_LANE = "reference ME"
_LANE_PX = 32
_MARGINS_PX = 150


def plot_timeline(
    path: Path,
    fps: float,
    scores: Mapping[str, npt.NDArray[np.floating]],
    references: Sequence[Interval] | None,
    predictions: Mapping[str, Sequence[Interval]],
    speaking: npt.NDArray[np.int8],
    title: str,
    *,
    threshold: float | None = None,
    width_px: int = 1200,
    height_px: int = 600,
) -> None:
    """Draw one clip and write it.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        fps: Frames per second, for the axis in seconds.
        scores: Model name to frame scores of shape (T,) in [0, 1], NaN where there is none; may be empty.
        references: Annotated MEs on the clip's frame axis, half-open; empty where the
            annotators saw none, `None` where nobody annotated (then there is no lane for it).
        predictions: Model name to found MEs; a lane each. Names that are also in `scores` share a colour.
        speaking: Shape (T,): 1 speaking, 0 listening or silent, -1 no state.
        title: Above the picture, for example the clip's id.
        threshold: Drawn as a dotted line when given.
        width_px: Width of the picture.
        height_px: Height of the picture.

    Raises:
        ValueError: `fps` is not positive, or a model's scores are not as long as `speaking`.
    """
    n_frames = len(speaking)
    if fps <= 0 or not n_frames:
        raise ValueError(f"Expected fps > 0 and a frame or more but got {fps}, {n_frames}.")
    for name, values in scores.items():
        if values.shape != (n_frames,):
            raise ValueError(f"Expected scores of {name} of shape ({n_frames},): {values.shape}.")
    models = list(dict.fromkeys([*scores, *predictions]))
    look = {name: style.series_style(index) for index, name in enumerate(models)}
    lanes = [*([] if references is None else [_REFERENCE_LANE]), *predictions, "state"]
    with style.picture(path, width_px, height_px) as figure:
        lanes_px = _LANE_PX * len(lanes)
        grid = figure.add_gridspec(
            2, 1, height_ratios=[max(height_px - lanes_px - _MARGINS_PX, lanes_px / 2), lanes_px]
        )
        top = figure.add_subplot(grid[0])
        bottom = figure.add_subplot(grid[1], sharex=top)
        for axes in (top, bottom):
            for one in references or ():
                axes.axvspan(
                    one.start_ms - 0.5, one.end_ms - 0.5, color=style.REFERENCE, alpha=0.16, lw=0
                )
        _draw_scores(top, scores, look, threshold)
        for start, end in _runs(speaking == 1):
            top.axvspan(start - 0.5, end - 0.5, color=style.SPEAKING, alpha=0.6, lw=0, zorder=0)
        _draw_lanes(bottom, lanes, references, predictions, speaking, look)
        top.set_xlim(-0.5, n_frames - 0.5)
        top.tick_params(labelbottom=False, bottom=False)
        seconds = top.secondary_xaxis(
            "top",
            functions=(lambda f: np.asarray(f, float) / fps, lambda s: np.asarray(s, float) * fps),
        )
        seconds.set_xlabel("time (s)", fontsize=10, color=style.MUTED)
        seconds.tick_params(labelsize=9)
        bottom.set_xlabel(f"frame ({fps:g} per second)")
        top.set_title(_shortened(title, 90), pad=10)
        _draw_legend(top, bool(references), bool((speaking == 1).any()))


def _draw_scores(
    axes: "Axes",
    scores: Mapping[str, npt.NDArray[np.floating]],
    look: Mapping[str, style.SeriesStyle],
    threshold: float | None,
) -> None:
    for name, values in scores.items():
        axes.plot(
            np.arange(len(values)),
            values,
            lw=2 if len(values) < 1000 else 1,
            label=name,
            color=look[name].color,
            linestyle=look[name].dash,
        )
    if threshold is not None:
        axes.axhline(threshold, color=style.MUTED, lw=1, ls=":", label=f"threshold {threshold:g}")
    axes.set_ylim(-0.02, 1.04)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
    axes.set_ylabel("ME score per frame")
    axes.grid(axis="y")
    if not scores:
        axes.text(
            0.5, 0.5, "no frame scores", transform=axes.transAxes, ha="center", color=style.MUTED
        )


def _draw_lanes(
    axes: "Axes",
    lanes: Sequence[str],
    references: Sequence[Interval] | None,
    predictions: Mapping[str, Sequence[Interval]],
    speaking: npt.NDArray[np.int8],
    look: Mapping[str, style.SeriesStyle],
) -> None:
    bottom = _LANE / 2

    def bars(lane: int, spans: Sequence[Interval], colour: str) -> None:
        ranges = [(one.start_ms - 0.5, one.duration_ms) for one in spans]
        axes.broken_barh(ranges, (lane - bottom, _LANE), facecolors=colour, lw=0)

    if references is not None:
        bars(0, references, style.REFERENCE)
    for lane, (name, spans) in enumerate(
        predictions.items(), start=len(lanes) - 1 - len(predictions)
    ):
        bars(lane, spans, look[name].color)
    last = len(lanes) - 1
    shortest = 0.07 * len(speaking)
    for value, colour, word in ((1, style.SPEAKING, "speaking"), (0, style.LISTENING, "listening")):
        runs = [Interval(start, end) for start, end in _runs(speaking == value)]
        bars(last, runs, colour)
        for run in runs:
            if run.duration_ms >= shortest:
                middle = (run.start_ms + run.end_ms - 1) / 2
                axes.text(middle, last, word, ha="center", va="center", fontsize=9)
    axes.set_yticks(range(len(lanes)), [_shortened(lane) for lane in lanes])
    axes.set_ylim(last + 0.55, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for lane in range(len(lanes) - 1):
        axes.axhline(lane + 0.5, color=style.GRID, lw=0.8, zorder=0)


def _draw_legend(axes: "Axes", has_reference: bool, has_speech: bool) -> None:
    from matplotlib.patches import Patch

    handles, _ = axes.get_legend_handles_labels()
    if has_reference:
        handles.append(Patch(color=style.REFERENCE, alpha=0.3, lw=0, label=_REFERENCE_LANE))
    if has_speech:
        handles.append(Patch(color=style.SPEAKING, lw=0, label="speaking"))
    if not handles:
        return
    # Names go to the right of the axes, where they can never lie on a line.
    legend = axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.005, 1.0), fontsize=10
    )
    for text in legend.get_texts():
        text.set_text(_shortened(text.get_text()))


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open runs of true frames."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _shortened(name: str, length: int = 26) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"
