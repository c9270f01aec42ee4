"""EAF files: valid by the rules of the EAF 3.0 schema, readable by pympi, the same bytes every time."""

import datetime as dt
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pympi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.elan.writer import (
    EafAligned,
    EafDocument,
    EafLinguisticType,
    EafMedia,
    EafRef,
    EafTier,
    EafVocabulary,
    eaf_bytes,
    write_eaf,
)
from wdmd_tools.errors import AnnotationError

ORDER = (
    "HEADER",
    "TIME_ORDER",
    "TIER",
    "LINGUISTIC_TYPE",
    "LANGUAGE",
    "CONSTRAINT",
    "CONTROLLED_VOCABULARY",
)
XSD_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


def document(**changes: object) -> EafDocument:
    """Two aligned MEs with an AU each, a state tier with a vocabulary, one video."""
    base = EafDocument(
        tiers=(
            EafTier(
                "ME@A1", (EafAligned(100, 350, "ME"), EafAligned(900, 1300)), "me-lt", "S01", "A1"
            ),
            EafTier("AU@A1", (EafRef(0, "6+12"), EafRef(1, "L14")), "au-lt", "S01", "A1", "ME@A1"),
            EafTier("State@A1", (EafAligned(0, 2000, "Speaking"),), "state-lt", "S01", "A1"),
        ),
        media=(EafMedia("file:///a%20b.mp4", "../raw/a%20b.mp4"),),
        author="test",
        date=dt.datetime(
            2021, 3, 4, 5, 6, 7, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))
        ),
        types=(
            EafLinguisticType("me-lt"),
            EafLinguisticType("au-lt", "Symbolic_Association"),
            EafLinguisticType("state-lt", vocabulary="State"),
        ),
        vocabularies=(EafVocabulary("State", (("Speaking", "voice or lips"), ("Silent", ""))),),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_elements_stand_in_the_order_of_the_schema() -> None:
    root = ET.fromstring(eaf_bytes(document()))  # noqa: S314  # our own bytes
    places = [ORDER.index(child.tag) for child in root]
    assert places == sorted(places)
    assert set(places) == set(range(len(ORDER)))
    assert [child.tag for child in root.find("HEADER")] == ["MEDIA_DESCRIPTOR", "PROPERTY"]


