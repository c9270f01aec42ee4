import json
import shutil

import pytest
import typer
from builders import tiny_dataset
from projects import good_tiers, write_eaf_text
from typer.testing import CliRunner

from wdmd_tools.cli.build import build as build_command
from wdmd_tools.cli.console import friendly
from wdmd_tools.cli.report import report

app = typer.Typer()
app.command()(friendly(report))


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_report_and_json(tmp_path):
    tiny_dataset(tmp_path / "data", n_recordings=1, clips_per_recording=2, with_crops=True)
    shown = run(tmp_path / "data")
    assert shown.exit_code == 0, shown.output
    assert "2 clips of 1 recordings; 2 contact sheets drawn, 0 kept" in shown.stdout
    result = run(tmp_path / "data", "--json", "--out", tmp_path / "page", "--limit-clips", 1)
    assert json.loads(result.stdout) == {
        "index": str(tmp_path / "page/index.html"),
        "clips": 1,
        "recordings": 1,
        "pages": 2,
        "sheets_made": 1,
        "sheets_kept": 0,
        "not_shown": [],
    }


def test_failing_calls(tmp_path):
    result = run(tmp_path)
    assert result.exit_code == 3
    assert "no dataset here" in result.stderr
    assert run(tmp_path, "--limit-clips", 0).exit_code == 2
    tiny_dataset(tmp_path / "data", n_recordings=1)
    (tmp_path / "data/frames.parquet").write_bytes(b"no")
    result = run(tmp_path / "data")
    assert result.exit_code == 3
    assert "frames.parquet: damaged" in result.stderr
    assert "Traceback" not in result.output


def test_a_dataset_without_crops_is_warned_of(tmp_path):
    tiny_dataset(tmp_path / "data", n_recordings=1, clips_per_recording=7)
    result = run(tmp_path / "data")
    assert result.exit_code == 0
    assert "rec0_0000: no pictures: its crop video is not here" in result.stderr
    assert "2 more clips without pictures" in result.stderr


@pytest.fixture
def project(tmp_path, face_film):
    (tmp_path / "raw").mkdir()
    shutil.copy(face_film, tmp_path / "raw/film.mp4")
    write_eaf_text(tmp_path / "ann/film.eaf", *good_tiers())
    return tmp_path


def build(project, face_model, *more):
    everything = typer.Typer()
    everything.command()(friendly(build_command))
    paths = ["--elan", project / "ann", "--videos", project / "raw", "--out", project / "data"]
    settings = ["--size", 48, "--jobs", 1, "--face-model", face_model]
    return CliRunner().invoke(everything, [str(one) for one in (*paths, *settings, *more)])


def test_a_build_ends_with_its_report_which_no_checksum_names(project, face_model):
    data = project / "data"
    assert build(project, face_model, "--no-report").exit_code == 0
    assert not (data / "report").exists()
    before = {p.name: p.read_bytes() for p in data.iterdir() if p.is_file()}
    result = build(project, face_model, "--json")
    assert json.loads(result.stdout)["report"] == str(data / "report/index.html")
    assert {p.name: p.read_bytes() for p in data.iterdir() if p.is_file()} == before
    assert b"report" not in before["SHA256SUMS"]
    page = (data / "report/recordings/film.html").read_text()
    assert "No pictures" not in page


def test_a_report_that_fails_leaves_the_build_a_success(project, face_model, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wdmd_tools.report.write_report", fail)
    result = build(project, face_model)
    assert result.exit_code == 0
    assert "no report" in result.stderr
    assert "No space left" in result.stderr
    assert (project / "data/dataset.json").is_file()
