from pathlib import Path

from builders import clip_row, segment_row, tiny_dataset, write_dataset

from benchmarks.catalogue.check import check_dataset
from benchmarks.catalogue.found import count, differences, find_all
from benchmarks.catalogue.model import PublishedCounts
from benchmarks.catalogue.read import known_datasets
from benchmarks.catalogue.text import lines_of
from benchmarks.dataset_files import DatasetEntry
from benchmarks.datasets import open_datasets
from benchmarks.specs import BenchConfig, DatasetSpec
from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.manifest import Dataset


def two_clips(root: Path) -> Dataset:
    """Two MEs and a macro-expression by consensus; what one annotator says is not counted.

    frames   0    5    10   15   20
    c0           ##me## happiness      (and the annotator's own, once more)
    c1       #me#      ####macro####
    """
    clips = [clip_row("c0", 30), clip_row("c1", 20, recording_id="rec1", subject_id="s1")]
    segments = [
        segment_row("c0", CONSENSUS, 5, 12),
        segment_row("c0", "release", 5, 12),
        segment_row("c0", CONSENSUS, 5, 12, "emotion", "happiness"),
        segment_row("c1", CONSENSUS, 0, 3),
        segment_row("c1", CONSENSUS, 8, 18, "macro", ""),
    ]
    return write_dataset(root, clips, segments)


def test_counts_are_of_the_consensus(tmp_path: Path) -> None:
    counts = count(two_clips(tmp_path))
    assert (counts.recordings, counts.subjects, counts.clips, counts.frames) == (2, 2, 2, 50)
    assert (counts.me, counts.macro, counts.emotions) == (2, 1, {"happiness": 1})


def test_any_published_number_agrees(tmp_path: Path) -> None:
    counts = count(two_clips(tmp_path))
    samm = known_datasets()["samm"]
    same = samm.model_copy(update={"counts": PublishedCounts(me=(5, 2), macro=(1,))})
    assert differences(counts, same) == []
    other = samm.model_copy(update={"counts": PublishedCounts(me=(860, 1921), subjects=(2,))})
    assert differences(counts, other) == ["me: 2 here, 860 or 1,921 published"]


def test_each_state_is_told(tmp_path: Path) -> None:
    tiny_dataset(tmp_path / "lab", n_recordings=3, clips_per_recording=1, with_crops=True)
    tiny_dataset(tmp_path / "broken", n_recordings=3, clips_per_recording=1)
    (tmp_path / "released").mkdir()
    config = BenchConfig(
        datasets={
            "lab": DatasetSpec(path=tmp_path / "lab"),
            "broken": DatasetSpec(path=tmp_path / "broken"),
            "samm": DatasetEntry(path=tmp_path / "samm", release=tmp_path / "released"),
            "mmew": DatasetEntry(path=tmp_path / "mmew", release=tmp_path / "nowhere"),
        }
    )
    found = {one.name: one for one in find_all(open_datasets(config, (), tmp_path)[0])}
    assert found["lab"].state == "ready"
    assert found["lab"].counts is not None
    assert found["broken"].state == "unusable"
    assert (found["samm"].state, found["wdmd"].state) == ("not imported", "not named")
    assert found["samm"].release.endswith("released: empty")
    assert found["mmew"].release.endswith("nowhere: no such folder")
    assert found["casme3"].import_command == "wdmd import casme3 RELEASE --out data/casme3"
    samm = "\n".join(lines_of(found["samm"]))
    assert f"run `wdmd import samm {tmp_path}/released --out {tmp_path}/samm`" in samm
    assert 'casme3 = { path = "data/casme3", release = "RELEASE" }' in "\n".join(
        lines_of(found["casme3"], full=False)
    )
    assert "3 clips" in "\n".join(lines_of(found["lab"]))


def test_a_whole_dataset_is_whole(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, n_recordings=3, clips_per_recording=1, with_crops=True)
    seen: list[tuple[int, int]] = []
    check = check_dataset(dataset, progress=lambda done, total: seen.append((done, total)))
    assert (check.crops, check.whole, check.differences) == (3, True, ())
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_changed_and_absent_crops_and_counts_are_damage(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, n_recordings=3, clips_per_recording=1, with_crops=True)
    first, second, _ = sorted((tmp_path / "crops").iterdir())
    first.write_bytes(first.read_bytes() + b"x")
    second.unlink()
    dataset.info["counts"]["me"] += 1
    damage = check_dataset(dataset).damage
    assert [line.partition(": ")[2][:9] for line in damage[:2]] == ["is not th", "is absent"]
    assert damage[2].endswith("in dataset.json")
    assert len(damage) == 3


def test_rendered_films_have_no_publication(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, n_recordings=3, clips_per_recording=1, with_crops=True)
    samm = known_datasets()["samm"]
    assert check_dataset(dataset, samm).differences
    assert check_dataset(dataset, samm, synthetic=True).differences == ()
