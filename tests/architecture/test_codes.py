"""The page of problem codes and the source name the same codes."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_IN_SOURCE = re.compile(r"""["']([EW]_[A-Z][A-Z_]+[A-Z])["']""")
_IN_PAGE = re.compile(r"^\| `([EW]_[A-Z_]+)` \|", re.MULTILINE)


def test_every_code_is_explained_and_none_is_made_up() -> None:
    page = (ROOT / "docs" / "reference" / "codes.md").read_text(encoding="utf-8")
    explained = _IN_PAGE.findall(page)
    source = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "wdmd_tools").rglob("*.py")
    )
    raised = set(_IN_SOURCE.findall(source))
    assert len(explained) == len(set(explained))
    assert len(raised) > 20
    assert raised == set(explained)
