"""The views of clips to HTML."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.leaderboard import Table
from benchmarks.report import cells
from benchmarks.report.clips.model import KINDS, ClipCase, Media
from benchmarks.report.html import GENERATOR, render, script

__all__ = ["GENERATOR", "clips_page", "list_page"]

KIND_WORDS: Mapping[str, str] = {
    "hit": "found: overlap (IoU) above 0.5, one to one",
    "duplicate": "enough overlap, but the reference is already taken",
    "short": "inside the reference, too little overlap",
    "long": "around the reference, too little overlap",
    "shifted": "one end inside the reference and one outside, too little overlap",
    "background": "false alarm: about no reference",
    "near": "a reference not found, but touched",
    "missed": "a reference that nothing touches",
}


def list_page(table: Table, data: Mapping[str, Any], pictured: int) -> str:
    """The list of all clips of a table, which its script fills, filters and sorts.

    Args:
        table: Whose clips.
        data: See `benchmarks.report.clips.rows.entries`.
        pictured: Clips with pictures.
    """
    return render(
        "clips_index.html.j2",
        [script("clips")],
        title=cells.title(table),
        synthetic=cells.SYNTHETIC if table.synthetic else "",
        facts=cells.facts(table),
        data=data,
        kinds={kind: KIND_WORDS[kind] for kind in KINDS},
        pictured=pictured,
    )


def clips_page(
    table: Table,
    recording: str,
    clips: Sequence[tuple[ClipCase, Media]],
    pages: Sequence[str],
    page: int,
    *,
    limited: bool,
) -> str:
    """One page of a recording's clips.

    Args:
        table: Whose models.
        recording: The film.
        clips: Each clip with its pictures.
        pages: File names of all pages of this film.
        page: Which of them this is, from 0.
        limited: Whether some clips have no pictures because there are too many.
    """
    return render(
        "clips.html.j2",
        [script("film")],
        title=f"{recording}: {cells.title(table)}",
        synthetic=cells.SYNTHETIC if table.synthetic else "",
        table=table,
        recording=recording,
        clips=clips,
        pages=pages,
        page=page,
        limited=limited,
        kinds=KIND_WORDS,
    )
