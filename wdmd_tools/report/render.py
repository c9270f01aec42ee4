"""Views to HTML; `page` has what all pages share."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import jinja2

from wdmd_tools.report.index_rows import ClipEntry
from wdmd_tools.report.model import ClipView, Overview, RecordingLine, Sheet
from wdmd_tools.report.page import content_policy, page_environment, stylesheet, table_script
from wdmd_tools.report.text import number, percent

_HERE = Path(__file__).parent

GENERATOR = '<meta name="generator" content="wdmd report">'
"""In the head of every page, so that a later report knows which files it may replace."""


@functools.cache
def page_script() -> str:
    """The script of the first page: the table of clips and its filters."""
    return table_script() + (_HERE / "clips.js").read_text(encoding="utf-8")


def index_page(
    view: Overview,
    recordings: Sequence[RecordingLine],
    clips: Sequence[ClipEntry],
    problems: Sequence[tuple[str, str]],
) -> str:
    """The first page.

    Args:
        view: The dataset.
        recordings: One line per film.
        clips: One entry per clip, for the table that the script fills.
        problems: Clips without a contact sheet, and why.
    """
    return _render(
        "index.html.j2",
        view=view,
        recordings=recordings,
        entries={
            "fields": [field.name for field in fields(ClipEntry)],
            "rows": [astuple(clip) for clip in clips],
        },
        problems=problems,
        style=stylesheet(),
        scripts=[page_script()],
        policy=content_policy([page_script()]),
    )


def recording_page(
    name: str,
    recording: RecordingLine,
    clips: Sequence[tuple[ClipView, Sheet, str]],
    pages: Sequence[str],
    page: int,
    codes: Mapping[str, str],
) -> str:
    """One page of a film's clips.

    Args:
        name: The dataset.
        recording: The film.
        clips: Each clip with its contact sheet and the link to its crop.
        pages: File names of all pages of this film.
        page: Which of them this is, from 0.
        codes: Meaning of each flag.
    """
    return _render(
        "recording.html.j2",
        name=name,
        recording=recording,
        clips=clips,
        pages=pages,
        page=page,
        codes=codes,
        scripts=[],
        style=stylesheet(),
        policy=content_policy(),
    )


def _render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = page_environment(generator=GENERATOR)
    environment.filters["percent"] = percent
    environment.filters["number"] = number
    return environment
