"""The clip of the picture is chosen by annotation alone, and wrong calls are told."""

from pathlib import Path

import pytest
from builders import tiny_dataset
from typer.testing import CliRunner

from benchmarks.case import choose_clip, draw_case
from benchmarks.cli import app
from wdmd_tools.errors import DataError, UnknownNameError
from wdmd_tools.manifest import Dataset


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    tiny_dataset(tmp_path / "data", seed=1, with_crops=True)
    return Dataset.open(tmp_path / "data")


def test_chosen_clip_is_of_the_test_split_and_holds_an_me(dataset: Dataset) -> None:
    clip = choose_clip(dataset)
    assert clip.split == "test"
    assert clip.has_me
    assert choose_clip(dataset) == clip


def test_an_unknown_clip_is_named(dataset: Dataset) -> None:
    with pytest.raises(UnknownNameError, match="unknown clip 'nope'"):
        choose_clip(dataset, "nope")


def test_no_results_is_told_with_the_cure(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="bench run"):
        draw_case(dataset, tmp_path / "none", ["meldae"], tmp_path / "a.png")
    arguments = ["report", "--data", str(dataset.root), "--results", str(tmp_path / "none")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 3
    assert "Traceback" not in done.output


def test_a_finished_job_is_drawn(dataset: Dataset, tmp_path: Path) -> None:
    run = ["run", "--models", "random", "--data", str(dataset.root), "--out", str(tmp_path / "r")]
    run += ["--leaderboard", str(tmp_path / "lb"), "--runs", str(tmp_path / "runs")]
    done = CliRunner().invoke(app, run)
    assert done.exit_code == 0, done.output
    picture = tmp_path / "case.png"
    clip = draw_case(dataset, tmp_path / "r", ["random"], picture)
    assert clip.has_me
    assert picture.read_bytes().startswith(b"\x89PNG")
