"""Findings of a screening over time, one strip per film."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from wdmd_tools.plots import style

_COLOURS = {"keyword": style.VERMILION, "toxic": style.PURPLE, "technical": style.BLUE}
_MOST = 40


def plot_screen(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Draw where in each film something was found.

    Findings about a whole film are a pale band; others a mark at their time. The forty films with the most
    findings are shown.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        rows: Of the review queue.
    """
    from matplotlib.patches import Patch

    films: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        films.setdefault(row["film"], []).append(row)
    chosen = sorted(films, key=lambda name: (-len(films[name]), name))[:_MOST]
    with style.picture(path, 1000, 130 + 34 * len(chosen)) as figure:
        axes = figure.subplots()
        for place, film in enumerate(chosen):
            for row in films[film]:
                start, end = int(row["start_ms"]) / 1000, int(row["end_ms"]) / 1000
                colour = _COLOURS.get(row["reason"].partition(":")[0], style.MUTED)
                whole = row["reason"] == "technical" and row["rule"] != "cut"
                axes.barh(
                    place,
                    max(end - start, 0.0),
                    left=start,
                    height=0.7 if whole else 0.5,
                    color=colour,
                    alpha=0.15 if whole else 1.0,
                    edgecolor="none" if whole else colour,
                    linewidth=1.5,
                )
        labels = [name if len(name) <= 32 else "…" + name[-31:] for name in chosen]
        axes.set_yticks(
            range(len(chosen)),
            [f"{n} ({len(films[f])})" for n, f in zip(labels, chosen, strict=True)],
        )
        axes.invert_yaxis()
        axes.set_xlabel("seconds")
        axes.set_title("To be looked at by a person (findings per film)")
        axes.grid(axis="x")
        figure.legend(
            handles=[Patch(color=colour, label=name) for name, colour in _COLOURS.items()],
            loc="outside lower center",
            ncols=3,
        )
