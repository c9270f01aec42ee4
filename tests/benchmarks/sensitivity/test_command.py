"""`bench sensitivity` from a film to tables and a picture."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from builders import tiny_dataset
from projects import portrait_frames, write_film
from typer.testing import CliRunner

from benchmarks.cli.sensitivity import sensitivity
from benchmarks.sensitivity.footage import open_footage
from wdmd_tools.cli.console import friendly
from wdmd_tools.faces.model_file import find_face_model
from wdmd_tools.manifest import Dataset

Call = Callable[..., Any]

BROKEN = """
from benchmarks.models.base import Spotter

class Broken(Spotter):
    def fit(self, dataset, context):
        raise RuntimeError("no luck")

    def predict(self, dataset, split):
        return []
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_face_model() is None:
        pytest.skip("no face model; run `wdmd doctor --fetch`")
    folder = tmp_path_factory.mktemp("sensitivity")
    write_film(folder / "talk.mp4", portrait_frames(75), 30)
    tiny_dataset(folder / "data", with_crops=True, n_subjects=4)
    return folder


@pytest.fixture(scope="module")
def call(place: Path) -> Call:
    app = typer.Typer()
    app.command()(friendly(sensitivity))
    runner = CliRunner()

    def run(*arguments: str | Path) -> Any:
        fixed = {
            "--data": place / "data",
            "--injected": place / "injected",
            "--out": place / "out",
            "--results": place / "results",
            "--runs": place / "runs",
            "--jobs": "1",
            "--draws": "100",
        }
        given = [str(one) for one in arguments]
        options = [f"{k}={v}" for k, v in fixed.items() if k not in given]
        return runner.invoke(app, [*options, *given])

    return run


@pytest.fixture(scope="module")
def report(call: Call, place: Path) -> dict[str, Any]:
    options = ("--models", "never,always,random", "--me-rate", "0.8", "--versions", "1", "--json")
    result = call("--from", place / "talk.mp4", *options)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_it_says_what_was_measured_on_what(report: dict[str, Any], place: Path) -> None:
    assert report["footage"]["sources"] == ["talk.mp4"]
    assert (report["footage"]["films"], report["footage"]["controls"]) == (1, 1)
    count = report["footage"]["micro_expressions"]
    assert count >= 1
    models = {one["model"]: one for one in report["models"]}
    assert models["never"]["overall"]["recall"]["value"] == 0.0
    assert models["never"]["overall"]["precision"]["value"] is None
    assert models["always"]["overall"]["alarms_per_minute"]["value"] == pytest.approx(60 / 2.5)
    for one in models.values():
        assert one["factors"]["amplitude"]["curve"] is None  # too few MEs
        assert sum(level["injected"] for level in one["factors"]["speech"]["levels"]) == count
    for path in report["files"]:
        assert Path(path).stat().st_size > 100
    assert (place / "out" / "sensitivity.png").read_bytes().startswith(b"\x89PNG")
    text = (place / "out" / "sensitivity.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["model"] for row in rows} == {"never", "always", "random"}
    assert all(row["precision"] == "" for row in rows if row["model"] == "never")


def test_the_truth_is_what_the_dataset_says(report: dict[str, Any], place: Path) -> None:
    footage = open_footage(place / "injected", place / "injected" / "data")
    (film,) = [one for one in footage.films if not one.control]
    built = Dataset.open(place / "injected" / "data")
    (clip,) = [one for one in built.iter_clips() if one.has_me]
    assert [event.interval for event in film.injected] == built.reference_intervals(clip.clip_id)
    assert {row["split"] for row in footage.dataset.clips.to_pylist()} == {"test"}


def test_a_second_call_takes_what_is_there(report: dict[str, Any], call: Call, place: Path) -> None:
    kept = place / "results" / "sensitivity" / "injected" / "random" / "run.json"
    before = kept.stat().st_mtime_ns
    result = call("--models", "random")
    assert result.exit_code == 0, result.output
    assert "random" in result.output
    assert kept.stat().st_mtime_ns == before


def test_a_model_that_fails_is_a_row_and_exit_code_4(
    report: dict[str, Any], call: Call, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "broken_spotter.py").write_text(BROKEN)
    (place / "bench.yaml").write_text("models:\n  broken: {target: 'broken_spotter:Broken'}\n")
    monkeypatch.syspath_prepend(str(place))
    result = call(
        "--models", "broken,never", "--config", place / "bench.yaml", "--out", place / "o2"
    )
    assert result.exit_code == 4
    assert "RuntimeError: no luck" in result.output.replace("\n", " ")
    assert "no luck" in (place / "o2" / "sensitivity.md").read_text()


def test_footage_that_was_learnt_from_is_refused(
    report: dict[str, Any], call: Call, place: Path, tmp_path: Path
) -> None:
    truth = json.loads((place / "injected" / "truth.json").read_text())
    info_path = place / "data" / "dataset.json"
    info = json.loads(info_path.read_text())
    film = next(
        c["source_video"]
        for c in Dataset.open(place / "data").clips.to_pylist()
        if c["split"] == "train"
    )
    info["sources"] = {"videos": {film: truth["films"][0]["source_sha256"]}}
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in (place / "data").iterdir():
        if path.name != "dataset.json":
            (copy / path.name).symlink_to(path)
    (copy / "dataset.json").write_text(json.dumps(info))
    result = call("--models", "never", "--data", copy)
    assert result.exit_code == 3
    assert "learnt from" in result.output.replace("\n", " ")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--injected", "absent"), 3, "no injected films here"),
        (("--models", "nobody"), 2, "unknown model"),
        (("--versions", "3"), 2, "--versions: only with --from"),
        (("--run", "absent"), 2, "--run absent: no such file or folder"),
        (("--data", "absent"), 3, "no such folder"),
    ],
)
def test_wrong_calls_end_in_one_line(
    call: Call, options: tuple[str, ...], code: int, message: str
) -> None:
    result = call(*options)
    assert result.exit_code == code
    assert message in result.output.replace("\n", " ")
    assert "Traceback" not in result.output
