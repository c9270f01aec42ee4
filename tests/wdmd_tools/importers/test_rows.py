"""One row to one event: whatever its cells hold, an event or a problem, and never a traceback."""

from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.importers.corrections import Correction, Corrections
from wdmd_tools.importers.rows import RowReader
from wdmd_tools.importers.sheets import Row

ROW = Row("labels.xlsx", "Sheet1", 7, ())
CELL = st.one_of(
    st.text(max_size=12),
    st.integers(-2, 9000).map(str),
    st.floats(-2, 9000).map(str),
    st.sampled_from(["", "/", "-1", "0", "007", "566.5", "1e3", "nan"]),
)


@given(onset=CELL, apex=CELL, offset=CELL, units=CELL, emotion=CELL)
def test_any_row_is_read_or_told(
    onset: str, apex: str, offset: str, units: str, emotion: str
) -> None:
    reader = RowReader(Corrections())
    cells = {"onset": onset, "apex": apex, "offset": offset, "action_units": units}
    event = reader.event(ROW, "k", "me", {**cells, "emotion": emotion})
    assert all(problem.file == "labels.xlsx!Sheet1 row 7" for problem in reader.problems)
    errors = [problem for problem in reader.problems if problem.is_error]
    assert (event is None) == (len(errors) == 1)
    if event is None:
        return
    span = event.span
    # 0 is "not annotated" and left to the importer.
    assert span.offset == 0 or span.onset <= span.offset
    if span.apex is not None:
        assert span.onset <= span.apex
        assert span.offset == 0 or span.apex <= span.offset


def _correction(field: str, old: str, new: str) -> Corrections:
    return Corrections((Correction("k", field, old, new, "2026-11-21", "a paper", "typing error"),))


def test_a_correction_mends_a_row_that_could_not_be_used() -> None:
    cells = {"onset": "3647", "apex": "2668", "offset": "2694"}
    reader = RowReader(_correction("onset", "3647", "2647"))
    event = reader.event(ROW, "k", "me", cells)
    assert event is not None
    assert (event.span.onset, event.span.apex, event.span.offset) == (2647, 2668, 2694)
    assert len(event.corrections) == len(reader.applied) == 1
    assert reader.problems == []


def test_a_correction_of_another_value_or_key_does_nothing() -> None:
    cells = {"onset": "10", "apex": "12", "offset": "20"}
    for key, corrections in (
        ("k", _correction("onset", "11", "5")),
        ("l", _correction("onset", "10", "5")),
    ):
        reader = RowReader(corrections)
        event = reader.event(ROW, key, "me", cells)
        assert event is not None
        assert event.span.onset == 10
        assert reader.applied == []


def test_a_row_can_be_left_out() -> None:
    reader = RowReader(_correction("drop", "", ""))
    assert reader.event(ROW, "k", "me", {"onset": "1", "offset": "2"}) is None
    assert len(reader.applied) == 1
    assert reader.problems == []


def test_an_apex_can_be_made_unknown() -> None:
    reader = RowReader(_correction("apex", "2", ""))
    event = reader.event(ROW, "k", "me", {"onset": "1", "apex": "2", "offset": "3"})
    assert event is not None
    assert event.span.apex is None


def test_macro_and_micro_of_the_same_frames_are_two() -> None:
    reader = RowReader(Corrections())
    cells = {"onset": "1", "offset": "3"}
    assert reader.event(ROW, "k", "me", cells) is not None
    assert reader.event(ROW, "k", "macro", cells) is not None
    assert reader.event(ROW, "k", "macro", cells) is None
    assert [problem.code for problem in reader.problems] == ["E_DUPLICATE_ROW"]
