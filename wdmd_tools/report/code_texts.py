"""What every problem code means and what to do, from the documentation's page of codes.

That page is the one definition; it travels in the wheel beside this module, and in a checkout it is read
where it stands.
"""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

_ROW = re.compile(
    r"^\| `(?P<code>[EW]_[A-Z_]+)` \| (?P<meaning>.+?) \| (?P<cure>.+?) \|$", re.MULTILINE
)
_PLACES = (
    Path(__file__).with_name("codes.md"),
    Path(__file__).parents[2] / "docs" / "reference" / "codes.md",
)


@dataclass(frozen=True, slots=True)
class CodeText:
    """A code explained.

    Args:
        meaning: What is wrong, one phrase.
        cure: What to do, one phrase.
    """

    meaning: str
    cure: str


@functools.cache
def code_texts() -> dict[str, CodeText]:
    """Every code of the page of codes; empty where the page is not installed."""
    for place in _PLACES:
        if place.is_file():
            return parse_codes(place.read_text(encoding="utf-8"))
    return {}


def parse_codes(page: str) -> dict[str, CodeText]:
    """The rows of the tables of a page of codes, without Markdown's marks.

    Args:
        page: Markdown with rows ``| `CODE` | what is wrong | what to do |``.
    """
    return {
        match["code"]: CodeText(_plain(match["meaning"]), _plain(match["cure"]))
        for match in _ROW.finditer(page)
    }


def _plain(text: str) -> str:
    return text.strip().replace("`", "").replace("\\|", "|")
