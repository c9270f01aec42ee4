import json

import pytest
import typer
from builders import clip_row, segment_row, tiny_dataset, write_dataset
from typer.testing import CliRunner

from wdmd_tools.cli.agreement import agreement
from wdmd_tools.cli.console import friendly

app = typer.Typer()
app.command()(friendly(agreement))


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agreement") / "data"
    tiny_dataset(folder)
    return folder


def test_json_is_one_document_and_nothing_else(data):
    result = run(data, "--json", "--draws", 200)
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["overall"]["alpha_state"]["value"] == pytest.approx(0.95, abs=0.05)
    assert len(document["pairs"]) == 3


def test_without_an_argument_it_reads_data(data, monkeypatch):
    monkeypatch.chdir(data.parent)
    result = run("--draws", 50)
    assert result.exit_code == 0
    assert "ann1 / ann2" in result.stdout
    assert "alpha, speaking or not" in result.stdout


def test_out_writes_the_tables_and_pictures(data, tmp_path):
    result = run(data, "--out", tmp_path / "o", "--json", "--draws", 50, "--cluster", "recording")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads((tmp_path / "o/agreement.json").read_text())
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert names == {"agreement.json", "agreement.md", "agreement.png", "agreement.svg"}


def test_no_dataset_is_one_line_with_the_cure(tmp_path):
    result = run(tmp_path)
    assert result.exit_code == 3
    assert "no dataset here" in result.stderr
    assert "wdmd build" in result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout


def test_one_annotator_is_an_error(tmp_path):
    rows = [segment_row("c0", "[bold]eva", 0, 9, "state", "speaking")]
    write_dataset(tmp_path, [clip_row("c0", 10)], rows)
    result = run(tmp_path, "--json")
    assert result.exit_code == 3
    assert "found 1 ([bold]eva)" in result.stderr


def test_an_unknown_cluster_gets_a_hint(data):
    result = run(data, "--cluster", "recordin")
    assert result.exit_code == 2
    assert "did you mean 'recording'" in result.stderr
