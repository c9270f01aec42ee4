"""Named splits: every group is tested once, nothing leaks, and files are checked when they are read."""

import json
from pathlib import Path

import pytest
from builders import tiny_dataset

from wdmd_tools.errors import ConfigError, ManifestError, UnknownNameError
from wdmd_tools.manifest import Dataset
from wdmd_tools.split.imported import read_split_csv
from wdmd_tools.split.make import NamedSplit, make_folds, make_holdout, make_loso
from wdmd_tools.split.stored import read_split, stored_splits, with_split, write_split
from wdmd_tools.split.summary import summarise


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return tiny_dataset(tmp_path / "data", n_recordings=6)


def subjects_of(dataset: Dataset, ids: tuple[str, ...]) -> set[str]:
    return {clip.subject_id for clip in dataset.iter_clips() if clip.clip_id in ids}


def test_folds_test_everyone_once_and_never_mix(dataset: Dataset) -> None:
    split = make_folds(dataset, "k3", "subject", 3, 0.2, 0)
    tested = [clip_id for fold in split.folds for clip_id in fold.parts["test"]]
    assert sorted(tested) == sorted(clip.clip_id for clip in dataset.iter_clips())
    for fold in split.folds:
        sides = [subjects_of(dataset, ids) for ids in fold.parts.values()]
        assert len(fold.parts) == 3
        assert sum(map(len, sides)) == len(set.union(*sides)) == 6


def test_loso_has_a_fold_per_subject(dataset: Dataset) -> None:
    split = make_loso(dataset, "loso", "subject", 0.2, 0)
    assert len(split.folds) == 6
    for fold in split.folds:
        assert subjects_of(dataset, fold.parts["test"]) == {fold.name}


def test_equal_seeds_equal_splits(dataset: Dataset) -> None:
    shares = {"train": 0.6, "val": 0.2, "test": 0.2}
    one, same = (make_holdout(dataset, "h", "source", shares, 4) for _ in range(2))
    assert one == same
    assert any(make_holdout(dataset, "h", "source", shares, seed) != one for seed in range(8))


def test_too_few_people_is_one_line(dataset: Dataset) -> None:
    with pytest.raises(ConfigError, match=r"6 groups of subjects .* too few for 7 folds"):
        make_folds(dataset, "k7", "subject", 7, 0.2, 0)


def test_what_is_stored_is_read_back(dataset: Dataset) -> None:
    split = make_folds(dataset, "k2", "subject", 2, 0.2, 0)
    write_split(dataset, split)
    assert stored_splits(dataset.root) == ["k2"]
    assert read_split(Dataset.open(dataset.root), "k2") == split


def test_a_view_has_the_folds_parts_and_a_hash_of_its_own(dataset: Dataset) -> None:
    split = make_folds(dataset, "k2", "subject", 2, 0.2, 0)
    write_split(dataset, split)
    views = [with_split(dataset, "k2", fold) for fold in ("0", "1")]
    for view, fold in zip(views, split.folds, strict=True):
        for part, ids in fold.parts.items():
            assert {clip.clip_id for clip in view.iter_clips(part)} == set(ids)
    assert len({dataset.data_hash, *(view.data_hash for view in views)}) == 3
    assert views[0].data_hash == with_split(dataset, "k2", "0").data_hash
    assert views[1].info["split"] == {"name": "k2", "fold": "1", "seed": 0}
    assert "split" not in dataset.info


@pytest.mark.parametrize(
    ("name", "fold", "error", "says"),
    [
        ("k3", "", UnknownNameError, "known: k2"),
        ("k2", "", ConfigError, "2 folds; choose one with --fold 0"),
        ("k2", "5", UnknownNameError, "known: 0, 1"),
        ("../k2", "", ConfigError, "letters, digits"),
    ],
)
def test_wrong_names_say_what_there_is(
    dataset: Dataset, name: str, fold: str, error: type[Exception], says: str
) -> None:
    write_split(dataset, make_folds(dataset, "k2", "subject", 2, 0.2, 0))
    with pytest.raises(error, match=says):
        with_split(dataset, name, fold)


