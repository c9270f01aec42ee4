"""Faults of pympi-ling: each is shown to be there, and what our reader makes of the same bytes."""

from pathlib import Path

import pytest
from projects import TierText, eaf_text
from pympi.Elan import Eaf

from wdmd_tools.annotations import AnnotationDocument
from wdmd_tools.elan import read_eaf
from wdmd_tools.errors import AnnotationError
from wdmd_tools.intervals import Interval

TIERS = [TierText("ME", [(0, 100, "x"), (200, 300, "y")]), TierText("State")]
SPANS = [(Interval(0, 100), "x"), (Interval(200, 300), "y")]


def put(tmp_path: Path, *changes: tuple[str, str], tiers: list[TierText] | None = None) -> Path:
    text = eaf_text(TIERS if tiers is None else tiers)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "x.eaf"
    path.write_text(text, encoding="utf-8")
    return path


def cells(document: AnnotationDocument, tier: str = "ME") -> list[tuple[Interval, str]]:
    found = document.tier(tier)
    assert found is not None
    return [(a.interval, a.value) for a in found.annotations]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ((' VERSION="3.0"', ""), KeyError),
        (
            (' xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd"', ""),
            KeyError,
        ),
        (('"ts2"', '"second"'), ValueError),
        (('"ts2"', '"ts²"'), ValueError),
        (('ANNOTATION_ID="a2"', 'ANNOTATION_ID="two"'), ValueError),
        (('TIME_VALUE="100"', 'TIME_VALUE="100.0"'), ValueError),
    ],
)
def test_what_pympi_cannot_read_is_read_whole_with_a_warning(
    tmp_path: Path, change: tuple[str, str], error: type[Exception]
) -> None:
    path = put(tmp_path, change)
    with pytest.raises(error):
        Eaf(str(path))
    before = path.read_bytes()
    document = read_eaf(path)
    assert cells(document) == SPANS
    assert {p.code for p in document.problems} == {"W_MENDED"}
    assert all(p.line > 0 and p.fix for p in document.problems)
    assert path.read_bytes() == before


def test_ids_stay_the_ones_the_user_knows(tmp_path: Path) -> None:
    path = put(tmp_path, ('ANNOTATION_ID="a2"', 'ANNOTATION_ID="zwei"'))
    (problem,) = read_eaf(path).problems
    assert problem.annotation_id == "zwei"
    assert problem.tier == "ME"
    assert 'ANNOTATION_ID="zwei"' in path.read_text().splitlines()[problem.line - 1]
    tier = read_eaf(path).tier("ME")
    assert tier is not None
    assert [a.annotation_id for a in tier.annotations] == ["a1", "zwei"]
    assert tier.annotations[1].line == problem.line


def test_an_annotation_without_a_value_is_empty(tmp_path: Path) -> None:
    path = put(tmp_path, ("<ANNOTATION_VALUE>x</ANNOTATION_VALUE>", ""))
    with pytest.raises(IndexError):
        Eaf(str(path))
    assert cells(read_eaf(path)) == [(Interval(0, 100), ""), (Interval(200, 300), "y")]


def test_a_value_that_is_not_the_first_child_is_found(tmp_path: Path) -> None:
    value = "<ANNOTATION_VALUE>x</ANNOTATION_VALUE>"
    path = put(tmp_path, (value, f"<NOTE>wrong</NOTE>{value}"))
    assert Eaf(str(path)).get_annotation_data_for_tier("ME")[0][2] == "wrong"
    assert cells(read_eaf(path)) == SPANS


def test_a_second_annotation_of_one_id_is_kept(tmp_path: Path) -> None:
    path = put(tmp_path, ('ANNOTATION_ID="a2"', 'ANNOTATION_ID="a1"'))
    assert len(Eaf(str(path)).get_annotation_data_for_tier("ME")) == 1
    document = read_eaf(path)
    assert cells(document) == SPANS
    (problem,) = document.problems
    assert (problem.code, problem.annotation_id) == ("W_MENDED", "a1#2")


def test_a_reference_to_an_id_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    tiers = [*TIERS, TierText("AU", refs=[("a1", "4")], parent="ME")]
    path = put(tmp_path, ('ANNOTATION_ID="a2"', 'ANNOTATION_ID="a1"'), tiers=tiers)
    with pytest.raises(AnnotationError, match=r"x\.eaf:\d+: annotation 'a1' exists already"):
        read_eaf(path)


def test_a_second_tier_of_one_name_is_refused_since_pympi_loses_the_first(tmp_path: Path) -> None:
    path = put(tmp_path, ('TIER_ID="State"', 'TIER_ID="ME"'))
    assert Eaf(str(path)).get_annotation_data_for_tier("ME") == []
    with pytest.raises(AnnotationError, match="tier 'ME' exists already in line"):
        read_eaf(path)


