"""The `bench` command line: each command at work, and each refusing wrong calls."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from builders import tiny_dataset
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.datasets import KNOWN
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, write_predictions

RUNNER = CliRunner()


@pytest.fixture(name="dataset")
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.chdir(tmp_path)
    return tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, with_crops=True)


def test_list_names_models_and_datasets(dataset: Dataset) -> None:
    done = RUNNER.invoke(app, ["list"])
    assert done.exit_code == 0
    assert "lbp-top" in done.stdout
    assert "missing:" in done.stdout
    found = json.loads(RUNNER.invoke(app, ["list", "--json"]).stdout)
    assert "meldae" in [model["name"] for model in found["models"]]
    ready = {one["name"]: one["ready"] for one in found["datasets"]}
    assert ready["tiny"] is True
    assert ready["samm"] is False


def test_list_refuses_a_wrong_configuration(dataset: Dataset) -> None:
    Path("bench.yaml").write_text("datset: {}\n")
    done = RUNNER.invoke(app, ["list"])
    assert done.exit_code == 2
    assert "datset" in done.stderr


def test_run_writes_a_leaderboard_and_then_has_nothing_to_do(dataset: Dataset) -> None:
    done = RUNNER.invoke(app, ["run", "--models", "never,always"])
    assert done.exit_code == 0, done.stderr
    assert "no dataset configured: using data" in done.stderr
    assert "2 jobs to run, 0 already done" in done.stderr
    assert "always" in done.stdout
    for suffix in ("md", "csv", "html", "png"):
        assert Path(f"leaderboard/leaderboard.{suffix}").stat().st_size > 100
    again = RUNNER.invoke(app, ["run", "--models", "never,always", "--json"])
    assert again.exit_code == 0
    assert "0 jobs to run, 2 already done" in again.stderr
    board = json.loads(again.stdout)
    assert [row["model"] for row in board["tables"][0]["rows"]] == ["never", "always"]
    assert {one["dataset"] for one in board["missing"]} == set(KNOWN)
    tables = RUNNER.invoke(app, ["leaderboard", "--json", "--out", "other"])
    assert json.loads(tables.stdout)["tables"] == board["tables"]


def test_run_all_plans_every_model(dataset: Dataset) -> None:
    done = RUNNER.invoke(app, ["run", "--all", "--dry-run", "--seeds", "2", "--json"])
    assert done.exit_code == 0
    jobs = json.loads(done.stdout)["jobs"]
    listed = json.loads(RUNNER.invoke(app, ["list", "--json"]).stdout)["models"]
    assert len(jobs) == 2 * len(listed)
    assert not Path("results").exists()


def test_run_ends_with_4_when_a_job_failed_and_still_writes(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("bench.yaml").write_text(
        textwrap.dedent(
            """
            datasets:
              lab: { path: data }
              gone: { path: nowhere }
            models:
              broken: { target: "no_such_module:Model", display: "Broken [red]" }
            """
        )
    )
    done = RUNNER.invoke(app, ["run", "--models", "never,broken"])
    assert done.exit_code == 4
    assert "1 jobs failed" in done.stderr
    assert "no_such_module" in done.stderr
    assert "gone: missing: nowhere: no such folder" in done.stderr
    text = Path("leaderboard/leaderboard.md").read_text(encoding="utf-8")
    assert "Broken \\[red]" in text
    assert "failed: ConfigError" in text
    assert "| gone | missing: nowhere" in text


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["run"], 2, "say which models: --all, --models a,b"),
        (["run", "--all", "--models", "never"], 2, "give one of --all, --models a,b"),
        (["run", "--models", "nevr"], 2, "did you mean 'never'?"),
        (["run", "--all", "--data", "typo"], 2, "--data typo: no such folder"),
        (["run", "--all", "--config", "typo.yaml"], 2, "typo.yaml: no such file"),
        (["score", "typo"], 2, "typo: no such file or folder"),
        (["score", ".", "--split", "tset"], 2, "did you mean 'test'?"),
        (["score", "."], 2, "holds neither predictions.parquet nor .eaf files"),
        (["leaderboard", "typo"], 3, "typo: no results here"),
    ],
)
def test_wrong_calls_end_in_one_line(
    dataset: Dataset, arguments: list[str], code: int, message: str
) -> None:
    done = RUNNER.invoke(app, arguments)
    assert done.exit_code == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_run_without_any_dataset_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = RUNNER.invoke(app, ["run", "--all"])
    assert done.exit_code == 3
    assert "make demo" in done.stderr


def test_score_takes_anyones_predictions(dataset: Dataset, tmp_path: Path) -> None:
    """One perfect clip, nothing said about the others."""
    clips = list(dataset.iter_clips("test"))
    with_me = next(clip for clip in clips if clip.has_me)
    (reference,) = dataset.reference_intervals(with_me.clip_id)
    said = [
        ClipPrediction(with_me.clip_id, (PredictedSegment(reference, 0.9),), p_me=0.9, p_state=0.9)
    ]
    write_predictions(tmp_path / "mine", said)
    done = RUNNER.invoke(app, ["score", "mine", "--json"])
    assert done.exit_code == 0, done.stderr
    assert f"{len(clips) - 1} of {len(clips)} clips have no prediction" in done.stderr
    found = json.loads(done.stdout)
    assert found["n_references"] == sum(len(dataset.reference_intervals(c.clip_id)) for c in clips)
    assert sum(one["tp"] for one in found["counts"].values()) == 1
    assert sum(one["fp"] for one in found["counts"].values()) == 0
    assert found["metrics"]["precision"]["value"] == 1.0
    assert found["metrics"]["acc_me"]["value"] is None
    assert found["metrics"]["onset_mae_ms"]["value"] == 0.0
    assert found["undefined"]["acc_me"] == "not every clip has a p_me"
    assert "precision" not in found["undefined"]
    missed = 1 - 1 / found["n_references"]
    assert found["metrics"]["share_missed"]["value"] == pytest.approx(missed)
    text = RUNNER.invoke(app, ["score", "mine"])
    assert text.exit_code == 0
    assert "precision" in text.stdout
    assert "0.0 ms" in text.stdout
    assert "n/a (not every clip has a p_me)" in text.stdout


def test_score_refuses_predictions_for_other_data(dataset: Dataset, tmp_path: Path) -> None:
    segment = PredictedSegment(Interval(0, 3), 0.5)
    write_predictions(tmp_path / "mine", [ClipPrediction("elsewhere", (segment,))])
    done = RUNNER.invoke(app, ["score", "mine"])
    assert done.exit_code == 3
    assert "clip 'elsewhere' is not in data" in done.stderr


def test_score_works_without_torch(dataset: Dataset, tmp_path: Path) -> None:
    write_predictions(tmp_path / "mine", [])
    code = """
        import sys
        class Refuse:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {"torch", "timm", "meldae", "sklearn", "numba", "av"}:
                    raise ImportError(name + " is not installed")
        sys.meta_path.insert(0, Refuse())
        from benchmarks.cli import app
        app(["score", "mine", "--json"], standalone_mode=False)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["unpredicted"] > 0


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, benchmarks.cli; print('numpy' in sys.modules, 'pyarrow' in sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_compare_says_whether_a_difference_is_shown(dataset: Dataset) -> None:
    assert RUNNER.invoke(app, ["run", "--models", "never,always"]).exit_code == 0
    done = RUNNER.invoke(app, ["compare", "never", "always", "--metric", "acc_me", "--json"])
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)["comparisons"]
    assert [one["dataset"] for one in found] == ["tiny"]
    assert found[0]["value"] == pytest.approx(found[0]["second"] - found[0]["first"])
    text = RUNNER.invoke(app, ["compare", "never", "always", "--metric", "acc_me"]).stdout
    assert "always" in text
    wrong = RUNNER.invoke(app, ["compare", "never", "alway"])
    assert wrong.exit_code == 2
    assert "did you mean 'always'" in wrong.stderr


def test_every_fold_of_a_named_split_is_run_and_counted_once(dataset: Dataset) -> None:
    from wdmd_tools.split.make import make_folds
    from wdmd_tools.split.stored import write_split

    write_split(dataset, make_folds(dataset, "two", "subject", 2, 0.0, seed=0))
    done = RUNNER.invoke(app, ["run", "--models", "never", "--protocol", "two", "--json"])
    assert done.exit_code == 0, done.stderr
    (table,) = json.loads(done.stdout)["tables"]
    assert (table["protocol"], table["n_clips"]) == ("two", dataset.clips.num_rows)
    again = RUNNER.invoke(app, ["run", "--models", "never", "--protocol", "two"])
    assert "0 jobs to run, 2 already done" in again.stderr
    wrong = RUNNER.invoke(app, ["run", "--models", "never", "--protocol", "too"])
    assert wrong.exit_code == 3
    assert "did you mean 'two'" in wrong.stderr
