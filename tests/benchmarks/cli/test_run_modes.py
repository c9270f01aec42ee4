"""`bench run`: what is run, how much it would cost, and what it may use."""

import json
from pathlib import Path

import pytest
from builders import tiny_dataset
from typer.testing import CliRunner

from benchmarks.cli import app

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, with_crops=True)


def test_an_estimate_comes_from_what_is_finished_and_only_cache_runs_nothing() -> None:
    assert RUNNER.invoke(app, ["run", "--models", "never"]).exit_code == 0
    words = ["run", "--models", "never,always", "--seeds", "2"]
    plan = json.loads(RUNNER.invoke(app, [*words, "--dry-run", "--json"]).stdout)
    costs = {(one["model"], one["seed"]): one["estimate"] for one in plan["jobs"]}
    assert set(costs) == {("never", 1), ("always", 0), ("always", 1)}
    assert costs["never", 1]["sources"] == 1
    assert costs["never", 1]["seconds"] > 0
    assert costs["never", 1]["memory_bytes"] > 1e7
    assert costs["never", 1]["disk_bytes"] > 1000
    assert costs["always", 0] == {
        "seconds": None,
        "memory_bytes": None,
        "disk_bytes": None,
        "sources": 0,
        "same_data": False,
    }
    assert plan["estimate"]["unknown_jobs"] == 2
    said = RUNNER.invoke(app, [*words, "--dry-run"]).stdout
    assert "not counted: 2 of 3 jobs, of which nothing is known" in " ".join(said.split())

    cached = RUNNER.invoke(app, ["run", "--models", "never,always", "--only-cache", "--json"])
    assert cached.exit_code == 4
    assert "1 of 2 jobs are not finished, the first is always on tiny" in cached.stderr
    (table,) = json.loads(cached.stdout)["tables"]
    rows = {row["model"]: row for row in table["rows"]}
    assert rows["never"]["status"] == "ok"
    assert rows["always"]["metrics"] == {}
    assert not Path("results/tiny/holdout/always").exists()
    assert RUNNER.invoke(app, ["run", "--models", "never", "--only-cache"]).exit_code == 0


def test_a_smoke_run_says_which_models_run_and_leaves_no_board() -> None:
    Path("bench.yaml").write_text("models: { gone: { target: 'no_such_module:Model' } }\n")
    words = ["run", "--models", "never,gone", "--smoke", "--jobs", "2", "--json"]
    done = RUNNER.invoke(app, words)
    assert done.exit_code == 4
    assert "1 jobs failed, the first is gone on tiny" in done.stderr
    said = {one["model"]: one for one in json.loads(done.stdout)["smoke"]}
    assert said["never"]["status"] == "ok"
    assert "no_such_module" in said["gone"]["error"]
    assert not Path("leaderboard").exists()
    assert not Path("results/manifest.json").exists()
    assert Path("results/smoke/tiny/holdout/never/fold0-seed0/result.json").is_file()
    # The folder of the smoke run, given as one of results, has none.
    board = RUNNER.invoke(app, ["leaderboard", "results/smoke", "--json", "--out", "x"])
    assert "never" not in board.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--force", "--only-cache"], "give one of --only-missing, --force and --only-cache"),
        (["--smoke", "--only-cache"], "--smoke: not with --only-cache"),
        (["--smoke", "--dry-run"], "--smoke: not with --dry-run"),
        (["--time-limit", "soon"], "--time-limit soon: expected a duration such as 90s"),
        (["--memory-limit", "4"], "--memory-limit 4: expected a size such as 800MB or 4GB"),
        (["--engine", "slurm"], "unknown engine 'slurm'; known: local, ray"),
        (["--gpus-per-job", "1"], "--gpus-per-job: only with --engine ray"),
        (["--address", "auto"], "--address: only with --engine ray"),
    ],
)
def test_wrong_calls_end_in_one_line(arguments: list[str], message: str) -> None:
    done = RUNNER.invoke(app, ["run", "--models", "never", *arguments])
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not Path("results").exists()
