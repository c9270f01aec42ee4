"""Corrections by key, only where the mistake stands."""

from pathlib import Path

import pytest

from wdmd_tools.errors import ConfigError
from wdmd_tools.importers import READERS
from wdmd_tools.importers.corrections import DROP, Correction, Corrections, load_corrections


def correction(key: str, field: str, old: str, new: str) -> Correction:
    return Correction(key, field, old, new, "2024-05-31", "someone", "because")


ROW = {"onset": "112", "apex": "083", "offset": "358"}


def test_a_mistake_that_stands_is_corrected() -> None:
    fix = correction("a", "apex", "83", "123")
    done = Corrections((fix,)).apply("a", ROW)
    assert done.values == {**ROW, "apex": "123"}
    assert done.applied == (fix,)
    assert done.notes == ("a: apex 83 -> 123 (because; someone, 2024-05-31)",)


@pytest.mark.parametrize(
    "fix",
    [
        correction("b", "apex", "83", "123"),  # another row
        correction("a", "apex", "84", "123"),  # the release was mended
        correction("a", "emotion", "", "fear"),  # the sheet has no such column
    ],
)
def test_what_does_not_stand_is_left(fix: Correction) -> None:
    done = Corrections((fix,)).apply("a", ROW)
    assert done.values == ROW
    assert done.applied == ()


def test_several_of_one_row_and_unknown_values() -> None:
    fixes = (correction("a", "onset", "0", "1"), correction("a", "apex", "/", ""))
    done = Corrections(fixes).apply("a", {"onset": "0", "apex": "", "offset": "25"})
    assert done.values == {"onset": "1", "apex": "", "offset": "25"}
    assert len(done.applied) == 2


def test_a_row_can_be_left_out() -> None:
    done = Corrections((correction("a", DROP, "", ""),)).apply("a", ROW)
    assert done.dropped
    assert done.notes == ("a: left out (because; someone, 2024-05-31)",)


@pytest.mark.parametrize("dataset", READERS)
def test_every_built_in_correction_is_dated_and_cited(dataset: str) -> None:
    for one in load_corrections(dataset).items:
        assert one.key
        assert one.date[:2] == "20"
        assert one.source
        assert one.why


def test_they_can_be_switched_off_or_replaced(tmp_path: Path) -> None:
    assert load_corrections("casme3").items
    assert load_corrections("casme3", "none") == Corrections((), "none")
    path = tmp_path / "mine.csv"
    path.write_text(
        "\ufeffkey,field,old,new,date,source,why\na,onset,1,2,2026-01-01,me,typo\n,,,,,,\n",
        encoding="utf-8",
    )
    mine = load_corrections("casme3", str(path))
    assert [one.new for one in mine.items] == ["2"]
    assert mine.origin == str(path)


def test_as_a_spreadsheet_saves_them(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    text = "key;field;old;new;date;source;why\na;apex;/;59;21.11.2026;Übungslabor;x, y\n"
    path.write_text(text, encoding="cp1252")
    (one,) = load_corrections("casme2", str(path)).items
    assert (one.key, one.old, one.new, one.source, one.why) == (
        "a",
        "/",
        "59",
        "Übungslabor",
        "x, y",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("key,field,new\n", "line 1: expected the columns"),
        ("key,field,old,new,date,source,why\n,onset,1,2,,x,\n", "line 2: key, field and source"),
        (
            "key,field,old,new,date,source,why\na,apx,1,2,,x,\n",
            r"unknown field \(mine.csv, line 2\) 'apx'; .*'apex'",
        ),
        ("key;field;old;new;date;source;why\na;onset;1;2x;;x;\n", "line 2: new: .*'2x'"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(ConfigError, match=says):
        load_corrections("casme3", str(path))
    with pytest.raises(ConfigError, match="no such file"):
        load_corrections("casme3", str(tmp_path / "none.csv"))
