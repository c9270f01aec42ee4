"""`wdmd review` as people type it."""

import csv
import json
from pathlib import Path

import pytest
import typer
from builders import tiny_dataset
from typer.testing import CliRunner

from wdmd_tools.cli.console import friendly
from wdmd_tools.cli.review import review
from wdmd_tools.intervals import from_frames
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, write_predictions

app = typer.Typer()
app.command()(friendly(review))
runner = CliRunner()


def test_json_names_every_file(tmp_path: Path) -> None:
    tiny_dataset(tmp_path / "d", n_recordings=2, clips_per_recording=1)
    segment = PredictedSegment(from_frames(3, 9), 0.7)
    write_predictions(tmp_path / "p", [ClipPrediction("rec0_0000", (segment,))])
    arguments = [str(tmp_path / "d"), "--predictions", str(tmp_path / "p")]
    arguments += ["--out", str(tmp_path / "o")]
    result = runner.invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["findings"] == 1
    assert sorted(told["files"].values()) == ["rec0.eaf", "rec1.eaf"]
    assert all((tmp_path / "o" / name).is_file() for name in told["files"].values())
    plain = runner.invoke(app, arguments)
    assert "--consensus review" in " ".join(plain.output.split())


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--fill", "modle"], "did you mean 'model'"),
        (["--videos", "nowhere"], "--videos: nowhere: no such file or folder"),
        (["--reviewer", "ann1"], "an annotator of rec0 is called so"),
    ],
)
def test_wrong_options_are_told_in_a_line(tmp_path: Path, extra: list[str], message: str) -> None:
    tiny_dataset(tmp_path / "d", n_recordings=1, clips_per_recording=1)
    write_predictions(tmp_path / "p", [])
    arguments = [str(tmp_path / "d"), "--predictions", str(tmp_path / "p")]
    result = runner.invoke(app, [*arguments, "--out", str(tmp_path / "o"), *extra])
    assert result.exit_code == 2
    assert message in result.output.replace("\n", " ")
    assert "Traceback" not in result.output


def test_without_predictions_it_fails(tmp_path: Path) -> None:
    tiny_dataset(tmp_path / "d", n_recordings=1, clips_per_recording=1)
    arguments = [str(tmp_path / "d"), "--predictions", str(tmp_path / "p")]
    result = runner.invoke(app, [*arguments, "--out", str(tmp_path / "o")])
    assert result.exit_code == 3
    assert "no such file" in result.output


def test_decisions_stay_when_the_list_is_written_again(tmp_path: Path) -> None:
    tiny_dataset(tmp_path / "d", n_recordings=2, clips_per_recording=1)
    segments = (
        PredictedSegment(from_frames(3, 9), 0.7),
        PredictedSegment(from_frames(20, 28), 0.6),
    )
    write_predictions(tmp_path / "p", [ClipPrediction("rec0_0000", segments)])
    arguments = [str(tmp_path / "d"), "--predictions", str(tmp_path / "p")]
    arguments += ["--out", str(tmp_path / "o")]
    assert runner.invoke(app, arguments).exit_code == 0
    path = tmp_path / "o" / "review.csv"
    # As German Excel saves it: semicolons.
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    decided = [line + "keep; sure" if ",3,9," in line else line for line in lines]
    text = "\n".join(";".join(f'"{cell}"' for cell in line.split(",")) for line in decided)
    path.write_text(text, encoding="utf-8-sig")
    again = runner.invoke(app, arguments)
    assert again.exit_code == 0, again.output
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    said = {row["onset_frame"]: row["decision"] for row in rows}
    assert said["3"] == "keep; sure"
    assert said["20"] == ""
