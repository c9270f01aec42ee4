"""`wdmd export` as people type it."""

import json
from pathlib import Path

import pytest
import typer
from builders import tiny_dataset
from typer.testing import CliRunner

from wdmd_tools.cli.console import friendly
from wdmd_tools.cli.export import export

app = typer.Typer()
app.command()(friendly(export))
runner = CliRunner()


def test_json_names_every_file(tmp_path: Path) -> None:
    tiny_dataset(tmp_path / "my data", n_recordings=1)
    arguments = [str(tmp_path / "my data"), "--to", "csv", "--out", str(tmp_path / "o")]
    result = runner.invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert sorted(told["files"]) == ["clips.csv", "codebook.csv", "segments.csv"]
    assert told["bytes"] == sum((tmp_path / "o" / name).stat().st_size for name in told["files"])
    assert "csv: 3 files" in runner.invoke(app, arguments).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "cvs"], "did you mean 'csv'"),
        (["--to", "hf", "--crops", "lnk"], "did you mean 'link'"),
        (["--to", "csv", "--predictions", "p"], "csv holds no predictions"),
        (["--to", "hf", "--keep-geometry"], "is for annotations only"),
    ],
)
def test_wrong_options_are_told_in_a_line(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    tiny_dataset(tmp_path / "d", n_recordings=1)
    out = ["--out", str(tmp_path / "o")]
    result = runner.invoke(app, [str(tmp_path / "d"), *arguments, *out])
    assert result.exit_code == 2
    assert message in result.output.replace("\n", " ")
    assert "Traceback" not in result.output
    assert not (tmp_path / "o").exists()


def test_without_a_dataset_it_says_how_to_make_one(tmp_path: Path) -> None:
    result = runner.invoke(app, [str(tmp_path), "--to", "csv", "--out", str(tmp_path / "o")])
    assert result.exit_code == 3
    assert "wdmd build" in result.output
