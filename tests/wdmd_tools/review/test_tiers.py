"""Segments of a dataset as ELAN tiers: each annotation once, times as annotated."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pympi
import pytest
from builders import clip_row, segment_row, write_dataset

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.elan.reader import read_eaf
from wdmd_tools.elan.writer import EafAligned, EafRef, write_eaf
from wdmd_tools.errors import AnnotationError, UnknownNameError
from wdmd_tools.manifest import Dataset
from wdmd_tools.review.document import eaf_names, make_document, recording_media
from wdmd_tools.review.tiers import TierNames, recording_annotators, recording_tiers

ORDER = ("HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE", "CONSTRAINT")
"""Children of the root in the EAF 3.0 schema, as far as these documents have them."""


def dataset(root: Path, **info: object) -> Dataset:
    """Two clips of 100 frames at 100 fps; an ME of A1 over the cut, the same in both clips.

    ms         0 ........ 1000 ........ 2000
    A1 ME           [900    1100)
    consensus       [900    1000)[1000  1080)
    A1 state   [0          speaking     2000)
    """
    clips = [
        clip_row("r-0", 100, fps=100, start_ms=0, end_ms=1000, time_origin_ms=500),
        clip_row(
            "r-1",
            100,
            fps=100,
            start_ms=1000,
            end_ms=2000,
            start_frame=100,
            end_frame=200,
            time_origin_ms=500,
        ),
    ]
    whole = {"onset_ms": 900, "offset_ms": 1100, "source_annotation_id": "a1", "tier": "ME@A1"}
    rows = []
    for clip, first, last in (("r-0", 90, 99), ("r-1", 0, 9)):
        rows.append(segment_row(clip, "A1", first, last, label="ME", **whole))
        for number, unit in enumerate(("AU4", "AU12")):
            linked = whole | {"source_annotation_id": f"a{number + 2}", "tier": "AU@A1"}
            rows.append(segment_row(clip, "A1", first, last, kind="au", label=unit, **linked))
        state = {"onset_ms": 0, "offset_ms": 2000, "source_annotation_id": "a9"}
        rows.append(segment_row(clip, "A1", 0, 99, kind="state", label="speaking", **state))
    rows.append(segment_row("r-0", CONSENSUS, 90, 99, onset_ms=900, offset_ms=1000, label="ME"))
    rows.append(segment_row("r-1", CONSENSUS, 0, 7, onset_ms=1000, offset_ms=1080, label="ME"))
    for number, row in enumerate(rows):
        row["segment_id"] = str(number)
    return write_dataset(root, clips, rows, annotators_by_recording={"rec0": ["A1", "A2"]}, **info)


def test_a_cut_annotation_is_one_and_consensus_pieces_are_joined(tmp_path: Path) -> None:
    data = dataset(tmp_path)
    tiers = {tier.tier_id: tier for tier in recording_tiers(data, "rec0")}
    assert list(tiers) == ["Clip", "ME@A1", "AU@A1", "State@A1", "ME@A2", "ME@consensus"]
    assert tiers["ME@A1"].annotations == (EafAligned(900, 1100, "ME"),)
    assert tiers["AU@A1"].annotations == (EafRef(0, "AU12+AU4"),)
    assert tiers["AU@A1"].parent == "ME@A1"
    assert tiers["State@A1"].annotations == (EafAligned(0, 2000, "Speaking"),)
    assert tiers["ME@A2"].annotations == ()  # looked and found nothing
    assert tiers["ME@consensus"].annotations == (EafAligned(900, 1080, "ME"),)
    assert tiers["Clip"].annotations[1] == EafAligned(1000, 2000, "r-1")
    assert {tier.participant for tier in tiers.values()} == {"s0"}


def test_names_and_values_are_those_of_the_stored_protocol(tmp_path: Path) -> None:
    stored = {"tiers": {"me": ["MicroExpr"]}, "state_values": {"speaking": ["spricht"]}}
    data = dataset(tmp_path, protocol=stored)
    tiers = {tier.tier_id: tier for tier in recording_tiers(data, "rec0")}
    assert "MicroExpr@A1" in tiers
    assert tiers["State@A1"].annotations[0].value == "spricht"


def test_names_fit_a_protocol_of_patterns(tmp_path: Path) -> None:
    stored = {
        "tiers": {"me": ["{subject}-ME-{annotator}"], "state": ["{subject}-St-{annotator}"]},
        "ratings": {"sure": {"tiers": ["Sure"], "level": "ordinal", "values": ["1", "2"]}},
    }
    data = dataset(tmp_path, protocol=stored)
    tiers = [tier.tier_id for tier in recording_tiers(data, "rec0")]
    assert tiers[1:4] == ["s0-ME-A1", "AU@A1", "s0-St-A1"]
    names = TierNames.of(data)
    assert names.tier("sure", "A1") == "Sure@A1"
    assert names.protocol.meaning_of(names.tier("me", "A1", 2, "s0")).kind is None


def test_overlapping_annotations_get_a_second_lane(tmp_path: Path) -> None:
    rows = [segment_row("c", "A1", 0, 19), segment_row("c", "A1", 10, 29)]
    data = write_dataset(tmp_path, [clip_row("c", 100)], rows)
    tiers = recording_tiers(data, "rec0", clips=False)
    assert [tier.tier_id for tier in tiers] == ["ME@A1", "ME 2@A1"]
    assert [len(tier.annotations) for tier in tiers] == [1, 1]


def test_the_document_validates_and_reads_back(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d")
    eaf = tmp_path / "out" / eaf_names(data)["rec0"]
    video = tmp_path / "raw" / "rec0.mp4"
    video.parent.mkdir()
    video.touch()
    media = recording_media(data, "rec0", eaf, video.parent)
    assert (media.relative_media_url, media.time_origin_ms) == ("../raw/rec0.mp4", 500)
    write_eaf(eaf, make_document(recording_tiers(data, "rec0"), media))
    root = ET.parse(eaf).getroot()  # noqa: S314  # our own bytes
    places = [ORDER.index(child.tag) for child in root]
    assert places == sorted(places)
    assert not pympi.Eaf(str(eaf)).get_annotation_data_for_tier("ME@A2")
    document = read_eaf(eaf)
    assert document.media[0].time_origin_ms == 500
    (linked,) = next(tier for tier in document.tiers if tier.tier_id == "AU@A1").annotations
    assert (linked.interval.start_ms, linked.interval.end_ms) == (900, 1100)


def test_times_before_elans_zero_move_the_time_line(tmp_path: Path) -> None:
    data = dataset(tmp_path)
    media = recording_media(data, "rec0", tmp_path / "a.eaf")
    assert media.media_url == "rec0.mp4"
    (clips, *_) = recording_tiers(data, "rec0")
    early = EafAligned(-200, 50, "ME")
    document = make_document([clips.__class__("ME@x", (early,)), clips], media)
    assert document.media[0].time_origin_ms == 300
    assert document.tiers[0].annotations == (EafAligned(0, 250, "ME"),)
    assert document.tiers[1].annotations[0] == EafAligned(200, 1200, "r-0")
    with pytest.raises(AnnotationError, match="before ELAN's 0"):
        make_document([clips.__class__("ME@x", (EafAligned(-501, 0),))], media)


def test_annotators_and_unknown_recordings(tmp_path: Path) -> None:
    data = dataset(tmp_path)
    assert recording_annotators(data, "rec0") == ["A1", "A2", CONSENSUS]
    with pytest.raises(UnknownNameError, match="did you mean 'rec0'"):
        recording_tiers(data, "rec1")