def test_a_slot_that_is_there_twice_counts_once_or_is_refused(tmp_path: Path) -> None:
    slot = '<TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="100"/>'
    assert cells(read_eaf(put(tmp_path, (slot, slot * 2)))) == SPANS
    with pytest.raises(AnnotationError, match="two times"):
        read_eaf(put(tmp_path, (slot, slot + slot.replace("100", "101"))))


def test_faults_in_parts_that_are_not_used_do_not_stop_the_reading(tmp_path: Path) -> None:
    wrong = "<LINGUISTIC_TYPE/><CONSTRAINT/><LOCALE/><LANGUAGE/><CONTROLLED_VOCABULARY/>"
    path = put(tmp_path, ("</ANNOTATION_DOCUMENT>", f"{wrong}</ANNOTATION_DOCUMENT>"))
    with pytest.raises(KeyError):
        Eaf(str(path))
    document = read_eaf(path)
    assert cells(document) == SPANS
    assert document.problems == ()


def test_a_newer_version_is_read_with_a_warning_and_older_ones_without(tmp_path: Path) -> None:
    for version, codes in (("2.3", []), ("2.8", []), ("3.0", []), ("3.1", ["W_NEWER_FORMAT"]),
                           ("4.0", ["W_NEWER_FORMAT"])):  # fmt: skip
        path = put(
            tmp_path, ('FORMAT="3.0" VERSION="3.0"', f'FORMAT="{version}" VERSION="{version}"')
        )
        document = read_eaf(path)
        assert cells(document) == SPANS
        assert [p.code for p in document.problems] == codes


@pytest.mark.parametrize(("units", "frame"), [("PAL-frames", "40 ms"), ("NTSC-frames", "1001/30")])
def test_times_in_frames_are_refused_with_the_cure(tmp_path: Path, units: str, frame: str) -> None:
    path = put(tmp_path, ('TIME_UNITS="milliseconds"', f'TIME_UNITS="{units}"'))
    with pytest.raises(AnnotationError, match=rf"x\.eaf:\d+: TIME_UNITS is '{units}'.*{frame}"):
        read_eaf(path)


@pytest.mark.parametrize("parent", ["Included_In", "Time_Subdivision"])
def test_references_under_an_aligned_child_get_its_times(tmp_path: Path, parent: str) -> None:
    # pympi looks for the parent among top-level tiers only.
    tiers = [
        TierText("Clip", [(0, 1000, "c")]),
        TierText("ME", [(100, 400, "x")], parent="Clip"),
        TierText("AU", refs=[("a2", "4")], parent="ME"),
    ]
    kinds = (
        f'<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="lt" CONSTRAINTS="{parent}"/></ANNOTATION_DOCUMENT>'
    )
    path = put(tmp_path, ("</ANNOTATION_DOCUMENT>", kinds), tiers=tiers)
    with pytest.raises(KeyError):
        Eaf(str(path)).get_annotation_data_for_tier("AU")
    assert cells(read_eaf(path), "AU") == [(Interval(100, 400), "4")]


def test_ordered_children_share_their_parent_evenly_and_none_is_lost(tmp_path: Path) -> None:
    #  a1  0 ......................... 90
    #  a2, a3, a4 ordered by PREVIOUS_ANNOTATION, written in another order
    tiers = [
        TierText("ME", [(0, 90, "x")]),
        TierText("Part", refs=[("a1", "second"), ("a1", "first"), ("a1", "third")], parent="ME"),
    ]
    path = put(
        tmp_path,
        ('ANNOTATION_ID="a2"', 'ANNOTATION_ID="a2" PREVIOUS_ANNOTATION="a3"'),
        ('ANNOTATION_ID="a4"', 'ANNOTATION_ID="a4" PREVIOUS_ANNOTATION="a2"'),
        tiers=tiers,
    )
    assert cells(read_eaf(path), "Part") == [
        (Interval(0, 30), "first"),
        (Interval(30, 60), "second"),
        (Interval(60, 90), "third"),
    ]


def test_each_medium_has_its_own_origin(tmp_path: Path) -> None:
    more = (
        '<MEDIA_DESCRIPTOR MEDIA_URL="a.wav" MIME_TYPE="audio/x-wav" TIME_ORIGIN="500"/></HEADER>'
    )
    media = read_eaf(put(tmp_path, ("</HEADER>", more))).media
    assert [(m.mime_type, m.time_origin_ms) for m in media] == [
        ("video/mp4", 0),
        ("audio/x-wav", 500),
    ]
