from pathlib import Path

import pytest
from builders import clip_row, segment_row, tiny_dataset, write_dataset

from benchmarks.protocols import blind_view, check_holdout, folds_of, open_fold, training_view
from wdmd_tools.errors import ManifestError, UnknownNameError
from wdmd_tools.manifest import Dataset
from wdmd_tools.split.make import make_loso
from wdmd_tools.split.stored import write_split


def split_dataset(root: Path, *rows: tuple[str, str, str, str | None], **more: str) -> Dataset:
    """Rows of clip, recording, subject, split."""
    clips = [
        clip_row(clip, 10, recording_id=recording, subject_id=subject, split=split, **more)
        for clip, recording, subject, split in rows
    ]
    return write_dataset(root, clips, [])


def test_a_clean_split_passes(tmp_path: Path) -> None:
    check_holdout(
        split_dataset(
            tmp_path,
            ("a", "r1", "s1", "train"),
            ("b", "r2", "s2", "test"),
            ("c", "r3", "s3", "val"),
            ("d", "r1", "s1", None),
        )
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((("a", "r1", "s1", "train"), ("b", "r2", "s1", "test")), "subject 's1' is in both"),
        ((("a", "r1", "s1", "train"), ("b", "r1", "s2", "test")), "recording 'r1' is in both"),
        ((("a", "r1", "s1", "train"), ("b", "r2", "s2", "val")), "no clip is in the test split"),
        ((("a", "r1", "s1", None), ("b", "r2", "s2", None)), "no clip is in the train split"),
    ],
)
def test_leaks_and_empty_splits_are_refused(
    tmp_path: Path, rows: tuple[tuple[str, str, str, str | None], ...], message: str
) -> None:
    with pytest.raises(ManifestError, match=message):
        check_holdout(split_dataset(tmp_path, *rows))


def test_the_same_crop_on_two_sides_is_refused(tmp_path: Path) -> None:
    rows = (("a", "r1", "s1", "train"), ("b", "r2", "s2", "test"))
    with pytest.raises(ManifestError, match="crop 'abc'"):
        check_holdout(split_dataset(tmp_path, *rows, crop_sha256="abc"))


def test_the_training_view_has_no_test_clip(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, n_recordings=6)
    view = training_view(dataset)
    assert {clip.split for clip in view.iter_clips()} == {"train", "val"}
    kept = set(view.clips["clip_id"].to_pylist())
    assert set(view.segments["clip_id"].to_pylist()) <= kept
    assert set(view.frames["clip_id"].to_pylist()) == kept
    assert view.data_hash == dataset.data_hash
    for clip in view.iter_clips():
        assert view.reference_intervals(clip.clip_id) == dataset.reference_intervals(clip.clip_id)
        same = view.speaking_by_frame(clip.clip_id) == dataset.speaking_by_frame(clip.clip_id)
        assert same.all()


def test_the_blind_view_has_no_label(tmp_path: Path) -> None:
    clips = [
        clip_row("a", 20, subject_id="s1", split="train"),
        clip_row(
            "b", 20, recording_id="r2", subject_id="s2", split="test", has_me=True, state="speaking",
            speaking_share=0.75,
        ),
    ]  # fmt: skip
    dataset = write_dataset(tmp_path, clips, [segment_row("b", "consensus", 3, 9)])
    view = blind_view(dataset, "test")
    (clip,) = view.iter_clips()
    assert (clip.clip_id, clip.n_frames, clip.has_me, clip.speaking) == ("b", 20, False, None)
    assert view.reference_intervals("b") == []
    assert set(view.speaking_by_frame("b").tolist()) == {-1}
    assert not any(view.frames["is_me"].to_pylist())
    assert view.clips.schema.equals(dataset.clips.schema)


def test_a_named_split_gives_its_folds_each_test_clip_once(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, n_recordings=4)
    write_split(dataset, make_loso(dataset, "loso", "subject", 0.3, seed=1))
    folds = folds_of(dataset, "loso")
    assert [fold.number for fold in folds] == [0, 1, 2, 3]
    tested = [clip.clip_id for fold in folds for clip in fold.dataset.iter_clips("test")]
    assert sorted(tested) == sorted(dataset.clips["clip_id"].to_pylist())
    again = open_fold(dataset, "loso", folds[2].name)
    assert again.clips == folds[2].dataset.clips
    assert [fold.name for fold in folds_of(dataset, "holdout")] == [""]
    with pytest.raises(UnknownNameError, match="did you mean 'loso'"):
        folds_of(dataset, "losso")


def test_what_is_trained_on_one_fold_is_not_taken_for_another(tmp_path: Path) -> None:
    """Runs are found again by this hash: that of a view without test clips must tell folds apart."""
    dataset = tiny_dataset(tmp_path, n_recordings=4)
    write_split(dataset, make_loso(dataset, "loso", "subject", 0.3, seed=1))
    views = [training_view(fold.dataset) for fold in folds_of(dataset, "loso")]
    assert len({view.data_hash for view in views}) == 4
    assert training_view(dataset).data_hash == dataset.data_hash
    assert blind_view(dataset, "test").data_hash == dataset.data_hash


def test_a_split_edited_into_a_leak_is_refused(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, n_recordings=4)
    path = write_split(dataset, make_loso(dataset, "loso", "subject", 0.0, seed=1))
    text = path.read_text().replace('"test": [', '"test": ["rec1_0000", ', 1)
    path.write_text(text)
    with pytest.raises(ManifestError, match="is in both"):
        folds_of(dataset, "loso")
