"""ActivityNet JSON of other programs: rounded, for whole films, or wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.submissions.read import read_submission
from wdmd_tools.errors import DataError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import PredictedSegment

FRAME = 1001 / 60000


def _read(tmp_path: Path, dataset: Dataset, results: Any) -> Any:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"results": results}))
    return read_submission(path, dataset)


def test_seconds_with_two_decimals_go_to_the_nearest_frames(
    tmp_path: Path, dataset: Dataset
) -> None:
    # frames of 16.68 ms: 10 begins at 0.16683 s, 21 at 0.35035 s; two decimals give 0.17 and 0.35
    entry = {"segment": [0.17, 0.35], "score": 0.5, "label": "ME"}
    found = _read(tmp_path, dataset, {"rec0_0001": [entry]})
    assert found.predictions["rec0_0001"].segments == (PredictedSegment(Interval(10, 21), 0.5),)
    assert found.notes == ()


def test_seconds_of_a_whole_film_go_to_its_clips(tmp_path: Path, dataset: Dataset) -> None:
    # film       0 ............ 48 ............ 96 .......... 144
    # segment                            [60, 70)                 frames; the second clip's 12 to 22
    segment = [60 * FRAME + 0.001, 70 * FRAME + 0.001]
    found = _read(tmp_path, dataset, {"rec1.mp4": [{"segment": segment, "score": 0.5}]})
    assert set(found.predictions) == {"rec1_0000", "rec1_0001", "rec1_0002"}
    assert found.predictions["rec1_0001"].segments == (PredictedSegment(Interval(12, 22), 0.5),)
    assert found.predictions["rec1_0000"].segments == ()


def test_what_reaches_out_is_cut_and_told(tmp_path: Path, dataset: Dataset) -> None:
    entries = [
        {"segment": [-0.2, 0.1], "score": 0.5},
        {"segment": [0.7, 1.3], "score": 0.4},
        {"segment": [5, 6], "score": 0.3},
        {"segment": [0.3, 0.4], "label": "macro-expression", "score": 0.2},
        {"segment": [0.3, 0.4], "label": "surprise"},
    ]
    found = _read(tmp_path, dataset, {"rec0_0000": entries})
    assert found.predictions["rec0_0000"].segments == (
        PredictedSegment(Interval(0, 6), 0.5),
        PredictedSegment(Interval(18, 24), 1.0, emotion="surprise"),
        PredictedSegment(Interval(42, 48), 0.4),
    )
    assert [note.split(" ")[0] for note in found.notes] == ["2", "1", "1", "1"]
    assert "cut" in found.notes[0]
    assert "in no clip" in found.notes[1]
    assert "macro" in found.notes[2]
    assert "no score" in found.notes[3]


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ({"rec0_001": []}, r"results: video 'rec0_001' is neither .* did you mean 'rec0_0001'\?"),
        ({"rec0_0001": 3}, r"results\['rec0_0001'\]: expected a list of segments, got a number"),
        (
            {"rec0_0001": [[0, 1]]},
            r"\[0\]: expected an object with segment, score, label; got a list",
        ),
        (
            {"rec0_0001": [{"segment": [1]}]},
            r"segment is \[1\], expected \[start, end\] in seconds",
        ),
        ({"rec0_0001": [{"segment": [1, "a"]}]}, r"expected \[start, end\] in seconds"),
        ({"rec0_0001": [{"segment": [0.4, 0.2]}]}, r"ends at 0.2 s, not after its start at 0.4 s"),
        ({"rec0_0001": [{"segment": [0, 1], "score": "x"}]}, r"score is 'x', expected a number"),
        ([], r"expected an object under 'results'"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, dataset: Dataset, results: Any, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        _read(tmp_path, dataset, results)


def test_a_ground_truth_or_no_json_at_all(tmp_path: Path, dataset: Dataset, folder: Path) -> None:
    with pytest.raises(DataError, match="holds a ground truth"):
        read_submission(folder / "exported/activitynet/ground_truth.json", dataset)
    path = tmp_path / "twice.json"
    path.write_text('{"results": {"rec0_0000": [], "rec0_0000": []}}')
    with pytest.raises(DataError, match="key 'rec0_0000' stands twice"):
        read_submission(path, dataset)
    path = tmp_path / "broken.json"
    path.write_text("{")
    with pytest.raises(DataError, match="not valid JSON"):
        read_submission(path, dataset)
