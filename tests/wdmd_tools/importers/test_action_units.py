"""Action units of the public datasets' sheets: every habit of writing that was seen in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.importers.action_units import ActionUnit, parse_action_units


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("4+10+14", ("4", "10", "14")),
        ("4+L10", ("4", "L10")),
        ("T28+14", ("T28", "14")),
        ("A14C", ("A14C",)),
        ("14A", ("14A",)),
        ("R12B + l14", ("R12B", "L14")),
        ("AU4, AU 7", ("4", "7")),
        ("AU12A", ("12A",)),
        ("1;2 5", ("1", "2", "5")),
        ("4，7、9", ("4", "7", "9")),
        ("４＋７", ("4", "7")),
        ("12.0", ("12",)),
        ("04", ("4",)),
        ("4+4", ("4",)),
        ("", ()),
        ("/", ()),
        ("  ", ()),
    ],
)
def test_labels(cell: str, labels: tuple[str, ...]) -> None:
    parsed = parse_action_units(cell)
    assert parsed.labels == labels
    assert parsed.unread == ()


@pytest.mark.parametrize("cell", ["R12/R15", "R12 or R15", "R12 OR R15", "R12 / R15"])
def test_or_gives_both_marked(cell: str) -> None:
    assert parse_action_units(cell).units == (
        ActionUnit(12, "R", alternative=True),
        ActionUnit(15, "R", alternative=True),
    )


def test_or_marks_its_neighbours_only() -> None:
    parsed = parse_action_units("4+12/15+17")
    assert [(unit.number, unit.alternative) for unit in parsed.units] == [
        (4, False),
        (12, True),
        (15, True),
        (17, False),
    ]


@pytest.mark.parametrize("cell", ["4(B/C)", "4B/C", "4 (B/C)", "4(B or C)"])
def test_an_open_intensity_is_unknown(cell: str) -> None:
    parsed = parse_action_units(cell)
    assert parsed.units == (ActionUnit(4),)
    assert parsed.unread == ()
    assert parsed.remarks == ()


def test_an_intensity_before_or_is_not_an_open_one() -> None:
    assert parse_action_units("12B/A14").units == (
        ActionUnit(12, intensity="B", alternative=True),
        ActionUnit(14, "A", alternative=True),
    )


def test_one_intensity_in_parentheses() -> None:
    assert parse_action_units("4(B)+7").labels == ("4B", "7")


def test_a_note_is_a_remark_and_gives_no_unit() -> None:
    parsed = parse_action_units("12+ref(14)")
    assert parsed.labels == ("12",)
    assert parsed.remarks == ("14",)
    assert parsed.unread == ()
    assert parse_action_units("12 ref()").labels == ("12",)


@pytest.mark.parametrize(
    ("cell", "labels", "remarks"),
    [
        ("4D+7B+9B+ref(10)+24B", ("4D", "7B", "9B", "24B"), ("10",)),
        ("6C/D+ref(7)12E+25", ("6", "12E", "25"), ("7",)),
        ("R6A+ref(12/14)+16", ("R6A", "16"), ("12/14",)),
        ("9A ref (L12 or L10)", ("9A",), ("L12 OR L10",)),
        ("80 (big swallow) ", ("80",), ("BIG SWALLOW",)),
        ("(1B+2A)or(loses AU4)", ("1B", "2A"), ("LOSES AU4",)),
        ("(R6 or R12)+R15", ("R6", "R12", "R15"), ()),
        ("7A/B+L10A/B)", ("7", "L10"), ()),
        ("A(4B/C)+5B", ("A4", "5B"), ()),
        ("(L/A)4B", ("4B",), ()),
        ("A/L12", ("12",), ()),
        ("17B+(23/24) ", ("17B", "23", "24"), ()),
        ("6B+((8+25)or(50))", ("6B", "8", "25", "50"), ()),
    ],
)
def test_habits_of_samm_long_videos(
    cell: str, labels: tuple[str, ...], remarks: tuple[str, ...]
) -> None:
    parsed = parse_action_units(cell)
    assert parsed.labels == labels
    assert parsed.remarks == remarks
    assert parsed.unread == ()


def test_or_without_blanks() -> None:
    assert [u.number for u in parse_action_units("R12or14").units if u.alternative] == [12, 14]


def test_a_mark_of_4dme_is_a_remark() -> None:
    parsed = parse_action_units("4(k)+7")
    assert parsed.labels == ("4", "7")
    assert parsed.remarks == ("K",)


def test_doubt() -> None:
    assert parse_action_units("12?+4").units == (ActionUnit(12, doubtful=True), ActionUnit(4))


@pytest.mark.parametrize("cell", ["2014-07-04 00:00:00", "2014-07-04", "7-Apr", "07-apr-14"])
def test_a_cell_that_a_spreadsheet_took_for_a_date_gives_no_unit(cell: str) -> None:
    parsed = parse_action_units(cell)
    assert parsed.units == ()
    assert parsed.unread == (cell,)


@pytest.mark.parametrize(
    ("cell", "labels", "unread"),
    [
        ("4+foo", ("4",), ("FOO",)),
        ("4+1234", ("4",), ("1234",)),
        ("0+4", ("4",), ("0",)),
        ("4²", ("4",), ("²",)),
        ("tongue", (), ("TONGUE",)),
    ],
)
def test_what_cannot_be_read_is_told(
    cell: str, labels: tuple[str, ...], unread: tuple[str, ...]
) -> None:
    parsed = parse_action_units(cell)
    assert parsed.labels == labels
    assert parsed.unread == unread


@given(st.text(max_size=60))
def test_any_text_is_read(cell: str) -> None:
    parsed = parse_action_units(cell)
    assert all(1 <= unit.number <= 99 for unit in parsed.units)


@given(
    st.text(alphabet="0123456789LRTBAC+/,()? orefU.-", max_size=40),
)
def test_text_of_their_own_letters_is_read(cell: str) -> None:
    parsed = parse_action_units(cell)
    assert all(len(unit.intensity) <= 1 for unit in parsed.units)


_UNITS = st.builds(
    ActionUnit,
    number=st.integers(1, 99),
    side=st.sampled_from(["", "L", "R", "T", "B", "A"]),
    intensity=st.sampled_from(["", "A", "B", "C", "D", "E"]),
)


@given(st.lists(_UNITS, min_size=1, max_size=6), st.sampled_from(["+", ",", " + ", "，", "; "]))
def test_what_is_written_is_read_back(units: list[ActionUnit], joint: str) -> None:
    parsed = parse_action_units(joint.join(unit.label for unit in units))
    assert list(parsed.units) == units
    assert parsed.unread == ()
