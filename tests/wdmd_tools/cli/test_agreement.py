import json

import pympi
import pytest
import typer
from builders import clip_row, segment_row, tiny_dataset, write_dataset
from typer.testing import CliRunner

from wdmd_tools.cli.agreement import agreement
from wdmd_tools.cli.console import friendly
from wdmd_tools.intervals import Interval
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, write_predictions

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
    pictures = {f"{stem}{suffix}" for stem in ("agreement", "worst") for suffix in (".png", ".svg")}
    tables = {"agreement.json", "agreement.md", "disagreements.csv"}
    assert names == pictures | tables | {"adjudicate"}
    written = sorted((tmp_path / "o/adjudicate").iterdir())
    assert [path.name for path in written] == [f"rec{n}_adjudicate.eaf" for n in range(4)]
    tiers = pympi.Eaf(str(written[0]), suppress_version_warning=True).get_tier_names()
    assert {"ME@ann1", "ME@ann2", "ME@ann3", "Resolve", "Resolve state"} <= set(tiers)


def test_fail_under_tells_what_is_too_low(data):
    assert run(data, "--draws", 0, "--fail-under", "alpha=0.5,iou=0.2").exit_code == 0
    result = run(data, "--draws", 0, "--json", "--fail-under", "iou=0.999,alpha=0.1")
    assert result.exit_code == 1
    assert "iou_matched 0." in result.stderr
    assert "< 0.999" in result.stderr
    assert "alpha_speaking" not in result.stderr
    assert json.loads(result.stdout)["pairs"]
    assert run(data, "--fail-under", "alpha").exit_code == 2
    assert "did you mean 'alpha'" in run(data, "--fail-under", "alhpa=1").stderr


def test_a_subset_is_drawn_and_stated(data):
    document = json.loads(run(data, "--json", "--subset", 0.2, "--seed", 3, "--draws", 0).stdout)
    assert (document["subset"]["drawn"], document["subset"]["of"]) == (2, 12)
    assert document["coverage"]["clips"] == 2
    assert run(data, "--subset", 0).exit_code == 2


def test_a_model_counts_as_one_more_annotator(data, tmp_path):
    spans = (PredictedSegment(Interval(3, 9), 0.9),)
    write_predictions(tmp_path / "m", [ClipPrediction("rec0_0000", spans, p_me=1.0)])
    result = run(data, "--json", "--draws", 0, "--with", f"my model={tmp_path / 'm'}")
    document = json.loads(result.stdout)
    assert [one["annotator"] for one in document["annotators"]][-1] == "my model"
    assert document["annotators"][-1]["clips"] == 1
    assert len(document["pairs"]) == 6
    missing = run(data, "--with", tmp_path)
    assert missing.exit_code == 2
    assert "no predictions.parquet" in missing.stderr


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
