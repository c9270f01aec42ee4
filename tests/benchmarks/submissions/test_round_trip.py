"""The same predictions score the same in every format."""

from pathlib import Path

import pytest

from benchmarks.scoring import score_predictions
from benchmarks.submissions.read import detect_format, read_submission
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction

FILES = {
    "activitynet": "exported/activitynet/predictions.json",
    "megc": "exported/megc/predictions.csv",
    "elan": "eaf",
}


@pytest.mark.parametrize("kind", FILES)
def test_segments_and_score_are_those_of_the_parquet_folder(
    kind: str, folder: Path, dataset: Dataset, said: list[ClipPrediction]
) -> None:
    path = folder / FILES[kind]
    found = read_submission(path, dataset)
    assert detect_format(path) == found.format == kind
    assert set(found.predictions) == {one.clip_id for one in said}
    for one in said:
        mine = found.predictions[one.clip_id].segments
        assert [s.interval for s in mine] == sorted(s.interval for s in one.segments), one.clip_id
        if kind != "megc":  # which has no scores
            expected = [s.score for s in sorted(one.segments, key=lambda s: s.interval)]
            assert [s.score for s in mine] == pytest.approx(expected, abs=1e-3)
    plain = score_predictions(dataset, read_submission(folder, dataset).predictions)
    score = score_predictions(dataset, found.predictions)
    assert score.events == plain.events
    assert score.unpredicted == plain.unpredicted == 0
    assert score.total.total.tp > 0
    assert score.total.total.fp > 0


def test_only_megc_has_no_scores(folder: Path, dataset: Dataset) -> None:
    for kind, file in FILES.items():
        notes = read_submission(folder / file, dataset).notes
        assert any("have no score" in note for note in notes) == (kind == "megc")
        assert len(notes) == (kind == "megc")
