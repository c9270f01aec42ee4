"""Reading of pages, by the standard library's parser, for tests of the report."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "img", "input", "br", "link"}


@dataclass
class Page(HTMLParser):
    """A parsed page: balanced tags, every attribute, and the text that people see."""

    text: str = ""
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)
    data: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._in_data = False

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)
        self._in_data = tag == "script" and dict(attrs).get("type") == "application/json"

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.unbalanced.append(tag)
        self._in_data = False

    def handle_data(self, data):
        if self._in_data:
            self.data += data
        elif not self._open or self._open[-1] not in ("script", "style"):
            self.text += data

    def attributes(self, tag: str, name: str) -> list[str]:
        return [found[name] for kind, found in self.tags if kind == tag and name in found]


def read_page(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    assert not page.unbalanced, (path, page.unbalanced)
    return page


def entries(page: Page) -> list[dict]:
    """The clips that the first page's script shows."""
    found = json.loads(page.data)
    return [dict(zip(found["fields"], row, strict=True)) for row in found["rows"]]
