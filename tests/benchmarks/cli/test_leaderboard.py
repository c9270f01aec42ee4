"""`bench leaderboard`: its files, its options, and wrong calls."""

import json
from pathlib import Path

import pytest
from builders import tiny_dataset
from finished import finished, said
from typer.testing import CliRunner

from benchmarks.cli import app
from wdmd_tools.manifest import Dataset

RUNNER = CliRunner()


@pytest.fixture(name="dataset")
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.chdir(tmp_path)
    dataset = tiny_dataset(tmp_path / "data", n_recordings=2, clips_per_recording=1, n_frames=20)
    clips = [clip.clip_id for clip in dataset.iter_clips()]
    models = {"one": [said(clip, (2, 8)) for clip in clips], "two": [said(clip) for clip in clips]}
    extras = {"oracle_f1_dr": 0.625}
    finished(tmp_path / "results", dataset, models, extras=extras)
    return dataset


def test_it_writes_every_file_and_the_pages_of_clips(dataset: Dataset) -> None:
    done = RUNNER.invoke(app, ["leaderboard", "--json"])
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert [Path(path).suffix for path in found["files"]] == [
        ".md", ".csv", ".html", ".tex", ".png",
    ]  # fmt: skip
    assert all(Path(path).is_file() for path in found["files"])
    assert found["tables"][0]["rows"][0]["submitted"] is False
    assert found["average_ranks"] == {}
    link = "clips/tiny-holdout/index.html"
    assert link in Path("leaderboard/leaderboard.html").read_text(encoding="utf-8")
    assert (Path("leaderboard") / link).is_file()
    assert "0.625" not in done.stdout


def test_without_clips_nothing_links_to_them(dataset: Dataset) -> None:
    done = RUNNER.invoke(app, ["leaderboard", "--no-clips", "--oracle", "--json"])
    assert done.exit_code == 0, done.stderr
    assert not Path("leaderboard/clips").exists()
    text = Path("leaderboard/leaderboard.html").read_text(encoding="utf-8")
    assert "clips/" not in text
    assert "NOT A RESULT" in text
    told = json.loads(done.stdout)["oracle_f1_dr_not_a_result"]
    assert told == {"tiny holdout": {"one": 0.625, "two": 0.625}}


def test_data_that_moved_are_found_again(dataset: Dataset) -> None:
    dataset.root.rename("moved")
    done = RUNNER.invoke(app, ["leaderboard"])
    assert done.exit_code == 0
    assert "give the folder with bench leaderboard --data" in done.stderr
    assert not Path("leaderboard/clips").exists()
    assert RUNNER.invoke(app, ["leaderboard", "--data", "moved"]).exit_code == 0
    assert Path("leaderboard/clips/tiny-holdout/index.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["typo"], 3, "typo: no results here"),
        (["--data", "typo"], 2, "--data typo: no dataset here"),
        (["--media", "-1"], 2, "--media"),
    ],
)
def test_wrong_calls_end_in_one_line(
    dataset: Dataset, arguments: list[str], code: int, message: str
) -> None:
    done = RUNNER.invoke(app, ["leaderboard", *arguments])
    assert done.exit_code == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
