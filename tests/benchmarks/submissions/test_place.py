"""A submission on the leaderboard."""

import json
from pathlib import Path

import pytest

from benchmarks.leaderboard import read_leaderboard
from benchmarks.results import JobKey, JobResult, read_results, write_result
from benchmarks.scoring import score_predictions
from benchmarks.submissions.place import place_submission
from benchmarks.submissions.read import read_submission
from benchmarks.summary import point_values
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset


def _place(results: Path, dataset: Dataset, folder: Path, name: str = "my-model") -> Path:
    submission = read_submission(folder, dataset)
    score = score_predictions(dataset, submission.predictions)
    return place_submission(results, dataset, name, folder, submission, score)


def test_it_becomes_a_row_that_says_what_it_is(
    tmp_path: Path, dataset: Dataset, folder: Path
) -> None:
    where = _place(tmp_path, dataset, folder)
    (result,) = read_results(tmp_path)
    assert where == result.job.folder(tmp_path)
    assert (result.group, result.status) == ("user", "ok")
    assert result.facts["submitted"] is True
    assert result.facts["format"] == "parquet"
    assert len(result.facts["sha256"]) == 64
    plain = score_predictions(dataset, read_submission(folder, dataset).predictions)
    assert result.metrics == point_values(plain)
    again = score_predictions(dataset, read_submission(where, dataset).predictions)
    assert again.events == plain.events
    (table,) = read_leaderboard(tmp_path, draws=50).tables
    (row,) = table.rows
    assert (row.model, row.group, row.submitted) == ("my-model", "user", True)
    assert row.estimates["f1"].value == plain.total.total.f1


def test_a_second_one_of_the_same_name_replaces_the_first(
    tmp_path: Path, dataset: Dataset, folder: Path
) -> None:
    _place(tmp_path, dataset, folder)
    _place(tmp_path, dataset, folder / "exported/megc/predictions.csv")
    (result,) = read_results(tmp_path)
    assert result.facts["format"] == "megc"
    assert result.facts["notes"]


def test_names_that_are_taken_or_no_names(tmp_path: Path, dataset: Dataset, folder: Path) -> None:
    for name, message in (
        ("../x", "use letters, digits"),
        ("never", "a registered model is called so"),
    ):
        with pytest.raises(ConfigError, match=message):
            _place(tmp_path, dataset, folder, name)
    key = JobKey(dataset="tiny", protocol="holdout", model="mine")
    run = JobResult(job=key, job_hash="0", status="ok", display="mine", data_hash="0")
    write_result(key.folder(tmp_path), run)
    with pytest.raises(ConfigError, match="of that name that was run here"):
        _place(tmp_path, dataset, folder, "mine")


def test_results_of_another_dataset_of_the_same_name(
    tmp_path: Path, dataset: Dataset, folder: Path
) -> None:
    _place(tmp_path, dataset, folder)
    path = tmp_path / "tiny" / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"data_hash": "other"}))
    with pytest.raises(ConfigError, match="another dataset or build called 'tiny'"):
        _place(tmp_path, dataset, folder, "second")
