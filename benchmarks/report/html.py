"""Templates, styles and scripts of the benchmark's pages, in the frame of `wdmd_tools.report.page`."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from benchmarks.report import cells
from wdmd_tools.report import content_policy, page_environment, stylesheet, table_script

_HERE = Path(__file__).parent

GENERATOR = '<meta name="generator" content="bench leaderboard">'
"""In the head of every page, so that a later one knows which files it may replace."""


@functools.cache
def script(name: str) -> str:
    """The text of a script of ours.

    Args:
        name: ``board``, ``clips`` (with the table that it filters) or ``film``.
    """
    text = (_HERE / "scripts" / f"{name}.js").read_text(encoding="utf-8")
    return table_script() + text if name == "clips" else text


def render(template: str, scripts: Sequence[str], **values: Any) -> str:
    """Fill a template.

    Args:
        template: A file in ``templates``.
        scripts: Texts of the scripts of the page; no other runs.
        values: For the template.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            style=stylesheet() + _own_style(),
            scripts=scripts,
            policy=content_policy(scripts) + "; media-src 'self' file:",
            **values,
        )
    )


@functools.cache
def _own_style() -> str:
    return (_HERE / "board.css").read_text(encoding="utf-8")


@functools.cache
def _environment() -> jinja2.Environment:
    environment = page_environment(_HERE / "templates", generator=GENERATOR)
    environment.filters["percent"] = cells.percent
    environment.filters["amount"] = cells.amount
    return environment