def edited(dataset: Dataset, split: NamedSplit, change: str) -> None:
    """Store a split and then edit its file by hand."""
    path = write_split(dataset, split)
    content = json.loads(path.read_text())
    parts = content["folds"][0]["parts"]
    if change == "leak":
        parts["train"].append(parts["test"].pop())
    elif change == "twice":
        parts["train"].append(parts["test"][0])
    elif change == "unknown":
        parts["train"].append("nobody")
    elif change == "empty":
        parts["test"] = []
    elif change == "key":
        content["fold"] = 1
    elif change == "dataset":
        content["clips_sha256"] = "0" * 64
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("leak", r"fold 0: subject .* is in both"),
        ("twice", r"fold 0: clip .* is in both"),
        ("unknown", "no clip 'nobody'"),
        ("empty", "no clip is in test"),
        ("key", "fold: no such key"),
        ("dataset", "other clips, subjects or films"),
    ],
)
def test_an_edited_file_is_checked_again(dataset: Dataset, change: str, says: str) -> None:
    edited(dataset, make_folds(dataset, "k2", "subject", 2, 0.2, 0), change)
    with pytest.raises(ManifestError, match=says):
        read_split(dataset, "k2")


def test_a_spreadsheets_csv_is_read(dataset: Dataset, tmp_path: Path) -> None:
    """Byte order mark, semicolons, CRLF and other words for the parts, as spreadsheets write them."""
    subjects = sorted({clip.subject_id for clip in dataset.iter_clips()})
    words = ["Training", "training", "train", "validation", "Test", "TEST"]
    lines = ["subject_id;part", *(f"{s};{w}" for s, w in zip(subjects, words, strict=True)), ""]
    (tmp_path / "split.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    split = read_split_csv(tmp_path / "split.csv", dataset, "mine")
    assert subjects_of(dataset, split.folds[0].parts["train"]) == set(subjects[:3])
    assert subjects_of(dataset, split.folds[0].parts["test"]) == set(subjects[4:])
    assert {row.part: row.subjects for row in summarise(dataset, split)} == {
        "train": 3,
        "val": 1,
        "test": 2,
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("subject_id,part\ns0,trial\n", r"split.csv:2: part 'trial'"),
        ("subject_id,part\nAnna,train\n", r"split.csv:2: the dataset has no subject_id 'Anna'"),
        (
            "subject_id,part\ns0,train\ns0,test\n",
            r"split.csv:3: s0 is train in line 2 and test here",
        ),
        ("name,part\nAnna,train\n", "exactly one of clip_id"),
        ("subject_id,part\n", "no rows"),
        ("", "no rows"),
    ],
)
def test_a_wrong_csv_names_the_line(dataset: Dataset, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "split.csv").write_text(text)
    with pytest.raises(ConfigError, match=says):
        read_split_csv(tmp_path / "split.csv", dataset, "mine")


def test_people_in_no_part_are_told(dataset: Dataset, tmp_path: Path) -> None:
    people = sorted(set(dataset.clips["subject_id"].to_pylist()))
    rows = [f"{who};{'test' if who == people[0] else 'train'}" for who in people[:-1]]
    text = "\r\n".join(["sep=;", "subject_id;part", *rows])
    (tmp_path / "split.csv").write_text(text, encoding="utf-16")
    told: list[str] = []
    split = read_split_csv(tmp_path / "split.csv", dataset, "mine", told.append)
    out = dataset.clips["subject_id"].to_pylist().count(people[-1])
    assert told == [f"fold 0: {out} clips (subjects: {people[-1]}) are in no part"]
    assert people[-1] not in subjects_of(dataset, split.folds[0].parts["train"])


def test_a_csv_that_tears_a_subject_apart_leaks(dataset: Dataset, tmp_path: Path) -> None:
    clips = list(dataset.iter_clips())
    torn = [clip for clip in clips if clip.subject_id == clips[0].subject_id]
    rows = [f"{clip.clip_id},{'test' if clip is torn[0] else 'train'}" for clip in clips]
    assert len(torn) > 1
    (tmp_path / "split.csv").write_text("\n".join(["clip_id,part", *rows]))
    with pytest.raises(ManifestError, match=r"subject .* is in both"):
        write_split(dataset, read_split_csv(tmp_path / "split.csv", dataset, "mine"))
