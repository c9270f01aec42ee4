"""Format twin -> `wdmd import` -> datasets.toml -> `bench datasets` -> `bench run` -> leaderboard."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import wdmd_tools.cli as wdmd
from benchmarks.cli import app as bench
from wdmd_tools.synth.twins.render import render_twin

pytestmark = pytest.mark.slow
wdmd._register()
FILE = """
[samm]
path = "data/samm"
release = "released"
protocol = "loso"
"""


def run(app: object, *words: str) -> str:
    done = CliRunner().invoke(app, list(words))  # type: ignore[arg-type]
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_twin_goes_from_its_release_to_the_leaderboard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    twin = render_twin("samm", tmp_path / "released", subjects=3)
    Path("datasets.toml").write_text(FILE, encoding="utf-8")

    before = json.loads(run(bench, "datasets", "samm", "--json"))["datasets"][0]
    assert before["state"] == "not imported"
    command = before["import_command"].split()
    assert command == ["wdmd", "import", "samm", "released", "--out", "data/samm"]
    run(wdmd.app, *command[1:], "--size", "64", "--no-report")
    run(wdmd.app, "split", "data/samm", "--name", "loso", "--loso")

    (after,) = json.loads(run(bench, "datasets", "samm", "--json", "--check"))["datasets"]
    assert after["state"] == "ready"
    assert after["synthetic"] is True
    assert after["check"]["whole"] is True
    assert after["check"]["differences"] == []  # a twin has no publication
    assert after["counts"]["me"] == twin.micro_expressions
    assert sum(after["counts"]["emotions"].values()) == twin.micro_expressions

    run(bench, "run", "--models", "never,always", "--json")
    board = Path("leaderboard")
    text = (board / "leaderboard.md").read_text(encoding="utf-8")
    assert "## All datasets" in text
    assert "SAMM (synthetic), loso" in text
    assert "cut around one micro-expression" in text
    rows = list(
        csv.DictReader(io.StringIO((board / "leaderboard.csv").read_text(encoding="utf-8")))
    )
    mine = {
        row["metric"]: row for row in rows if row["source"] == "rerun" and row["model"] == "always"
    }
    assert int(mine["f1_megc"]["n_references"]) == twin.micro_expressions
    assert mine["f1_megc"]["value"] != ""
    assert mine["f1_dr"]["value"] == ""  # nobody's state is known
    assert "strs" in mine
