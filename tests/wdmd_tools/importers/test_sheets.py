"""Sheets as texts: types of cells, headers found by content, formats told by content."""

from pathlib import Path

import pytest
from releases import csv_sheet, xls, xlsx

from wdmd_tools.errors import DataError
from wdmd_tools.importers.sheets import read_sheet, require_columns, sheet_names

LINES = (
    ("Title of the release",),
    (),
    ("Subject", "Onset Frame", "Offset", None, "AU"),
    ("006", 12, 20.5, None, "4+7"),
    (6.0, "0013", None),
)


def test_cells_keep_what_they_say(tmp_path: Path) -> None:
    rows = read_sheet(xlsx(tmp_path / "a.xlsx", {"Data": LINES}))
    assert [row.number for row in rows] == [4, 5]
    first, second = rows
    assert (first.get("subject"), first.get("onset_frame"), first.get("OFFSET")) == (
        "006",
        "12",
        "20.5",
    )
    assert (second.get("Subject"), second.get("OnsetFrame"), second.get("AU")) == ("6", "0013", "")
    assert first.source == "a.xlsx!Data row 4"
    assert first.get("no such", "au") == "4+7"
    assert first.get("no such") == ""
    assert first.at(99) == ""


def test_the_old_format_and_csv_say_the_same(tmp_path: Path) -> None:
    new = read_sheet(xlsx(tmp_path / "a.xlsx", {"Data": LINES}))
    old = read_sheet(xls(tmp_path / "a.xls", {"Data": LINES}))
    text = read_sheet(csv_sheet(tmp_path / "a.csv", LINES))
    for row, other in zip(new, old, strict=True):
        assert other.cells[:3] == row.cells[:3]
    assert [row.get("AU") for row in text] == ["4+7", ""]
    assert text[0].source == "a.csv row 4"


def test_an_xlsx_with_the_ending_xls_is_read(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Data": LINES}).rename(tmp_path / "b.xls")
    assert len(read_sheet(path)) == 2


def test_without_a_header_all_rows_are_there(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"one": [(1, "anger1_1"), (2, "happy1_1")]})
    for rows in (read_sheet(path), read_sheet(path, header=None)):
        assert [row.cells for row in rows] == [("1", "anger1_1"), ("2", "happy1_1")]
        assert rows[0].head == ()


def test_sheets_are_found_by_name_or_by_having_something(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"empty": [], "AU+Emotion": LINES, "eye blink": [("x",)]})
    assert sheet_names(path) == ["empty", "AU+Emotion", "eye blink"]
    assert len(read_sheet(path)) == 2
    assert len(read_sheet(path, "au emotion")) == 2
    assert read_sheet(path, "Eye_Blink")[0].cells == ("x",)
    with pytest.raises(DataError, match="no sheet 'labels'; it has 'empty', 'AU"):
        read_sheet(path, "labels")


def test_a_missing_column_lists_what_is_there(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Data": LINES})
    rows = read_sheet(path)
    require_columns(rows, path, ("Subject",), ("Offset Frame", "Offset"))
    with pytest.raises(DataError, match=r"no column 'Apex' \(there: Subject, Onset Frame"):
        require_columns(rows, path, ("Apex", "Apex Frame"))
    with pytest.raises(DataError, match="no rows"):
        require_columns([], path, ("Subject",))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.xlsx", b"PK\x03\x04 cut short", "damaged xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut short", "damaged xls"),
        ("a.xlsx", b"<html>please log in</html>", "neither xlsx, xls nor csv"),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=says):
        read_sheet(tmp_path / name)


def test_empty_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="every sheet is empty"):
        read_sheet(xlsx(tmp_path / "a.xlsx", {"one": []}))
    with pytest.raises(DataError, match="no such file"):
        read_sheet(tmp_path / "none.xlsx")
