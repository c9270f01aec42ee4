"""Learning on one dataset, tested on another; several pooled; and what must never be on both sides."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from builders import clip_row, frame_rows, segment_row, tiny_dataset, write_dataset

from benchmarks.datasets import open_datasets
from benchmarks.job import JobSpec, run_job
from benchmarks.models.base import FitContext, Spotter, no_progress
from benchmarks.protocols import (
    blind_view,
    cross,
    folds_of,
    open_data,
    open_fold,
    pool,
    protocol_facts,
    training_view,
)
from benchmarks.protocols.people import read_people
from benchmarks.results import JobKey
from benchmarks.specs import BenchConfig, DatasetSpec, load_bench_config
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction
from wdmd_tools.split.make import make_loso
from wdmd_tools.split.stored import write_split

Row = tuple[str, str, str]


def lab(root: Path, *rows: Row, **info: Any) -> Dataset:
    """Rows of clip, subject, split; each clip is a recording and film of its own."""
    clips = [
        clip_row(
            clip, 12, recording_id=f"r-{clip}", source_video=f"{clip}.mp4", subject_id=subject,
            split=split, has_me=True,
        )
        for clip, subject, split in rows
    ]  # fmt: skip
    segments = [segment_row(clip, "consensus", 3, 7) for clip, _, _ in rows]
    frames = [
        row
        for clip in clips
        for row in frame_rows(clip, [3 <= t <= 7 for t in range(12)], ["speaking"] * 12)
    ]
    return write_dataset(root, clips, segments, frames, name=root.name, **info)


A: tuple[Row, ...] = (("a1", "S1", "train"), ("a2", "S2", "val"), ("a3", "S3", "test"))
B: tuple[Row, ...] = (("b1", "S1", "train"), ("b2", "S2", "test"), ("b3", "S3", "test"))


def two_labs(tmp_path: Path) -> tuple[Dataset, Dataset]:
    return lab(tmp_path / "a", *A), lab(tmp_path / "b", *B)


def clips_of(dataset: Dataset, split: str | None = None) -> list[str]:
    return [clip.clip_id for clip in dataset.iter_clips(split)]


# Across two datasets


def test_one_laboratory_is_learnt_from_and_the_other_tested_on(tmp_path: Path) -> None:
    """Both laboratories call their first subject S1; that alone is no leak."""
    a, b = two_labs(tmp_path)
    (fold,) = folds_of(cross(a, b), "cross-dataset")
    assert clips_of(training_view(fold.dataset)) == ["a1", "a2"]
    assert clips_of(fold.dataset, "test") == ["b2", "b3"]
    blind = blind_view(fold.dataset, "test")
    assert clips_of(blind) == ["b2", "b3"]
    assert not any(clip.has_me for clip in blind.iter_clips())
    assert not any(blind.frames["is_me"].to_pylist())
    # A run that was trained on this dataset for its own hold-out is taken again.
    assert training_view(fold.dataset).data_hash == a.data_hash
    assert blind.data_hash == b.data_hash
    assert cross(a, b).data_hash != cross(b, a).data_hash


def test_the_same_film_or_crop_in_both_is_a_leak(tmp_path: Path) -> None:
    a = lab(tmp_path / "a", *A, sources={"videos": {"a1.mp4": "f1", "a3.mp4": "f9"}})
    b = lab(tmp_path / "b", *B, sources={"videos": {"b2.mp4": "f1"}})
    with pytest.raises(
        ManifestError, match=r"film 'f1' is learnt from in .*a and tested on in .*b"
    ):
        folds_of(cross(a, b), "cross-dataset")
    # What is not learnt from may be the same: a3 is the first one's test clip.
    b = lab(tmp_path / "b", *B, sources={"videos": {"b2.mp4": "f9"}})
    folds_of(cross(a, b), "cross-dataset")
    crops = [
        clip_row(
            f"c{n}", 12, subject_id=f"s{n}", recording_id=f"r{n}", split=split, crop_sha256="ab"
        )
        for n, split in enumerate(("train", "test"))
    ]
    one = write_dataset(tmp_path / "c", crops[:1], [])
    other = write_dataset(tmp_path / "d", crops[1:], [])
    with pytest.raises(ManifestError, match="crop 'ab'"):
        folds_of(cross(one, other), "cross-dataset")


def test_the_same_film_under_two_names_is_a_leak_in_one_dataset(tmp_path: Path) -> None:
    films = {"a1.mp4": "f1", "a3.mp4": "f1"}
    with pytest.raises(ManifestError, match="film 'f1' is in both train and test"):
        folds_of(lab(tmp_path / "a", *A, sources={"videos": films}), "holdout")


def test_a_person_in_both_is_a_leak_once_somebody_says_so(tmp_path: Path) -> None:
    two_labs(tmp_path)
    (tmp_path / "people.csv").write_text("dataset,subject_id,person\na,S2,anna\nb,S3,anna\n")
    (tmp_path / "bench.yaml").write_text(
        "datasets:\n  a-to-b: { train: a, path: b, protocol: cross-dataset, people: people.csv }\n"
    )
    spec = load_bench_config(tmp_path / "bench.yaml").datasets["a-to-b"]
    with pytest.raises(ManifestError, match="person 'anna' is learnt from"):
        folds_of(open_data(spec.folders), "cross-dataset")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dataset,subject_id\na,S1\n", "no column 'person'"),
        ("dataset,subject_id,person\na,S1,\n", "people.csv:2: a cell is empty"),
        ("dataset,subject_id,person\na,S1,x\na,S1,y\n", "people.csv:3: subject 'S1' of a is both"),
    ],
)
def test_a_wrong_people_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "people.csv").write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_people(tmp_path / "people.csv")


def test_protocols_need_the_data_they_are_about(tmp_path: Path) -> None:
    a, _ = two_labs(tmp_path)
    with pytest.raises(ManifestError, match="--train-data"):
        folds_of(a, "cross-dataset")
    with pytest.raises(ManifestError, match="--data several times"):
        folds_of(a, "composite")


# Pooled


def test_a_composite_leaves_out_each_subject_of_each_dataset(tmp_path: Path) -> None:
    """S1 to S3 of two laboratories are six people, so six folds; every clip is tested once."""
    a, b = two_labs(tmp_path)
    pooled = pool({"a": a, "b": b})
    folds = folds_of(pooled, "composite")
    assert [fold.name for fold in folds] == ["a.S1", "a.S2", "a.S3", "b.S1", "b.S2", "b.S3"]
    tested = [clip for fold in folds for clip in clips_of(fold.dataset, "test")]
    assert sorted(tested) == ["a.a1", "a.a2", "a.a3", "b.b1", "b.b2", "b.b3"]
    view = training_view(folds[0].dataset)
    assert "a.a1" not in clips_of(view)
    assert {clip.split for clip in view.iter_clips()} == {"train", "val"}
    assert len({fold.dataset.data_hash for fold in folds}) == 6
    again = open_fold(pooled, "composite", "b.S2")
    assert clips_of(again, "test") == ["b.b2"]
    # Labels, frames and crops are those of the parts.
    (b2,) = again.iter_clips("test")
    assert b2.crop_path == (tmp_path / "b" / "crops" / "b2.mkv").absolute()
    assert again.reference_intervals("b.b2") == b.reference_intervals("b2")
    assert again.speaking_by_frame("b.b2").tolist() == [1] * 12
    assert set(blind_view(again, "test").speaking_by_frame("b.b2").tolist()) == {-1}


def test_one_person_in_two_datasets_is_left_out_once(tmp_path: Path) -> None:
    a, b = two_labs(tmp_path)
    people = {
        ((tmp_path / "a").resolve(), "S1"): "anna",
        ((tmp_path / "b").resolve(), "S3"): "anna",
    }
    folds = folds_of(pool({"a": a, "b": b}, people), "composite")
    assert [fold.name for fold in folds] == ["a.S2", "a.S3", "b.S1", "b.S2", "person:anna"]
    assert clips_of(folds[-1].dataset, "test") == ["a.a1", "b.b3"]


def test_the_same_film_in_two_parts_of_a_composite_is_a_leak(tmp_path: Path) -> None:
    a = lab(tmp_path / "a", *A, sources={"videos": {"a1.mp4": "f1"}})
    b = lab(tmp_path / "b", *B, sources={"videos": {"b2.mp4": "f1"}})
    with pytest.raises(ManifestError, match="film 'f1' is in both"):
        folds_of(pool({"a": a, "b": b}), "composite")


# What is recorded


def test_results_say_the_protocol_and_its_version(tmp_path: Path) -> None:
    a, b = two_labs(tmp_path)
    assert protocol_facts(a, "holdout") == {"name": "holdout", "version": "1"}
    facts = protocol_facts(cross(a, b), "cross-dataset")
    assert (facts["name"], facts["train"]["name"], facts["target"]["name"]) == (
        "cross-dataset", "a", "b",
    )  # fmt: skip
    facts = protocol_facts(pool({"a": a, "b": b}), "composite", "a.S1")
    assert facts["parts"] == {"a": a.data_hash, "b": b.data_hash}


# Configuration


def test_bench_yaml_names_the_datasets(tmp_path: Path) -> None:
    (tmp_path / "bench.yaml").write_text(
        "datasets:\n"
        "  a-to-b: { train: a, path: b, protocol: cross-dataset }\n"
        "  both: { pool: { x: a, y: b }, protocol: composite }\n"
    )
    specs = load_bench_config(tmp_path / "bench.yaml").datasets
    assert (specs["a-to-b"].train, specs["a-to-b"].path) == (tmp_path / "a", tmp_path / "b")
    assert specs["both"].pool == {"x": tmp_path / "a", "y": tmp_path / "b"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ path: b, protocol: cross-dataset }", "`train`"),
        ("{ path: b, train: a }", "`train`"),
        ("{ path: b, protocol: composite }", "`pool`"),
        ("{ pool: { x: a }, protocol: composite }", "at least two"),
        ("{ pool: { 'x/y': a, z: b }, protocol: composite }", "x/y"),
        ("{ protocol: composite }", "path"),
    ],
)
def test_data_that_do_not_fit_the_protocol_are_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "bench.yaml").write_text(f"datasets:\n  d: {text}\n")
    with pytest.raises(ConfigError, match=message):
        load_bench_config(tmp_path / "bench.yaml")


def test_the_command_line_names_them_too(tmp_path: Path) -> None:
    for name in "ab":
        tiny_dataset(tmp_path / name, with_crops=True, seed=ord(name), clips_per_recording=1)
    a, b = tmp_path / "a", tmp_path / "b"
    opened, _ = open_datasets(BenchConfig(), [b], train=a)
    # Both are called "tiny", so their folders give the name.
    assert (opened[0].name, opened[0].spec and opened[0].spec.protocol) == (
        "a-to-b",
        "cross-dataset",
    )
    opened, _ = open_datasets(BenchConfig(), [a, b], protocol="composite")
    assert opened[0].name == "a-and-b"
    assert opened[0].spec is not None
    assert list(opened[0].spec.pool) == ["a", "b"]
    (a / "crops").rename(a / "elsewhere")
    opened, _ = open_datasets(BenchConfig(), [b], train=a)
    assert "crop videos" in opened[0].missing
    for folders, more, message in (
        ([], {"train": a}, "--data what is tested on"),
        ([b], {"train": tmp_path / "typo"}, "--train-data .*no such folder"),
        ([b], {"train": a, "protocol": "loso"}, "goes with --protocol cross-dataset"),
        ([a], {"protocol": "composite"}, "at least twice"),
    ):
        with pytest.raises(ConfigError, match=message):
            open_datasets(BenchConfig(), folders, **more)  # type: ignore[arg-type]


# The job


class Curious(Spotter):
    """Learns and adapts by remembering what it was shown."""

    shown: dict[str, list[str]]

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        self.shown = {"fit": clips_of(dataset)}
        self.does = bool(context.options.get("adapts", True))

    def adapt(self, dataset: Dataset, split: str) -> dict[str, Any]:
        assert not any(clip.has_me or clip.speaking for clip in dataset.iter_clips())
        assert not any(dataset.frames["is_me"].to_pylist())
        assert dataset.segments.num_rows == 0
        self.shown[f"adapt on {split}"] = clips_of(dataset)
        return {"method": "curiosity"} if self.does else {}

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        self.shown["predict"] = clips_of(dataset, split)
        return [ClipPrediction(clip) for clip in self.shown["predict"]]

    def describe(self) -> dict[str, Any]:
        return self.shown


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    module = ModuleType("curious_model")
    module.Curious = Curious
    monkeypatch.setitem(sys.modules, "curious_model", module)

    def run(a: Dataset, b: Dataset, protocol: str = "cross-dataset", **options: Any) -> Any:
        across = protocol == "cross-dataset"
        data = cross(a, b) if across else b
        spec = JobSpec(
            key=JobKey(dataset="d", protocol=protocol, model="curious"),
            job_hash="0",
            target="curious_model:Curious",
            display="curious",
            options=options,
            data=b.root,
            train=a.root if across else None,
            data_hash=data.data_hash,
            out=tmp_path / "out",
            cache=tmp_path / "cache",
            runs=tmp_path / "runs",
        )
        result = run_job(spec, no_progress)
        assert result.error is None, result.error
        return result

    return run


def test_a_job_across_datasets_shows_unlabelled_clips_of_the_target(
    tmp_path: Path, job: Callable[..., Any]
) -> None:
    result = job(*two_labs(tmp_path))
    assert result.facts == {"fit": ["a1", "a2"], "adapt on train": ["b1"], "predict": ["b2", "b3"]}
    assert result.protocol["adaptation"] == {
        "unlabelled": "train", "transductive": False, "method": "curiosity",
    }  # fmt: skip
    assert set(result.score["events"]) == {"r-b2", "r-b3"}


def test_without_other_clips_the_tested_ones_are_shown_and_it_is_said(
    tmp_path: Path, job: Callable[..., Any]
) -> None:
    a, b = lab(tmp_path / "a", *A), lab(tmp_path / "b", *B[1:])
    result = job(a, b)
    assert result.facts["adapt on test"] == ["b2", "b3"]
    assert result.protocol["adaptation"]["transductive"] is True


def test_a_model_that_does_not_adapt_says_so(tmp_path: Path, job: Callable[..., Any]) -> None:
    assert job(*two_labs(tmp_path), adapts=False).protocol["adaptation"] is None


def test_within_a_dataset_nobody_is_shown_the_target(
    tmp_path: Path, job: Callable[..., Any]
) -> None:
    result = job(*two_labs(tmp_path), protocol="holdout")
    assert set(result.facts) == {"fit", "predict"}
    assert result.protocol == {"name": "holdout", "version": "1"}


def test_a_split_that_is_not_what_it_says_is_refused(tmp_path: Path) -> None:
    """Two subjects left out together is no leave-one-subject-out, whatever the file is called."""
    dataset = tiny_dataset(tmp_path, n_recordings=4, clips_per_recording=1)
    path = write_split(dataset, make_loso(dataset, "loso", "subject", 0.0, seed=1))
    assert protocol_facts(dataset, "loso", "s1")["name"] == "loso"
    whole = json.loads(path.read_text())
    first, second = (one["parts"] for one in whole["folds"][:2])
    first["train"] = [clip for clip in first["train"] if clip not in second["test"]]
    first["test"] += second["test"]
    path.write_text(json.dumps(whole))
    with pytest.raises(ManifestError, match="tested in 2 folds"):
        folds_of(dataset, "loso")
    del whole["folds"][1]
    path.write_text(json.dumps(whole))
    with pytest.raises(ManifestError, match="'s0' and 's1' out together"):
        folds_of(dataset, "loso")


def test_specs_know_their_folders(tmp_path: Path) -> None:
    spec = DatasetSpec(path=tmp_path, train=tmp_path / "a", protocol="cross-dataset")
    assert spec.folders.train == tmp_path / "a"
