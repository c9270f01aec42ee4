"""Predictions survive the disk, and anybody's files are checked."""

import random
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import write_table
from wdmd_tools.predictions import (
    ClipPrediction,
    PredictedSegment,
    Recognition,
    read_predictions,
    read_recognitions,
    write_predictions,
    write_recognitions,
)


def test_round_trip(tmp_path: Path) -> None:
    one = ClipPrediction(
        clip_id="b",
        segments=(PredictedSegment(Interval(3, 9), 0.5), PredictedSegment(Interval(20, 21), 0.25)),
        frame_scores=np.linspace(0, 1, 25, dtype=np.float32),
        p_me=0.75,
        p_state=0.5,
    )
    write_predictions(tmp_path, [one, ClipPrediction("a")])
    back = read_predictions(tmp_path)
    assert list(back) == ["a", "b"]
    assert back["a"] == ClipPrediction("a")
    assert back["b"].segments == one.segments
    assert back["b"].p_me == 0.75
    assert back["b"].frame_scores is not None
    np.testing.assert_array_equal(back["b"].frame_scores, one.frame_scores)


def test_segments_alone_are_enough(tmp_path: Path) -> None:
    row = {"clip_id": "a", "onset_frame": 2, "offset_frame": 2, "label": "me", "score": 1.0}
    write_table(tmp_path / "predictions.parquet", "predictions", [row])
    (segment,) = read_predictions(tmp_path)["a"].segments
    assert segment.interval == Interval(2, 3)


def test_a_reversed_segment_is_named(tmp_path: Path) -> None:
    row = {"clip_id": "a", "onset_frame": 5, "offset_frame": 2, "label": "me", "score": 1.0}
    write_table(tmp_path / "predictions.parquet", "predictions", [row])
    with pytest.raises(ManifestError, match="clip a: offset_frame 2 is before onset_frame 5"):
        read_predictions(tmp_path)


def test_a_hole_in_frame_scores_is_named(tmp_path: Path) -> None:
    write_table(tmp_path / "predictions.parquet", "predictions", [])
    rows = [{"clip_id": "a", "frame_index": n, "score": 0.5} for n in (0, 1, 3)]
    write_table(tmp_path / "frame_scores.parquet", "frame_scores", rows)
    with pytest.raises(ManifestError, match="clip a: frame_index"):
        read_predictions(tmp_path)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 5)), st.randoms())
def test_frame_scores_come_in_any_order(lengths: dict[str, int], order: random.Random) -> None:
    rows = [
        {"clip_id": name, "frame_index": k, "score": (hash(name) % 7 + k) / 16}
        for name, length in lengths.items()
        for k in range(length)
    ]
    order.shuffle(rows)
    with tempfile.TemporaryDirectory() as folder:
        write_table(Path(folder) / "predictions.parquet", "predictions", [])
        write_table(Path(folder) / "frame_scores.parquet", "frame_scores", rows)
        back = read_predictions(Path(folder))
    assert {name: len(one.frame_scores) for name, one in back.items()} == lengths  # type: ignore[arg-type]
    for name, one in back.items():
        expected = [(hash(name) % 7 + k) / 16 for k in range(lengths[name])]
        np.testing.assert_array_equal(one.frame_scores, np.array(expected, np.float32))


def test_emotions_and_macro_expressions_are_stored(tmp_path: Path) -> None:
    said = ClipPrediction(
        "a",
        segments=(
            PredictedSegment(Interval(0, 4), 0.5, emotion="negative"),
            PredictedSegment(Interval(8, 30), 0.25, label="macro"),
        ),
    )
    write_predictions(tmp_path, [said])
    read = read_predictions(tmp_path)["a"]
    assert read.segments == said.segments
    assert [one.is_macro for one in read.segments] == [False, True]


def test_a_table_from_before_emotions_is_read(tmp_path: Path) -> None:
    write_predictions(tmp_path, [ClipPrediction("a", (PredictedSegment(Interval(0, 4), 0.5),))])
    path = tmp_path / "predictions.parquet"
    old = pq.read_table(path)
    pq.write_table(old.drop_columns(["emotion"]).replace_schema_metadata(old.schema.metadata), path)
    assert "emotion" not in pq.read_schema(path).names
    assert read_predictions(tmp_path)["a"].segments[0].emotion is None


def test_recognitions_round_trip(tmp_path: Path) -> None:
    assert read_recognitions(tmp_path) is None
    said = [
        Recognition("s1", "a", "negative", {"negative": 0.75, "positive": 0.25}),
        Recognition("s2", "a", "positive"),
    ]
    write_recognitions(tmp_path, said)
    assert read_recognitions(tmp_path) == {"s1": said[0], "s2": said[1]}
    write_recognitions(tmp_path, [])
    assert read_recognitions(tmp_path) == {}


def test_a_sample_recognised_twice_is_refused(tmp_path: Path) -> None:
    write_recognitions(tmp_path, [Recognition("s1", "a", "x"), Recognition("s1", "a", "y")])
    with pytest.raises(ManifestError, match="'s1' is there twice"):
        read_recognitions(tmp_path)


@pytest.mark.parametrize("chance", [1.5, -0.1, float("nan")])
def test_what_is_no_probability_is_refused(tmp_path: Path, chance: float) -> None:
    write_recognitions(tmp_path, [Recognition("s1", "a", "x", {"x": chance, "y": 0.5})])
    with pytest.raises(ManifestError, match=r"'s1': probability of 'x' is .*; give a number"):
        read_recognitions(tmp_path)
