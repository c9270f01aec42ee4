"""The commands build, check and doctor: output for people and machines, and failing calls."""

import json
import shutil
from pathlib import Path

import pytest
from projects import TierText, good_tiers, write_eaf_text
from typer.testing import CliRunner

from wdmd_tools import cli, doctor
from wdmd_tools.doctor import Finding, examine

cli._register()


@pytest.fixture
def project(tmp_path: Path, face_film: Path) -> Path:
    (tmp_path / "raw").mkdir()
    shutil.copy(face_film, tmp_path / "raw" / "film.mp4")
    write_eaf_text(tmp_path / "ann" / "film.eaf", *good_tiers())
    return tmp_path


def run(*arguments: object):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def test_build_prints_one_json_document(project: Path, face_model: Path) -> None:
    paths = ("--elan", project / "ann", "--videos", project / "raw", "--out", project / "data")
    result = run("build", *paths, "--size", 48, "--jobs", 1, "--face-model", face_model, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["counts"]["clips"] == 1
    assert document["rejects"] == []


def test_single_files_are_accepted(project: Path, face_model: Path) -> None:
    result = run(
        "build", "--elan", project / "ann" / "film.eaf", "--videos", project / "raw" / "film.mp4",
        "--out", project / "data", "--size", 48, "--jobs", 1, "--face-model", face_model,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "1 clips (36 frames) of 1 subjects" in result.stdout


def test_build_refuses_wrong_settings(project: Path) -> None:
    paths = ("--elan", project / "ann", "--videos", project / "raw", "--out", project / "data")
    for more, says in [
        (("--align", "best"), "crop.align"),
        (("--set", "crop.siz=3"), "crop.siz: no such key"),
        (("--jobs", 0), "--jobs"),
        (("--config", project / "none.yaml"), "no such file"),
        (("--protocol", project / "none.yaml"), "no such file"),
        (("--face-model", project / "raw" / "film.mp4"), "not the expected model"),
    ]:
        result = run("build", *paths, *more)
        assert result.exit_code == 2, result.output
        assert says in result.stderr
    assert not (project / "data").exists()


def test_check_prints_facts_and_problems_as_json(project: Path) -> None:
    write_eaf_text(
        project / "ann" / "film.eaf",
        TierText("ME@A1", [(200, 500, "ME"), (9000, 9100, "ME")], "P1"),
    )
    result = run("check", "--elan", project / "ann", "--videos", project / "raw", "--json")
    assert result.exit_code == 3
    document = json.loads(result.stdout)
    (facts,) = document["recordings"]
    assert (facts["fps"], facts["n_frames"], facts["n_me"]) == (30.0, 36, 2)
    assert {p["code"] for p in document["problems"]} == {"E_PAST_END", "W_LOW_FPS", "W_LOW_RES"}
    assert document["n_errors"] == 1


def test_check_of_a_good_project_ends_with_0(project: Path) -> None:
    result = run("check", "--elan", project / "ann", "--videos", project / "raw")
    assert result.exit_code == 0
    assert "0 errors, 2 warnings" in result.stdout


def test_doctor_lists_everything_and_how_to_get_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [Finding("a", "ok", "there"), Finding("b", "missing", "gone", "run: get b")]
    monkeypatch.setattr(doctor, "examine", lambda: found)
    result = run("doctor")
    assert result.exit_code == 5
    assert "gone; run: get b" in result.stdout
    document = json.loads(run("doctor", "--json").stdout)
    assert [finding["status"] for finding in document["findings"]] == ["ok", "missing"]


def test_doctor_looks_at_this_machine() -> None:
    found = {finding.name: finding for finding in examine()}
    assert {"python", "packages", "ffmpeg", "mediapipe", "face model", "gpu", "cores"} <= set(found)
    assert found["python"].status == "ok"
    assert found["ffmpeg"].status == "ok"
    assert all(finding.fix for finding in found.values() if finding.status != "ok")


def test_doctor_survives_a_check_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Path:
        raise OSError("no way; try harder")

    monkeypatch.setattr("wdmd_tools.video.ffmpeg.ffmpeg_binary", broken)
    found = {finding.name: finding for finding in examine()}
    assert found["ffmpeg"] == Finding("ffmpeg", "missing", "no way", "try harder")
