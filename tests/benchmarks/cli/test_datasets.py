import json
from pathlib import Path

import pytest
from builders import tiny_dataset
from typer.testing import CliRunner

from benchmarks.catalogue.read import known_datasets
from benchmarks.cli import app

RUNNER = CliRunner()


@pytest.fixture(name="places")
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tiny_dataset(tmp_path / "built", n_recordings=3, clips_per_recording=1, with_crops=True)
    Path("datasets.toml").write_text('[lab]\npath = "built"\n', encoding="utf-8")
    return tmp_path


def test_all_known_ones_are_listed_without_any_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = RUNNER.invoke(app, ["datasets"])
    assert done.exit_code == 0
    for one in known_datasets().values():
        assert f"{one.name}: {one.display}" in done.stdout
    assert "wdmd import casme2sq RELEASE --out data/casme2sq" in done.stdout
    found = json.loads(RUNNER.invoke(app, ["datasets", "--json"]).stdout)["datasets"]
    assert [one["name"] for one in found] == list(known_datasets())
    assert {one["state"] for one in found} == {"not named"}


def test_the_file_names_what_is_there(places: Path) -> None:
    found = json.loads(RUNNER.invoke(app, ["datasets", "--json", "--check"]).stdout)["datasets"]
    lab = found[0]
    assert (lab["name"], lab["state"], lab["counts"]["clips"]) == ("lab", "ready", 3)
    assert lab["check"]["whole"] is True
    again = RUNNER.invoke(app, ["datasets", "lab", "--check"])
    assert again.exit_code == 0
    assert "3 crops are as they were built" in again.stdout
    assert "samm" not in again.stdout


def test_a_damaged_crop_ends_in_exit_code_4(places: Path) -> None:
    crop = min((places / "built" / "crops").iterdir())
    crop.write_bytes(b"no film")
    done = RUNNER.invoke(app, ["datasets", "--check", "lab"])
    assert done.exit_code == 4
    assert "is not the file that was built" in done.stdout
    assert "not whole, or not there: lab" in done.stderr


def test_a_named_dataset_that_is_not_there_fails_the_check_only(places: Path) -> None:
    Path("other.toml").write_text('[samm]\npath = "samm"\n', encoding="utf-8")
    assert RUNNER.invoke(app, ["datasets", "samm", "--datasets", "other.toml"]).exit_code == 0
    done = RUNNER.invoke(app, ["datasets", "samm", "--datasets", "other.toml", "--check"])
    assert done.exit_code == 4


def test_run_takes_the_datasets_of_the_file(places: Path) -> None:
    done = RUNNER.invoke(app, ["run", "--models", "never", "--dry-run"])
    assert done.exit_code == 0, done.stderr
    assert "never on lab (holdout" in done.stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["datasets", "sam"], 2, "did you mean 'samm'"),
        (["datasets", "--datasets", "no.toml"], 2, "no.toml: no such file"),
        (["datasets", "--data", "nowhere"], 2, "--data nowhere: no such folder"),
        (["run", "--all", "--datasets", "no.toml"], 2, "no.toml: no such file"),
    ],
)
def test_wrong_calls(places: Path, arguments: list[str], code: int, said: str) -> None:
    done = RUNNER.invoke(app, arguments)
    assert done.exit_code == code
    assert said in done.stderr


def test_commands_that_open_no_dataset_do_not_mind_a_wrong_file(places: Path) -> None:
    Path("datasets.toml").write_text("[lab]\nfolder = 1\n", encoding="utf-8")
    assert RUNNER.invoke(app, ["datasets"]).exit_code == 2
    assert RUNNER.invoke(app, ["list"]).exit_code == 2
    done = RUNNER.invoke(app, ["reproduce", "nowhere.json"])
    assert "nowhere.json: no such file" in done.stderr
