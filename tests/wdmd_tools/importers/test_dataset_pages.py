"""The page of each dataset and the program say the same."""

import re
from pathlib import Path

import pytest

from wdmd_tools.importers import READERS
from wdmd_tools.importers.action_units import parse_action_units
from wdmd_tools.importers.corrections import load_corrections
from wdmd_tools.importers.numbers import frame_number

DOCS = Path(__file__).parents[3] / "docs/datasets"


@pytest.mark.parametrize("dataset", READERS)
def test_a_page_has_its_parts(dataset: str) -> None:
    page = (DOCS / f"{dataset}.md").read_text(encoding="utf-8")
    assert f"wdmd import {dataset} SRC --out data/{dataset}" in page
    for part in ("How to get it", "## Where things are", "## Traps", "## Uncertain"):
        assert part in page
    assert f"({dataset}.md)" in (DOCS / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("dataset", READERS)
def test_every_correction_is_on_the_page_and_no_other(dataset: str) -> None:
    page = (DOCS / f"{dataset}.md").read_text(encoding="utf-8")
    table = re.findall(
        r"^\| `([^`]+)` \| ([a-z, ]+) \| `?([^|`]+)`? \| `?([^|`]+)`? \|", page, re.M
    )
    told = {
        (key, field.replace(" ", "_"), old.strip(), new.strip())
        for key, fields, old, new in table
        for field in fields.split(", ")
    }
    shipped = {(one.key, one.field, one.old, one.new) for one in load_corrections(dataset).items}
    assert told == shipped


@pytest.mark.parametrize("dataset", READERS)
def test_corrections_are_dated_cited_and_readable(dataset: str) -> None:
    for one in load_corrections(dataset).items:
        assert re.fullmatch(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]", one.date)
        assert one.source
        assert one.why
        assert one.field in ("onset", "apex", "offset", "action_units")
        if one.field == "action_units":
            assert parse_action_units(one.new).unread == ()
        else:
            assert frame_number(one.new)


def test_files_of_corrections_belong_to_a_reader() -> None:
    folder = Path(__file__).parents[3] / "wdmd_tools/importers/corrections"
    names = {path.stem.replace("_", "-") for path in folder.glob("*.csv")}
    assert names <= set(READERS)
    assert {"samm", "casme3"} <= names
