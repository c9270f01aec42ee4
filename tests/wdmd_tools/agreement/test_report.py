import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from builders import clip_row, segment_row, tiny_dataset, write_dataset

from wdmd_tools.agreement.alpha import krippendorff_alpha
from wdmd_tools.agreement.render import TITLES, markdown, notes, overall_rows
from wdmd_tools.agreement.report import DEFINITIONS, Cluster, measure_agreement
from wdmd_tools.agreement.tracks import read_tracks
from wdmd_tools.errors import DataError


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return tiny_dataset(
        tmp_path_factory.mktemp("data"),
        n_recordings=6,
        n_frames=48,
        mes_per_clip=(2, 0, 1),
        jitter_frames=1.0,
        miss=0.15,
        seed=1,
    )


@pytest.fixture(scope="module")
def report(dataset):
    return measure_agreement(dataset, draws=500)


def same_state(clip, n_frames, *annotators, label="speaking"):
    return [segment_row(clip, name, 0, n_frames - 1, "state", label) for name in annotators]


def test_every_figure_is_there_within_its_interval(report):
    assert set(report.overall) == set(DEFINITIONS) == set(TITLES)
    for figures in (report.overall, *(pair.figures for pair in report.pairs)):
        assert set(figures) == set(DEFINITIONS)
        for estimate in figures.values():
            assert estimate.low <= estimate.value <= estimate.high
            assert estimate.n > 0
            assert not estimate.reason
    assert [(pair.a, pair.b) for pair in report.pairs] == [
        ("ann1", "ann2"),
        ("ann1", "ann3"),
        ("ann2", "ann3"),
    ]


def test_overall_iou_is_the_unweighted_mean_of_the_pairs(report):
    for key in ("iou_matched", "match_rate", "iou_strict", "iou_pooled", "f1_at_0.5"):
        mean = np.mean([pair.figures[key].value for pair in report.pairs])
        assert report.overall[key].value == pytest.approx(mean)
    assert report.overall["iou_strict"].value < report.overall["iou_matched"].value


def test_alpha_of_a_pair_is_alpha_of_these_two_alone(dataset, report):
    tracks = read_tracks(dataset)
    for pair, members in zip(report.pairs, tracks.pairs(), strict=True):
        alone = krippendorff_alpha(
            tracks.states[list(members)], ("speaking", "listening", "silent")
        )
        assert pair.figures["alpha_state"].value == alone.value


def test_the_names_of_annotators_do_not_matter(dataset, report):
    swap = {"ann1": "zoe", "ann2": "ann1", "ann3": "bea"}
    names = [swap.get(name, name) for name in dataset.segments["annotator"].to_pylist()]
    column = dataset.segments.schema.get_field_index("annotator")
    field = dataset.segments.schema.field("annotator")
    segments = dataset.segments.set_column(column, field, pa.array(names).cast(field.type))
    renamed = measure_agreement(replace(dataset, segments=segments), draws=0)
    for key, estimate in report.overall.items():
        assert renamed.overall[key].value == pytest.approx(estimate.value, abs=1e-12)


def test_the_json_form_has_no_nan_and_says_how(report):
    document = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert document["definitions"].keys() == document["overall"].keys()
    assert document["bootstrap"] == {
        "draws": 500,
        "seed": 0,
        "level": 0.95,
        "cluster": "recording",
        "clusters": 6,
        "note": "",
    }
    assert document["coverage"]["shared_clips"] == 18


def test_recordings_as_clusters(dataset):
    report = measure_agreement(dataset, cluster=Cluster.RECORDING, draws=200)
    assert report.bootstrap["clusters"] == 6
    assert "6 recordings" in " ".join(notes(report))


def test_annotators_who_agree_fully(tmp_path):
    rows = []
    for clip in ("c0", "c1"):
        for name in ("a", "b"):
            rows.append(segment_row(clip, name, 0, 9, "state", "speaking"))
            rows.append(segment_row(clip, name, 10, 29, "state", "listening"))
    rows += [segment_row("c0", name, 5, 12) for name in ("a", "b")]
    report = measure_agreement(
        write_dataset(tmp_path, [clip_row("c0", 30), clip_row("c1", 30)], rows), draws=50
    )
    assert {key: one.value for key, one in report.overall.items()} == dict.fromkeys(
        DEFINITIONS, 1.0
    )