def test_ids_are_unique_and_every_reference_resolves() -> None:
    root = ET.fromstring(eaf_bytes(document()))  # noqa: S314
    slots = [slot.get("TIME_SLOT_ID") for slot in root.iter("TIME_SLOT")]
    cells = [c for c in root.iter() if c.tag in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")]
    ids = [cell.get("ANNOTATION_ID") for cell in cells]
    assert len(set(slots)) == len(slots) == 6
    assert len(set(ids)) == len(ids) == 5
    for cell in cells:
        for key in ("TIME_SLOT_REF1", "TIME_SLOT_REF2"):
            assert cell.get(key) is None or cell.get(key) in slots
        assert cell.get("ANNOTATION_REF") is None or cell.get("ANNOTATION_REF") in ids
    last = root.find("HEADER/PROPERTY[@NAME='lastUsedAnnotationId']")
    assert last is not None
    assert last.text == "5"


def test_time_slots_are_in_order_of_time() -> None:
    root = ET.fromstring(eaf_bytes(document()))  # noqa: S314
    times = [int(slot.get("TIME_VALUE", "")) for slot in root.iter("TIME_SLOT")]
    assert times == sorted(times)


def test_date_is_an_xsd_date_time_even_with_a_half_hour_zone() -> None:
    """pympi writes `+05:1800` here, which ELAN refuses."""
    date = ET.fromstring(eaf_bytes(document())).get("DATE", "")  # noqa: S314
    assert XSD_DATE_TIME.fullmatch(date)
    assert date == "2021-03-04T05:06:07+05:30"


@pytest.mark.parametrize(("origin", "expected"), [(0, None), (500, "500"), (-40, "-40")])
def test_time_origin_is_written_only_if_it_is_not_zero(origin: int, expected: str | None) -> None:
    media = (EafMedia("a.mp4", time_origin_ms=origin),)
    root = ET.fromstring(eaf_bytes(document(media=media)))  # noqa: S314
    descriptor = root.find("HEADER/MEDIA_DESCRIPTOR")
    assert descriptor is not None
    assert descriptor.get("TIME_ORIGIN") == expected
    assert descriptor.get("RELATIVE_MEDIA_URL") is None


def test_pympi_reads_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.eaf"
    write_eaf(path, document())
    eaf = pympi.Elan.Eaf(str(path))
    assert eaf.get_annotation_data_for_tier("ME@A1") == [(100, 350, "ME"), (900, 1300, "")]
    refs = [(cell[0], cell[1], cell[2]) for cell in eaf.get_annotation_data_for_tier("AU@A1")]
    assert refs == [(100, 350, "6+12"), (900, 1300, "L14")]
    parameters = eaf.get_parameters_for_tier("AU@A1")
    assert parameters["PARENT_REF"] == "ME@A1"
    assert (parameters["ANNOTATOR"], parameters["PARTICIPANT"]) == ("A1", "S01")
    assert set(eaf.get_controlled_vocabulary_names()) == {"State"}
    assert eaf.media_descriptors[0]["MEDIA_URL"] == "file:///a%20b.mp4"


def test_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.eaf", tmp_path / "b.eaf"
    write_eaf(first, document())
    write_eaf(second, document())
    assert first.read_bytes() == second.read_bytes() == eaf_bytes(document())


@given(
    value=st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), max_size=30
    ),
    start=st.integers(0, 10**7),
    length=st.integers(1, 10**6),
)
def test_any_printable_text_survives(value: str, start: int, length: int) -> None:
    tier = EafTier(f"x{value}", (EafAligned(start, start + length, value),), "me-lt", value)
    root = ET.fromstring(eaf_bytes(document(tiers=(tier,))))  # noqa: S314
    row = root.find("TIER")
    assert row is not None
    assert row.get("TIER_ID") == f"x{value}"
    assert (row.findtext("ANNOTATION/ALIGNABLE_ANNOTATION/ANNOTATION_VALUE") or "") == value


@pytest.mark.parametrize(
    ("tiers", "message"),
    [
        ((EafTier("a", (EafAligned(5, 5),), "me-lt"),), "tier 'a' annotation 0.*start < end"),
        ((EafTier("a", (EafAligned(-1, 5),), "me-lt"),), "start < end"),
        ((EafTier("a", (), "me-lt"), EafTier("a", (), "me-lt")), "'a' is twice"),
        ((EafTier("", (), "me-lt"),), "empty"),
        ((EafTier("a", (), "other"),), "unknown type 'other'"),
        ((EafTier("a", (), "au-lt"),), "needs a parent tier"),
        ((EafTier("a", (), "au-lt", parent="b"),), "unknown parent 'b'"),
        ((EafTier("a", (EafRef(0),), "me-lt"),), "only symbolic"),
        (
            (EafTier("a", (), "me-lt"), EafTier("b", (EafRef(0),), "au-lt", parent="a")),
            "no annotation 0",
        ),
        ((EafTier("a", (EafAligned(0, 1, "\x07"),), "me-lt"),), "XML cannot hold"),
    ],
)
def test_invalid_documents_are_refused_by_name(
    tmp_path: Path, tiers: tuple[EafTier, ...], message: str
) -> None:
    path = tmp_path / "a.eaf"
    with pytest.raises(AnnotationError, match=message):
        write_eaf(path, document(tiers=tiers))
    assert not path.exists()


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(AnnotationError, match="no time zone"):
        eaf_bytes(document(date=dt.datetime(2021, 1, 1)))
