"""Reading EAF: times, references, problems with lines, and hostile files."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import TierText, eaf_text, write_eaf_text

from wdmd_tools.elan import read_eaf
from wdmd_tools.elan.guard import MAX_DEPTH, scan
from wdmd_tools.elan.writer import EafAligned, EafDocument, EafMedia, EafRef, EafTier, write_eaf
from wdmd_tools.errors import AnnotationError
from wdmd_tools.intervals import Interval


def test_tiers_come_sorted_with_lines_and_attributes(tmp_path: Path) -> None:
    tier = TierText("ME@A1", [(900, 1200, "b"), (100, 400, "a")], "P1", "Anna")
    path = write_eaf_text(tmp_path / "x.eaf", tier)
    document = read_eaf(path)
    (found,) = document.tiers
    assert [a.interval for a in found.annotations] == [Interval(100, 400), Interval(900, 1200)]
    assert [a.value for a in found.annotations] == ["a", "b"]
    assert (found.participant, found.annotator, found.tier_id) == ("P1", "Anna", "ME@A1")
    lines = path.read_text().splitlines()
    for annotation in found.annotations:
        assert f'ANNOTATION_ID="{annotation.annotation_id}"' in lines[annotation.line - 1]
    assert 'TIER_ID="ME@A1"' in lines[found.line - 1]


def test_what_the_writer_writes_is_read_back(tmp_path: Path) -> None:
    document = EafDocument(
        tiers=(
            EafTier("ME", (EafAligned(10, 20, "é"), EafAligned(30, 45, "<&>")), annotator="A"),
            EafTier("AU", (EafRef(0, "4"), EafRef(1, "12")), "association-lt", parent="ME"),
        ),
        media=(EafMedia("file:///D:/film.mp4", time_origin_ms=40),),
    )
    write_eaf(tmp_path / "x.eaf", document)
    found = read_eaf(tmp_path / "x.eaf")
    assert [a.value for a in found.tiers[0].annotations] == ["é", "<&>"]
    assert [a.interval for a in found.tiers[1].annotations] == [Interval(10, 20), Interval(30, 45)]
    assert found.tiers[1].annotations[0].parent_id == found.tiers[0].annotations[0].annotation_id
    assert found.media[0].time_origin_ms == 40
    assert found.problems == ()


def test_references_of_references_take_the_times_of_the_first(tmp_path: Path) -> None:
    # a1 <- a2 <- a3, and the deepest tier stands first in the file.
    tiers = [
        TierText("ME", [(100, 300, "")]),
        TierText("AU", refs=[("a1", "4")], parent="ME"),
        TierText("Note", refs=[("a2", "sure")], parent="AU"),
    ]
    document = read_eaf(write_eaf_text(tmp_path / "x.eaf", *tiers))
    assert [t.annotations[0].interval for t in document.tiers] == [Interval(100, 300)] * 3


def test_slots_without_a_time_are_spaced_evenly_and_marked(tmp_path: Path) -> None:
    #   ts1=1000 --a1-- ts2=? --a2-- ts3=? --a3-- ts4=4000
    text = eaf_text([TierText("ME", [(1000, None, "x"), (None, None, "y"), (None, 4000, "z")])])
    # The builder gives every annotation slots of its own; chain them by hand.
    text = text.replace('TIME_SLOT_REF1="ts3"', 'TIME_SLOT_REF1="ts2"')
    text = text.replace('TIME_SLOT_REF1="ts5"', 'TIME_SLOT_REF1="ts4"')
    path = tmp_path / "x.eaf"
    path.write_text(text)
    (tier,) = read_eaf(path).tiers
    assert [a.interval for a in tier.annotations] == [
        Interval(1000, 2000),
        Interval(2000, 3000),
        Interval(3000, 4000),
    ]
    assert all(a.interpolated for a in tier.annotations)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ((500, 500, "ME"), "E_ZERO_LENGTH"),
        ((500, 400, "ME"), "E_REVERSED"),
        ((None, 400, "ME"), "E_UNALIGNED"),
    ],
)
def test_an_unusable_annotation_is_a_problem_with_its_line(
    tmp_path: Path, cell: tuple[int | None, int, str], code: str
) -> None:
    path = write_eaf_text(tmp_path / "x.eaf", TierText("ME", [(0, 100, "ok"), cell]))
    document = read_eaf(path)
    (problem,) = document.problems
    assert (problem.code, problem.tier, problem.annotation_id) == (code, "ME", "a2")
    assert 'ANNOTATION_ID="a2"' in path.read_text().splitlines()[problem.line - 1]
    assert [a.annotation_id for a in document.tiers[0].annotations] == ["a1"]


def test_a_reference_to_nothing_or_in_a_circle_is_a_problem(tmp_path: Path) -> None:
    tier = TierText("AU", refs=[("a9", "lost"), ("a3", "b"), ("a2", "c")])
    document = read_eaf(write_eaf_text(tmp_path / "x.eaf", tier))
    assert {p.annotation_id for p in document.problems} == {"a1", "a2", "a3"}
    assert {p.code for p in document.problems} == {"E_DANGLING_REFERENCE"}


def _with(old: str, new: str) -> str:
    text = eaf_text([TierText("ME", [(0, 100, "x"), (200, 300, "y")]), TierText("State")])
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("not xml", "not well-formed"),
        (_with("</TIME_ORDER>", ""), "not well-formed"),
        ("<html></html>", "expected ANNOTATION_DOCUMENT"),
        (_with('TIER_ID="State"', 'TIER_ID="ME"'), "exists already in line"),
        (_with('TIME_SLOT_ID="ts2"', 'TIME_SLOT_ID="ts1"'), "defined twice"),
        (_with('TIME_VALUE="100"', 'TIME_VALUE="1.5"'), "whole milliseconds"),
        (_with('TIME_VALUE="100"', 'TIME_VALUE="-1"'), "not negative"),
        (_with('TIME_SLOT_REF1="ts1" ', ""), "without TIME_SLOT_REF1"),
        (_with('TIME_UNITS="milliseconds"', 'TIME_UNITS="PAL-frames"'), "PAL-frames"),
        (_with("<HEADER", '<!DOCTYPE a [<!ENTITY b "c">]><HEADER'), "not well-formed"),
    ],
)  # fmt: skip
def test_an_unusable_file_is_one_annotation_error(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.eaf"
    path.write_text(text)
    with pytest.raises(AnnotationError, match=says) as caught:
        read_eaf(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_doctype_and_entities_are_refused_with_their_line() -> None:
    bomb = '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "cccc">]>\n<a>&b;</a>'
    with pytest.raises(AnnotationError, match=r"x\.eaf:2: a DOCTYPE"):
        scan(bomb.encode(), "x.eaf")


def test_deep_nesting_is_refused() -> None:
    text = (
        '<ANNOTATION_DOCUMENT VERSION="3.0" xsi:noNamespaceSchemaLocation="">' + "<a>" * MAX_DEPTH
    )
    with pytest.raises(AnnotationError, match="levels"):
        scan(text.encode(), "x.eaf")


def test_a_missing_file_and_a_folder_are_annotation_errors(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="no such file"):
        read_eaf(tmp_path / "none.eaf")
    with pytest.raises(AnnotationError, match="is a folder"):
        read_eaf(tmp_path)


def test_a_byte_order_mark_and_utf16_are_read(tmp_path: Path) -> None:
    text = eaf_text([TierText("Zustand-ü", [(0, 5, "ß")])])
    (tmp_path / "bom.eaf").write_bytes(b"\xef\xbb\xbf" + text.encode())
    (tmp_path / "wide.eaf").write_bytes(text.replace("UTF-8", "UTF-16").encode("utf-16"))
    for name in ("bom.eaf", "wide.eaf"):
        assert read_eaf(tmp_path / name).tiers[0].tier_id == "Zustand-ü"


_BASE = eaf_text(
    [
        TierText("ME@A1", [(0, 100, "x"), (200, 300, "y")], "P1"),
        TierText("AU@A1", refs=[("a1", "4"), ("a2", "12")], parent="ME@A1"),
    ],
    time_origin="12",
).encode()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(_BASE) - 1), st.binary(max_size=4), st.integers(0, 40)),
        min_size=1,
        max_size=4,
    )
)
def test_damaged_bytes_never_raise_anything_else(
    tmp_path: Path, edits: list[tuple[int, bytes, int]]
) -> None:
    data = _BASE
    for place, new, gone in edits:
        data = data[:place] + new + data[place + gone :]
    path = tmp_path / "x.eaf"
    path.write_bytes(data)
    try:
        document = read_eaf(path)
    except AnnotationError:
        return
    for tier in document.tiers:
        starts = [a.interval.start_ms for a in tier.annotations]
        assert starts == sorted(starts)


def test_agrees_with_pympi_on_top_level_tiers(tmp_path: Path) -> None:
    from pympi.Elan import Eaf

    cells = [(start, start + 7, str(start)) for start in range(0, 400, 13)]
    path = write_eaf_text(tmp_path / "x.eaf", TierText("T", cells))
    expected = Eaf(str(path)).get_annotation_data_for_tier("T")
    (tier,) = read_eaf(path).tiers
    found = [(a.interval.start_ms, a.interval.end_ms, a.value) for a in tier.annotations]
    assert found == [row[:3] for row in sorted(expected)]