def test_nobody_marks_an_me(tmp_path):
    clips = [clip_row("c0", 20), clip_row("c1", 20)]
    rows = same_state("c0", 20, "a", "b") + same_state("c1", 20, "a", "b", label="listening")
    report = measure_agreement(write_dataset(tmp_path, clips, rows), draws=50)
    assert report.overall["alpha_state"].value == 1.0
    for key in ("iou_matched", "match_rate", "iou_strict", "iou_pooled", "f1_at_0.5"):
        assert report.overall[key].value is None
        assert report.overall[key].reason == "no annotator marked an ME in a shared clip"
    assert report.overall["alpha_me_clip"].reason == "only one value observed: no ME"
    assert report.coverage["shared_clips_without_any_me"] == 2
    shown = [row[1] for row in overall_rows(report)[1]]
    assert "n/a (only one value observed: no ME)" in shown


def test_mes_that_never_meet_have_a_strict_iou_of_zero_and_no_matched_iou(tmp_path):
    rows = same_state("c0", 30, "a", "b")
    rows += [segment_row("c0", "a", 0, 9), segment_row("c0", "b", 20, 29)]
    report = measure_agreement(write_dataset(tmp_path, [clip_row("c0", 30)], rows), draws=50)
    assert report.overall["iou_strict"].value == report.overall["match_rate"].value == 0.0
    assert report.overall["iou_matched"].value is None
    assert report.overall["iou_matched"].reason == "no two MEs overlap"
    assert report.overall["alpha_state"].reason == "only one value observed: speaking"
    # One clip: a value, but nothing to draw from.
    assert report.overall["iou_strict"].low is None
    assert "too few clips (1)" in report.overall["iou_strict"].reason


def test_annotators_who_share_no_recording(tmp_path):
    clips = [clip_row("c0", 20, recording_id="r0"), clip_row("c1", 20, recording_id="r1")]
    rows = same_state("c0", 20, "a") + same_state("c1", 20, "b")
    report = measure_agreement(write_dataset(tmp_path, clips, rows), draws=50)
    assert report.overall["iou_matched"].reason == "the annotators share no recording"
    assert report.overall["alpha_state"].reason == "no frame has a value from two annotators"
    assert report.coverage["clips_of_fewer_than_two_annotators"] == 2


def test_an_absent_annotator_is_missing_not_a_no(tmp_path):
    # b annotated only r0; c1 of r1, with an ME of a alone, must not count against b.
    clips = [clip_row("c0", 20, recording_id="r0"), clip_row("c1", 20, recording_id="r1")]
    rows = same_state("c0", 20, "a", "b") + same_state("c1", 20, "a")
    rows += [
        segment_row("c0", "a", 3, 9),
        segment_row("c0", "b", 3, 9),
        segment_row("c1", "a", 3, 9),
    ]
    report = measure_agreement(write_dataset(tmp_path, clips, rows), draws=0)
    assert report.overall["iou_strict"].value == 1.0
    assert report.overall["iou_strict"].n == 2
    assert report.coverage["shared_clips"] == 1


@pytest.mark.parametrize(("names", "found"), [((), "0 (none)"), (("eva",), "1 (eva)")])
def test_fewer_than_two_annotators_is_an_error(tmp_path, names, found):
    rows = same_state("c0", 20, "consensus", *names)
    dataset = write_dataset(tmp_path, [clip_row("c0", 20)], rows)
    with pytest.raises(DataError) as error:
        measure_agreement(dataset)
    assert found in str(error.value)


def test_markdown_keeps_odd_names_in_their_cells(tmp_path):
    rows = [*same_state("c0", 20, "a|b", "[red]c"), segment_row("c0", "a|b", 1, 5)]
    text = markdown(measure_agreement(write_dataset(tmp_path, [clip_row("c0", 20)], rows), draws=0))
    line = next(line for line in text.splitlines() if "a\\|b" in line and "[red]c" in line)
    assert line.replace("\\|", "").count("|") == 8
    assert "nan" not in text
