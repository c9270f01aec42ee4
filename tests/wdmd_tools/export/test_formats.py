"""What is in each format, by hand or by the reader it is meant for."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from builders import clip_row, frame_rows, segment_row, tiny_dataset, write_dataset

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.elan.reader import read_eaf
from wdmd_tools.errors import WdmdError
from wdmd_tools.export.datasheet import datasheet
from wdmd_tools.export.options import Crops, ExportOptions
from wdmd_tools.export.run import export_dataset
from wdmd_tools.intervals import from_frames
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.card import OPEN_ANSWER, croissant
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, write_predictions
from wdmd_tools.video.crops import read_crop


def small(root: Path) -> Dataset:
    """Two clips of 50 frames at 25 fps, an ME in frames 10 to 19 of the first.

    Frame 20 of the first clip comes 10 ms late, so the ME ends at 0.81 s, not 0.8 s.
    """
    clips = [
        clip_row("c0", 50, fps=25, split="train", has_me=True, speaking_share=0.5),
        clip_row("c1", 50, fps=25, split="val", start_frame=50, end_frame=100),
    ]
    rows = [
        segment_row("c0", CONSENSUS, 10, 19, fps=25, label="ME"),
        segment_row("c0", "A 1", 10, 20, fps=25, label="=cmd()"),
        segment_row("c0", "A 1", 0, 24, kind="state", label="speaking", fps=25),
    ]
    frames = [row for clip in clips for row in frame_rows(clip)]
    frames[20]["pts_us"] += 10_000
    return write_dataset(root, clips, rows, frames)


def predictions(folder: Path) -> Path:
    segment = PredictedSegment(from_frames(45, 49), 0.75)
    write_predictions(folder, [ClipPrediction("c1", (segment,))])
    return folder


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_activitynet_is_in_seconds_of_presentation_times(tmp_path: Path) -> None:
    options = ExportOptions(predictions=predictions(tmp_path / "p"))
    export_dataset(small(tmp_path / "d"), "activitynet", tmp_path / "o", options)
    truth = json.loads((tmp_path / "o" / "ground_truth.json").read_text())
    one = truth["database"]["c0"]
    assert (one["subset"], one["duration"]) == ("training", 2.0)
    assert one["annotations"] == [{"label": "ME", "segment": [0.4, 0.81]}]
    assert truth["database"]["c1"]["subset"] == "validation"
    found = json.loads((tmp_path / "o" / "predictions.json").read_text())
    assert found["results"] == {"c1": [{"label": "ME", "score": 0.75, "segment": [1.8, 2.0]}]}


def test_megc_counts_from_one_and_includes_the_offset(tmp_path: Path) -> None:
    options = ExportOptions(predictions=predictions(tmp_path / "p"))
    export_dataset(small(tmp_path / "d"), "megc", tmp_path / "o", options)
    truth = (tmp_path / "o" / "ground_truth.csv").read_bytes()
    assert truth == b"vid,onset,offset,type\r\nc0,11,20,me\r\n"
    assert (tmp_path / "o" / "predictions.csv").read_text().split()[1] == "c1,46,50,me"
    assert table(tmp_path / "o" / "videos.csv")[1]["first_source_frame"] == "51"


def with_macro(root: Path) -> tuple[Dataset, Path]:
    """An ME in frames 10 to 19 and a macro-expression in 30 to 44; a model says one of each."""
    rows = [
        segment_row("c0", CONSENSUS, 10, 19, fps=25, label="ME"),
        segment_row("c0", CONSENSUS, 30, 44, kind="macro", fps=25, label="macro"),
    ]
    data = write_dataset(root / "d", [clip_row("c0", 50, fps=25, has_me=True)], rows)
    said = (
        PredictedSegment(from_frames(10, 19), 0.9),
        PredictedSegment(from_frames(30, 45), 0.8, "macro"),
    )
    write_predictions(root / "p", [ClipPrediction("c0", said)])
    return data, root / "p"


def test_macro_expressions_keep_their_type(tmp_path: Path) -> None:
    data, said = with_macro(tmp_path)
    options = ExportOptions(predictions=said)
    export_dataset(data, "megc", tmp_path / "megc", options)
    truth = (tmp_path / "megc" / "ground_truth.csv").read_text().split()
    assert truth[1:] == ["c0,11,20,me", "c0,31,45,mae"]
    found = (tmp_path / "megc" / "predictions.csv").read_text().split()
    assert found[1:] == ["c0,11,20,me", "c0,31,46,mae"]
    export_dataset(data, "activitynet", tmp_path / "an", options)
    document = json.loads((tmp_path / "an" / "ground_truth.json").read_text())
    labels = [one["label"] for one in document["database"]["c0"]["annotations"]]
    assert labels == ["ME", "Macro"]
    assert [node["nodeName"] for node in document["taxonomy"]] == ["Root", "ME", "Macro"]
    results = json.loads((tmp_path / "an" / "predictions.json").read_text())["results"]
    assert [one["label"] for one in results["c0"]] == ["ME", "Macro"]


def test_csv_is_safe_complete_and_explained(tmp_path: Path) -> None:
    data = small(tmp_path / "d")
    export_dataset(data, "csv", tmp_path / "o")
    assert (tmp_path / "o" / "segments.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = table(tmp_path / "o" / "segments.csv")
    assert len(rows) == data.segments.num_rows
    formula = rows[1]
    assert formula["label"] == "'=cmd()"
    assert formula["subject_id"] == "s0"
    assert (formula["duration_ms"], formula["duration_frames"]) == ("440", "11")
    assert formula["apex_frame"] == ""  # missing, not 0
    wide = table(tmp_path / "o" / "clips.csv")
    assert [r["clip_id"] for r in wide] == ["c0", "c1"]
    assert (wide[0]["n_me_A_1"], wide[0]["me_frames_A_1"]) == ("1", "11")
    assert (wide[0]["speaking_frames_A_1"], wide[0]["has_me"]) == ("25", "1")
    assert (wide[0]["speaking_share"], wide[1]["speaking_share"]) == ("0.5", "")
    book = {(r["file"], r["column"]) for r in table(tmp_path / "o" / "codebook.csv")}
    assert book == {("segments.csv", c) for c in rows[0]} | {("clips.csv", c) for c in wide[0]}
    assert all(r["meaning"] for r in table(tmp_path / "o" / "codebook.csv"))


def test_hugging_face_loads_without_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    data = tiny_dataset(tmp_path / "d", n_recordings=6, clips_per_recording=2)
    folder = tmp_path / "o"
    export_dataset(data, "hf", folder, ExportOptions(crops=Crops.NONE))
    cache = str(tmp_path / "cache")
    clips = datasets.load_dataset(str(folder), cache_dir=cache)
    names = {"train": "train", "val": "validation", "test": "test"}
    held = data.clips["split"].to_pylist()
    assert {k: len(v) for k, v in clips.items()} == {names[k]: held.count(k) for k in set(held)}
    assert clips["train"][0]["clip_id"] in data.clips["clip_id"].to_pylist()
    segments = datasets.load_dataset(str(folder), "segments", cache_dir=cache)
    assert sum(map(len, segments.values())) == data.segments.num_rows
    assert {row["annotator"] for row in segments["train"]} >= {CONSENSUS, "ann1"}
    frames = datasets.load_dataset(str(folder), "frames", split="test", cache_dir=cache)
    assert frames.num_rows == 40 * held.count("test")
    assert frames[0]["affine"] == [1.0, 0.0, -10.0, 0.0, 1.0, -10.0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, by rdflib
@pytest.mark.parametrize("kind", ["croissant", "annotations"])
def test_croissant_validates_and_its_records_are_read(tmp_path: Path, kind: str) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    data = tiny_dataset(tmp_path / "d", n_recordings=2, with_crops=True)
    export_dataset(data, kind, tmp_path / "o")
    described = mlcroissant.Dataset(jsonld=str(tmp_path / "o" / "croissant.json"))
    assert not described.metadata.issues.errors
    rows = list(described.records("clips"))
    assert [row["clips/clip_id"].decode() for row in rows] == data.clips["clip_id"].to_pylist()
    assert len(list(described.records("segments"))) == data.segments.num_rows
    assert [row["frames/pts_us"] for row in described.records("frames")] == (
        data.frames["pts_us"].to_pylist()
    )
    assert described.metadata.data_biases == [OPEN_ANSWER]
    assert "alpha" in described.metadata.data_annotation_analysis[0]
    (tmp_path / "o" / "clips.parquet").write_bytes(b"another file")
    with pytest.raises(Exception, match=r"Download\(clips"):
        list(mlcroissant.Dataset(jsonld=str(tmp_path / "o" / "croissant.json")).records("clips"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, by rdflib
def test_the_croissant_of_a_build_is_the_same_and_valid(tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    info = {"name": "n", "schema_version": "1.0.0", "synthetic": False, "counts": {"subjects": 3}}
    info["annotators_by_recording"] = {"a": ["A1"], "b": ["A1", "A2"]}
    sums = dict.fromkeys(("clips.parquet", "segments.parquet", "rejects.parquet"), "0" * 64)
    document = croissant(info, sums)
    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(document))
    described = mlcroissant.Dataset(jsonld=str(path)).metadata
    assert not described.issues.errors
    assert [one.name for one in described.record_sets] == ["clips", "segments", "rejects"]
    assert document["rai:annotationsPerItem"] == "1 to 2"
    assert "Consent" in document["rai:personalSensitiveInformation"]


def test_annotations_only_opens_and_holds_no_pixel_or_face_position(tmp_path: Path) -> None:
    info = {
        "sources": {"videos": {"rec0.mp4": "ab" * 32}, "eaf": {"Dr. Who/a.eaf": "cd" * 32}},
        "annotators_by_recording": {"rec0": ["ann1", "ann2", "ann3"]},
    }
    data = tiny_dataset(tmp_path / "d", n_recordings=2, with_crops=True)
    document = json.loads((data.root / "dataset.json").read_text()) | info
    (data.root / "dataset.json").write_text(json.dumps(document))
    data = Dataset.open(data.root)
    export_dataset(data, "annotations", tmp_path / "o")
    release = Dataset.open(tmp_path / "o")
    assert release.segments.equals(data.segments)
    assert not list((tmp_path / "o").rglob("*.mkv"))
    for name in ("bbox", "affine", "yaw", "pitch", "roll"):
        assert release.frames[name].null_count == release.frames.num_rows
    assert release.frames["pts_us"].equals(data.frames["pts_us"])
    everything = b"".join(p.read_bytes() for p in (tmp_path / "o").rglob("*") if p.is_file())
    assert b"Dr. Who" not in everything
    assert table(tmp_path / "o" / "sources.csv")[0]["sha256"] == "ab" * 32
    tiers = {tier.tier_id for tier in read_eaf(tmp_path / "o" / "eaf" / "rec0.eaf").tiers}
    assert {"Clip", "ME@ann1", "AU@ann2", "State@ann3"} <= tiers
    assert not any(name.endswith("@consensus") for name in tiers)
    with pytest.raises(WdmdError) as caught:
        read_crop(next(release.iter_clips()).crop_path)
    assert "annotation-only release has no crops" in str(caught.value)
    export_dataset(data, "annotations", tmp_path / "k", ExportOptions(keep_geometry=True))
    kept = Dataset.open(tmp_path / "k").frames
    assert kept["affine"].equals(data.frames["affine"])


def test_the_datasheet_measures_what_can_be_measured(tmp_path: Path) -> None:
    text = datasheet(small(tmp_path / "d"))
    assert "2 clips, 100 frames, 0.07 minutes, from 1 recordings of 1 subjects" in text
    assert "400 / 400 / 400 ms" in text
    assert "train: 1 clips, val: 1 clips; subjects are in several of them" in text
    assert text.count("MANDATORY") == 3
    assert text.count(OPEN_ANSWER) >= 10
    rich = datasheet(tiny_dataset(tmp_path / "t"))
    value = float(rich.split("matched micro-expressions, mean over pairs of annotators: ")[1][:5])
    assert np.isfinite(value)
    assert 0 < value <= 1
