"""What all HTML pages of this project share: the frame, the style sheet, the policy, the table of clips.

Everything is escaped, and nothing is asked of any other host.
"""

import base64
import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

_HERE = Path(__file__).parent


@functools.cache
def stylesheet() -> str:
    """The style sheet of all HTML that this project writes: colours as tokens, light and dark, print."""
    return (_HERE / "style.css").read_text(encoding="utf-8")


@functools.cache
def table_script() -> str:
    """The script of a table of clips: sorting and paging; a script of the page's own says of what."""
    return (_HERE / "table.js").read_text(encoding="utf-8")


def content_policy(scripts: Sequence[str] = ()) -> str:
    """A Content-Security-Policy that allows these scripts, pictures beside the page, and nothing else.

    Args:
        scripts: The text of each inline script; anything else that looks like one is not run.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode('utf-8')).digest()).decode()}'"
        for s in scripts
    )
    return (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file: data:; "
        f"script-src {hashes or chr(39) + 'none' + chr(39)}; base-uri 'none'; form-action 'none'"
    )


def page_environment(*folders: Path, **values: Any) -> jinja2.Environment:
    """Templates that escape everything and refuse what is not given.

    Args:
        folders: Of templates; those of this package, with the frame ``base.html.j2``, come last.
        values: Known to every template.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, _HERE / "templates"]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(values)
    return environment
