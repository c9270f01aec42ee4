"""The threshold chosen on test data: right, flagged, and only where frame scores are."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import clip_row, frame_rows, segment_row, write_dataset

from benchmarks.oracle import NOTE, oracle_extras, smoothed
from meldae.decode import THRESHOLDS, Decoding, ScoredClip, count_events, decode, smooth
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction


def talk(root: Path) -> Dataset:
    r"""Two clips of 40 frames at 30 fps, one in speech and one in listening, an ME in frames 10 to 19.

    scores   0.2 in frames 10-19 (the ME), 0.9 in frames 30-32 (nothing)
    threshold over 0.2 finds only what is wrong; at 0.2 finds the ME, and the other one too
    """
    clips = [
        clip_row(clip, 40, subject_id=clip, recording_id=clip, split="test", has_me=True)
        for clip in "ab"
    ]
    states = {"a": "speaking", "b": "listening"}
    frames = [
        row
        for clip in clips
        for row in frame_rows(
            clip, [10 <= t < 20 for t in range(40)], [states[clip["clip_id"]]] * 40
        )
    ]
    return write_dataset(root, clips, [segment_row(c, "consensus", 10, 19) for c in "ab"], frames)


def scores() -> np.ndarray:
    values = np.full(40, 0.01, dtype=np.float32)
    values[10:20], values[30:33] = 0.2, 0.9
    return values


def test_by_hand(tmp_path: Path) -> None:
    """At 0.2: one hit and one false alarm per state, F1 = 2 / (2 + 1) in both, so F1_DR = 2/3."""
    said = {clip: ClipPrediction(clip, frame_scores=scores()) for clip in "ab"}
    found = oracle_extras(talk(tmp_path), said, {"decoding": {"threshold": 0.5}})
    assert found["oracle_f1_dr"] == pytest.approx(2 / 3)
    assert found["oracle_threshold"] == pytest.approx(0.2)
    assert found["oracle_note"] == NOTE
    # With a longest duration of 8 frames the ME cannot be found at any threshold.
    short = {"decoding": {"threshold": 0.5, "max_ms": 8 * 1000 / 30}}
    assert oracle_extras(talk(tmp_path), said, short)["oracle_f1_dr"] == 0


def test_without_frame_scores_there_is_none(tmp_path: Path) -> None:
    dataset = talk(tmp_path)
    assert oracle_extras(dataset, {}, {}) == {}
    one = {"a": ClipPrediction("a", frame_scores=scores()), "b": ClipPrediction("b")}
    assert oracle_extras(dataset, one, {}) == {}


def test_no_own_threshold_is_better(tmp_path: Path) -> None:
    """Against MELDAE's decoder, at every threshold of its grid."""
    dataset = talk(tmp_path)
    rng = np.random.default_rng(3)
    for _ in range(5):
        values = {
            clip: np.clip(
                smooth(rng.random(40).astype(np.float32), 5) + 0.3 * (scores() > 0.1), 0, 1
            )
            for clip in "ab"
        }
        how = Decoding(0.5, low_share=0.7, smooth_ms=100.0, max_ms=700.0)
        ready = {
            clip: ScoredClip(
                values[clip],
                dataset.reference_intervals(clip),
                dataset.speaking_by_frame(clip),
                30.0,
            )
            for clip in "ab"
        }
        said = {clip: ClipPrediction(clip, frame_scores=values[clip]) for clip in "ab"}
        for threshold in THRESHOLDS:
            own = replace(how, threshold=threshold)
            facts = {"decoding": {**vars(own)}}
            value = count_events(ready, own).f1_dr
            best = oracle_extras(dataset, said, facts).get("oracle_f1_dr")
            assert value is None or (best is not None and best >= value - 1e-9)


@pytest.mark.parametrize("width_ms", [0.0, 50.0, 100.0, 400.0, 5000.0])
def test_the_average_is_that_of_the_decoder(width_ms: float) -> None:
    values = np.random.default_rng(0).random(37).astype(np.float32)
    expected = smooth(values, round(width_ms * 30 / 1000))
    np.testing.assert_allclose(smoothed(values.astype(float), width_ms, 30.0), expected, atol=1e-6)


def test_runs_are_those_of_the_decoder() -> None:
    from benchmarks.oracle import OracleDecoding, _runs
    from wdmd_tools.manifest import Clip

    rng = np.random.default_rng(1)
    clip = Clip("a", "a", "a", "test", 60, 30.0, False, None, Path("a"))
    for _ in range(50):
        values = rng.random(60)
        how = Decoding(float(rng.uniform(0.2, 0.9)), low_share=0.6, min_ms=66, max_ms=500)
        expected = [segment.interval for segment in decode(values.astype(np.float32), 30.0, how)]
        same = OracleDecoding(how.threshold, 0.6, 0.0, 66, 500)
        rounded = values.astype(np.float32).astype(float)
        assert _runs(rounded, clip, same, how.threshold) == expected
