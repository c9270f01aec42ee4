"""What every annotator said about the worst clips, over time: a lane per annotator, a panel per clip."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from wdmd_tools.agreement.disagreements import Disagreement, clock
from wdmd_tools.agreement.tracks import MISSING, Tracks
from wdmd_tools.plots import style


def plot_agreement_tracks(
    path: Path, tracks: Tracks, disagreements: Sequence[Disagreement], *, clips: int = 4
) -> None:
    """Draw the clips of the worst disagreements.

    Micro-expressions are solid bars; the background of a lane is the state. A red line below a panel
    marks where annotators disagree.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        tracks: Of the dataset.
        disagreements: Worst first.
        clips: How many clips at most.
    """
    worst = list(dict.fromkeys(one.clip_id for one in disagreements))[:clips]
    lanes = len(tracks.annotators)
    panel = 34 * lanes + 78
    with style.picture(path, 1200, max(panel * len(worst), 160) + 40) as figure:
        if not worst:
            figure.text(0.5, 0.5, "no disagreement", ha="center", color=style.MUTED)
            return
        grid = figure.subplots(len(worst), 1, squeeze=False)[:, 0]
        for axes, clip_id in zip(grid, worst, strict=True):
            clip = tracks.clip_ids.index(clip_id)
            start, end = int(tracks.bounds[clip]), int(tracks.bounds[clip + 1])
            for lane in range(lanes):
                states = tracks.states[lane, start:end]
                edges = [0, *(np.flatnonzero(np.diff(states)) + 1).tolist(), end - start]
                for first, last in pairwise(edges):
                    if states[first] != MISSING:
                        colour = style.SPEAKING if states[first] == 0 else style.LISTENING
                        axes.broken_barh(
                            [(first - 0.5, last - first)],
                            (lane - 0.4, 0.8),
                            facecolors=colour,
                            lw=0,
                        )
                spans = [
                    (s.start_ms - 0.5, s.duration_ms) for s in tracks.spans[lane].get(clip, ())
                ]
                axes.broken_barh(
                    spans, (lane - 0.25, 0.5), facecolors=style.series_style(lane).color, lw=0
                )
                if not tracks.covers[lane, clip]:
                    axes.text(0, lane, "not annotated", va="center", color=style.MUTED, fontsize=9)
            mine = [one for one in disagreements if one.clip_id == clip_id]
            axes.broken_barh(
                [(one.onset_frame - 0.5, one.offset_frame - one.onset_frame + 1) for one in mine],
                (lanes - 0.5, 0.14),
                facecolors="#C00000",
                lw=0,
            )
            axes.set_yticks(range(lanes), [_short(name) for name in tracks.annotators])
            axes.set_ylim(lanes - 0.25, -0.6)
            axes.set_xlim(-0.5, end - start - 0.5)
            axes.tick_params(axis="y", length=0)
            axes.spines["left"].set_visible(False)
            first_one = mine[0]
            axes.set_title(
                f"{_short(clip_id, 40)}: {first_one.kind} at {clock(first_one.start_ms)}, "
                f"severity {first_one.severity:.2f}",
                fontsize=11,
            )
        grid[-1].set_xlabel(
            "frame of the clip (bars: micro-expressions; yellow: speaking; blue: listening or silent; "
            "red: disagreement)"
        )


def _short(name: str, length: int = 18) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"
