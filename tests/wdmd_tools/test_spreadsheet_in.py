"""Tables as Excel and LibreOffice save them."""

from pathlib import Path

import pytest

from wdmd_tools.errors import DataError
from wdmd_tools.spreadsheet_in import read_sheet


@pytest.mark.parametrize(
    ("text", "encoding", "line", "guessed"),
    [
        ("name,part\r\nJürgen,train\r\n", "utf-8", 2, False),
        ("name;part\r\nJürgen;train\r\n", "utf-8-sig", 2, False),
        ("sep=;\r\nname;part\r\nJürgen;train\r\n", "utf-8", 3, False),
        ("sep=|\nname|part\n\nJürgen|train\n;\n"[:-2], "utf-8-sig", 4, False),
        ("name\tpart\r\nJürgen\ttrain\r\n", "utf-16", 2, False),
        ("name;part\r\nJürgen;train\r\n;\r\n", "cp1252", 2, True),
    ],
)
def test_whatever_a_spreadsheet_saves(
    tmp_path: Path, text: str, encoding: str, line: int, guessed: bool
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    sheet = read_sheet(path)
    assert sheet.head == ("name", "part")
    assert sheet.rows == ((line, {"name": "Jürgen", "part": "train"}),)
    assert (sheet.encoding, sheet.guessed) == (encoding, guessed)


def test_no_table_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"PK\x03\x04\0\0")
    with pytest.raises(DataError, match=r"t\.xlsx: has NUL bytes") as caught:
        read_sheet(path)
    assert "--encoding" not in str(caught.value)
