"""Build, review in ELAN, build again: the reviewer's word counts, frame by frame."""

from fractions import Fraction
from pathlib import Path

import pytest
from projects import TierText, portrait_frames, write_eaf_text, write_film

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.config import consensus_settings, load_config
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.build import build_dataset
from wdmd_tools.predictions import ClipPrediction, PredictedSegment
from wdmd_tools.review.write import ReviewOptions, write_reviews


def mes(dataset: Dataset, annotator: str) -> list[tuple[int, int]]:
    rows = [row for row in dataset.segments.to_pylist() if row["kind"] == "me"]
    return [(r["onset_frame"], r["offset_frame"]) for r in rows if r["annotator"] == annotator]


@pytest.mark.slow
def test_the_reviewed_files_rebuild_the_dataset(tmp_path: Path, face_model: Path) -> None:
    """
    frame (59.94 per second; ELAN's 0 is 100 ms into the film)
    A1, A2    [12 ... 29]                      the consensus
    model                     [36 ... 47]      found beside it, at frames of the clip
    """
    raw, ann = tmp_path / "raw", tmp_path / "ann"
    raw.mkdir()
    rate = Fraction(60000, 1001)
    write_film(raw / "film.mp4", portrait_frames(60), rate)
    spans = [(100, 400, "ME")]
    tiers = (TierText("ME@A1", spans, "P1"), TierText("ME@A2", spans, "P1"))
    state = TierText("State@A1", [(0, 800, "Speaking")], "P1")
    write_eaf_text(ann / "film.eaf", *tiers, state, time_origin="100")
    small = ["crop.size=64"]
    first = build_dataset(
        ann, raw, tmp_path / "data", load_config(None, small), face_model=face_model
    )
    dataset = Dataset.open(first.out)
    clip = next(dataset.iter_clips())
    found = PredictedSegment(Interval(36, 48), 0.9)
    scores = {clip.clip_id: ClipPrediction(clip.clip_id, (found,))}

    write_reviews(dataset, scores, tmp_path / "untouched", ReviewOptions(), videos=raw)
    rule = consensus_settings("review")
    again = build_dataset(
        tmp_path / "untouched", raw, tmp_path / "again", load_config(None, small, rule),
        face_model=face_model,
    )  # fmt: skip
    rebuilt = Dataset.open(again.out)
    assert mes(rebuilt, "A1") == mes(dataset, "A1") == mes(dataset, CONSENSUS)
    assert mes(rebuilt, CONSENSUS) == mes(dataset, CONSENSUS)
    assert rebuilt.frames["is_me"].to_pylist() == dataset.frames["is_me"].to_pylist()
    assert rebuilt.frames["state"].to_pylist() == dataset.frames["state"].to_pylist()

    options = ReviewOptions(fill="model")
    write_reviews(dataset, scores, tmp_path / "model", options, videos=raw)
    taken = build_dataset(
        tmp_path / "model", raw, tmp_path / "taken", load_config(None, small, rule),
        face_model=face_model,
    )  # fmt: skip
    assert mes(Dataset.open(taken.out), CONSENSUS) == [(36, 47)]
    assert mes(Dataset.open(taken.out), "A1") == mes(dataset, "A1")
    # The model is no annotator.
    assert {r["annotator"] for r in Dataset.open(taken.out).segments.to_pylist()} == {
        "A1", "A2", "review", CONSENSUS,
    }  # fmt: skip
