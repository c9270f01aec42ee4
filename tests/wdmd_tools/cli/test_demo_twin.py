"""`wdmd demo --as`."""

import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from wdmd_tools.cli.console import friendly
from wdmd_tools.cli.demo import demo

app = typer.Typer()
app.command()(friendly(demo))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_json_and_then_text(tmp_path: Path) -> None:
    out = tmp_path / "my twin"
    words = ["--as", "casme2", "--subjects", "1", "--size", "128", "--out", out]
    first = run(*words, "--json")
    assert first.exit_code == 0
    document = json.loads(first.stdout)
    assert document["name"] == "casme2"
    assert document["rendered"] == document["videos"] == 1
    assert document["synthetic"] is True
    assert Path(document["truth"]).is_file()
    again = run(*words)
    assert "0 videos rendered now" in again.stdout
    assert f'wdmd import casme2 "{out}" --out data' in again.stdout


@pytest.mark.parametrize(
    "extra",
    [["--fps", "30"], ["--from", "film.mp4"], ["--me-rate", "0.5"], ["--layout", "files"]],
)
def test_options_of_the_other_modes_are_refused(extra: list[str], tmp_path: Path) -> None:
    done = run("--as", "samm", "--out", tmp_path / "a", *extra)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: {extra[0]}: not with --as")
    assert not done.stdout
    assert not (tmp_path / "a").exists()


def test_an_unknown_data_set_is_told(tmp_path: Path) -> None:
    done = run("--as", "smick", "--out", tmp_path / "a")
    assert done.exit_code == 2
    assert "did you mean 'smic'?" in done.stderr
