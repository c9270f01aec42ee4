from pathlib import Path

import pytest

from benchmarks.reported import ReportedTable, load_reported, read_reported
from wdmd_tools.errors import DataError

FORM = """
title = "T"
tells_choice = true
columns = [{ key = "a", dataset = "D", metric = "F1" }, { key = "b", dataset = "D", metric = "UF1" }]
footnotes = ["Read me."]
[[rows]]
model = "M"
values = { a = 12.345 }
"""


def strs() -> ReportedTable:
    return next(one for one in load_reported() if one.title.startswith("STRS"))


def test_strs_is_the_product_of_its_two_factors() -> None:
    """Within what was printed: two digits of a share are off by half a percent at most."""
    checked = 0
    for row in strs().rows:
        for name in ("casme3", "sammlv", "casme2sq"):
            known = [row.values.get(f"{name}_{key}") for key in ("f1", "analysis", "strs")]
            if None in known:
                continue
            spot, analysis, product = (float(one or 0) for one in known)
            half = 0.5 * 10**-row.digits
            most = ((spot + half) * (analysis + half) - spot * analysis) / 100 + half
            assert product == pytest.approx(spot * analysis / 100, abs=most), (row.model, name)
            checked += 1
    assert checked == 10


def test_every_row_of_a_table_that_tells_choices_has_its_source() -> None:
    for table in load_reported():
        if table.tells_choice:
            assert all(row.source for row in table.rows), table.title
            assert table.head[-1] == "chosen on test data"
    flags = {row.model: row.chosen_on_test for one in load_reported() for row in one.rows}
    assert (flags["LGSNet"], flags["BoostingVRME"], flags["SFAMNet"]) == ("yes", "no", "")


def test_blank_is_not_reported_and_digits_are_as_printed(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(FORM + "digits = 0\n", encoding="utf-8")
    table = read_reported(path)
    assert table.lines() == [("M", "12", "", "not said")]
    assert table.head == ("Model (reported)", "D F1", "D UF1", "chosen on test data")
    assert table.notes() == ["Read me."]
    path.write_text(FORM + 'source = "there"\n', encoding="utf-8")
    assert read_reported(path).notes()[-1] == "Sources. M: there."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FORM.replace("a = 12.345", "c = 1"), "M: c is no column"),
        (FORM.replace('key = "b"', 'key = "a"'), "two columns have the same key"),
        (FORM + 'chosen_on_test = "perhaps"\n', r"rows\.0\.chosen_on_test"),
        ("title =", "not valid TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_reported(path)
