"""The samples of recognition.

clip a   0         10        20        30
         |---ME----|    |--ME--|   |-ME-|
emotion  Disgust        others     -
"""

from pathlib import Path

from builders import clip_row, segment_row, tiny_dataset, write_dataset

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.emotions import scheme
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples


def _dataset(root: Path, *more: dict[str, object]) -> Dataset:
    clips = [
        clip_row("a", 40, recording_id="r", subject_id="s1", split="train"),
        clip_row("b", 40, recording_id="r", subject_id="s1", split="test"),
    ]
    segments = [
        segment_row("a", CONSENSUS, 0, 9, apex_frame=4),
        segment_row("a", CONSENSUS, 15, 21),
        segment_row("a", CONSENSUS, 26, 30),
        segment_row("a", CONSENSUS, 0, 9, kind="emotion", label="Disgust "),
        segment_row("a", CONSENSUS, 15, 21, kind="emotion", label="others"),
        segment_row("a", "ann1", 26, 30, kind="emotion", label="fear"),
        *more,
    ]
    return write_dataset(root, clips, segments)


def test_one_sample_per_me_with_a_class(tmp_path: Path) -> None:
    (one,) = emotion_samples(_dataset(tmp_path), scheme("3"))
    assert (one.clip_id, one.recording_id, one.subject_id) == ("a", "r", "s1")
    assert (one.interval, one.apex_frame, one.emotion) == (Interval(0, 10), 4, "negative")
    assert one.sample_id == f"a-{CONSENSUS}-me-0-9-None"
    assert one.blind.emotion is None
    assert one.blind.interval == one.interval


def test_another_scheme_keeps_other_samples(tmp_path: Path) -> None:
    found = emotion_samples(_dataset(tmp_path), scheme("mmew-4"))
    assert [one.emotion for one in found] == ["disgust", "others"]


def test_an_importers_three_classes_go_first(tmp_path: Path) -> None:
    row = segment_row("a", CONSENSUS, 15, 21, kind="emotion3", label="positive")
    dataset = _dataset(tmp_path, row)
    assert [one.emotion for one in emotion_samples(dataset, scheme("3"))] == [
        "negative",
        "positive",
    ]
    assert [one.emotion for one in emotion_samples(dataset, scheme("4"))] == ["negative", "others"]


def test_two_classes_for_one_me_are_none(tmp_path: Path) -> None:
    row = segment_row("a", CONSENSUS, 0, 9, kind="emotion", label="happiness")
    same = segment_row("a", CONSENSUS, 0, 9, kind="emotion", label="fear")
    assert emotion_samples(_dataset(tmp_path / "1", row), scheme("3")) == []
    (one,) = emotion_samples(_dataset(tmp_path / "2", same), scheme("3"))
    assert one.emotion == "negative"


def test_the_emotion_of_a_macro_expression_beside_is_not_taken(tmp_path: Path) -> None:
    row = segment_row("a", CONSENSUS, 29, 39, kind="emotion", label="happiness")
    assert len(emotion_samples(_dataset(tmp_path, row), scheme("3"))) == 1


def test_splits_and_every_me_of_a_tiny_dataset(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, n_recordings=6)
    whole = emotion_samples(dataset, scheme("3"))
    parts = [emotion_samples(dataset, scheme("3"), part) for part in ("train", "val", "test")]
    assert sorted(one.sample_id for part in parts for one in part) == sorted(
        one.sample_id for one in whole
    )
    n_me = sum(len(dataset.reference_intervals(clip.clip_id)) for clip in dataset.iter_clips())
    assert len(whole) == n_me > 0
