from pathlib import Path

import pytest
from builders import clip_row, segment_row, tiny_dataset, write_dataset

from benchmarks.protocols import blind_view, check_holdout, training_view
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Dataset


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
