"""`bench add-model`: what it writes runs."""

import json
from pathlib import Path

import pytest
from builders import tiny_dataset
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.results import read_results

RUNNER = CliRunner()


def test_what_it_writes_is_run_by_the_command_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_dataset(tmp_path / "data", n_recordings=5, with_crops=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    done = RUNNER.invoke(app, ["add-model", "my-model", "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["command"] == "bench run --models my-model --data data"
    assert said["registered"]
    assert len([line for line in (tmp_path / "my_model.py").read_text().splitlines() if line]) < 40
    ran = RUNNER.invoke(app, said["command"].split()[1:])
    assert ran.exit_code == 0, ran.output
    (result,) = read_results(tmp_path / "results")
    assert (result.status, result.job.model, result.group) == ("ok", "my-model", "user")
    score = result.counts()
    assert score is not None
    # The tiny clips have MEs that shift half of the picture: it finds some.
    assert score.total.total.tp > 0
    # An edited model is run again.
    path = tmp_path / "my_model.py"
    path.write_text(path.read_text().replace("axis=(1, 2)", "axis=(2, 1)"))
    again = RUNNER.invoke(app, [*said["command"].split()[1:], "--dry-run"])
    assert "1 jobs to run, 0 already done" in again.output


def test_an_existing_bench_yaml_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bench.yaml").write_text("datasets: {}\n")
    done = RUNNER.invoke(app, ["add-model", "2nd try"])
    assert done.exit_code == 2
    done = RUNNER.invoke(app, ["add-model", "2nd-try", "--out", "second.py"])
    assert done.exit_code == 0, done.output
    assert Path("bench.yaml").read_text() == "datasets: {}\n"
    assert 'target: "second:Model2ndTry"' in done.stdout
    assert "bench.yaml is there already; add this to it" in done.stdout
    assert "class Model2ndTry(Spotter)" in Path("second.py").read_text()


def test_a_configuration_elsewhere_is_named_in_the_command(tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["add-model", "mine", "--out", str(tmp_path / "mine.py"), "--json"])
    assert json.loads(done.stdout)["command"] == (
        f"bench run --models mine --config {tmp_path / 'bench.yaml'} --data data"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["never"], "a model is called so already"),
        (["a/b"], "use letters, digits"),
        (["mine", "--out", "my-file.py"], "expected a Python file whose name is letters"),
        (["mine", "--out", "mine.txt"], "expected a Python file"),
        (["mine", "--out", "nowhere/mine.py"], "there is no folder nowhere"),
        (["numpy"], "there is a Python module 'numpy' already"),
        (["taken"], "is there already; choose another --out"),
    ],
)
def test_what_is_wrong_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("taken.py").write_text("")
    done = RUNNER.invoke(app, ["add-model", *arguments])
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())
    assert not Path("bench.yaml").exists()
