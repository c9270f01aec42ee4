"""Scores with numbers derived by hand.

clip a (recording r1), 20 frames        clip b (recording r2), 20 frames
state       SSSSSSSSSSLLLLLLLLLL        LLLLLLLLLLLLLLLLLLLL
reference   ..####......####....        .....######.........
prediction  ..###....##.........        ....####........##..

a: 2-4 against 2-5, IoU 3/4: hit while speaking; 9-10 hits nothing, half and half: speaking;
   12-15 is missed while listening
b: 4-7 against 5-10, IoU 3/7: too little, so one invented and one missed; 16-17 invented
"""

from pathlib import Path

import pytest
from builders import clip_row, frame_rows, segment_row, write_dataset

from benchmarks.scoring import Score, score_predictions
from benchmarks.summary import Estimate, point_values, summarise
from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.metrics.error_types import ErrorCounts
from wdmd_tools.metrics.events import EventCounts
from wdmd_tools.predictions import ClipPrediction, PredictedSegment


@pytest.fixture(name="dataset")
def make(tmp_path: Path) -> Dataset:
    a = clip_row(
        "a", 20, recording_id="r1", subject_id="s1", split="test", has_me=True, speaking_share=0.5
    )
    b = clip_row(
        "b", 20, recording_id="r2", subject_id="s2", split="test", has_me=True, speaking_share=0.0
    )
    c = clip_row("c", 20, recording_id="r3", subject_id="s3", split="train")
    states = ["speaking"] * 10 + ["listening"] * 10
    frames = [
        *frame_rows(a, states=states),
        *frame_rows(b, states=["listening"] * 20),
        *frame_rows(c),
    ]
    references = [("a", 2, 5), ("a", 12, 15), ("b", 5, 10)]
    segments = [segment_row(clip, "consensus", on, off) for clip, on, off in references]
    segments.append(segment_row("b", "ann1", 16, 17))
    return write_dataset(tmp_path, [a, b, c], segments, frames)


def said(clip: str, *spans: tuple[int, int], **more: float) -> ClipPrediction:
    return ClipPrediction(
        clip, tuple(PredictedSegment(Interval(start, end), 0.9) for start, end in spans), **more
    )


def test_counts_by_recording_and_state(dataset: Dataset) -> None:
    predictions = {
        "a": said("a", (2, 5), (9, 11), p_me=0.9, p_state=0.2),
        "b": said("b", (4, 8), (16, 18), p_me=0.4, p_state=0.1),
    }
    score = score_predictions(dataset, predictions)
    assert score.events["r1"].speaking == EventCounts(tp=1, fp=1, fn=0)
    assert score.events["r1"].listening == EventCounts(tp=0, fp=0, fn=1)
    assert score.events["r2"].listening == EventCounts(tp=0, fp=2, fn=1)
    assert score.n_references == 3
    assert [(clip.has_me, clip.speaking, clip.p_me) for clip in score.clips] == [
        (True, True, 0.9),
        (True, False, 0.4),
    ]
    assert Score.from_json(score.to_json()) == score


def test_details_of_the_timelines_above(dataset: Dataset) -> None:
    score = score_predictions(
        dataset, {"a": said("a", (2, 5), (9, 11)), "b": said("b", (4, 8), (16, 18))}
    )
    # a: 2-4 inside 2-5, a hit; 9-10 background; 12-15 missed. b: 4-7 begins before 5-10: shifted
    assert score.details["r1"].errors == ErrorCounts(hit=1, background=1, missed=1)
    assert score.details["r2"].errors == ErrorCounts(shifted=1, background=1, near=1)
    found = point_values(score)
    assert (found["onset_mae_frames"], found["offset_bias_frames"]) == (0.0, -1.0)
    clip = next(dataset.iter_clips("test"))
    assert found["offset_mae_ms"] == pytest.approx(1000 / clip.fps)
    assert found["share_background"] == 0.5
    assert found["share_missed"] == pytest.approx(1 / 3)
    # Right: at 0.1 to 0.7 one of a, at 0.1 to 0.4 one of b, of three references. All scores are equal.
    assert found["map"] == pytest.approx((4 * (2 / 3) * (2 / 4) + 3 * (1 / 3) * (1 / 4)) / 7)
    assert found["ar_at_5"] == pytest.approx((4 * 2 + 3 * 1) / 7 / 3)


def test_a_result_of_before_has_no_details(dataset: Dataset) -> None:
    value = score_predictions(dataset, {"a": said("a", (2, 5))}).to_json()
    del value["details"]
    old = Score.from_json(value)
    found = summarise([old], draws=50)
    assert found["map"] == Estimate(None)
    assert found["f1"].value == pytest.approx(2 / 4)


def test_a_score_that_is_no_number_is_refused(dataset: Dataset) -> None:
    odd = ClipPrediction("a", (PredictedSegment(Interval(2, 5), float("nan")),))
    with pytest.raises(ManifestError, match="a segment's score is nan; give a number"):
        score_predictions(dataset, {"a": odd})


def test_a_clip_without_prediction_counts_as_nothing_found(dataset: Dataset) -> None:
    score = score_predictions(dataset, {"a": said("a", (2, 6))})
    assert score.unpredicted == 1
    assert score.events["r2"].listening == EventCounts(0, 0, 1)
    assert score.events["r1"].speaking == EventCounts(1, 0, 0)


def test_predictions_of_other_splits_are_left_aside(dataset: Dataset) -> None:
    only_test = score_predictions(dataset, {"c": said("c", (0, 5))})
    assert "r3" not in only_test.events
    every = score_predictions(dataset, {"c": said("c", (0, 5))}, split=None)
    assert every.events["r3"].unknown == EventCounts(0, 1, 0)


def test_folds_are_added_but_no_recording_twice(dataset: Dataset) -> None:
    score = score_predictions(dataset, {})
    other = score_predictions(dataset, {}, split="train")
    assert set((score + other).events) == {"r1", "r2", "r3"}
    with pytest.raises(ValueError, match="disjoint"):
        score + score


@pytest.mark.parametrize(
    ("prediction", "message"),
    [
        (said("z", (0, 3)), "clip 'z' is not in"),
        (said("a", (15, 21)), "frames 15 to 20 are not in the clip, which has 20"),
        (said("a", (-1, 3)), "frames -1 to 2"),
        (said("a", p_me=1.5), "p_me is 1.5"),
        (said("a", p_state=-0.1), "p_state is -0.1"),
    ],
)
def test_impossible_predictions_are_refused(
    dataset: Dataset, prediction: ClipPrediction, message: str
) -> None:
    with pytest.raises(ManifestError, match=message):
        score_predictions(dataset, {prediction.clip_id: prediction})


def test_frame_scores_of_another_length_are_refused(dataset: Dataset) -> None:
    import numpy as np

    wrong = ClipPrediction("a", frame_scores=np.zeros(19, np.float32))
    with pytest.raises(ManifestError, match="19 frame scores for 20 frames"):
        score_predictions(dataset, {"a": wrong})


def test_an_empty_split_is_refused(dataset: Dataset) -> None:
    with pytest.raises(ManifestError, match="no clip is in the val split"):
        score_predictions(dataset, {}, split="val")
