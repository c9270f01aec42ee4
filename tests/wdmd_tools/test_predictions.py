"""Predictions survive the disk, and anybody's files are checked."""

from pathlib import Path

import numpy as np
import pytest

from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import write_table
from wdmd_tools.predictions import (
    ClipPrediction,
    PredictedSegment,
    read_predictions,
    write_predictions,
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
