"""`bench score` from the outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from builders import tiny_dataset
from typer.testing import CliRunner

from benchmarks.cli import app
from wdmd_tools.emotions import scheme
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples

RUNNER = CliRunner()
WITHOUT_TORCH = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "torchvision", "timm", "lightning_fabric"):
            raise ImportError(name + " is not installed")
sys.meta_path.insert(0, Absent())
from benchmarks.cli import main
main()
"""


@pytest.fixture(name="dataset", scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("score") / "data")


@pytest.fixture(name="csv")
def write(dataset: Dataset, tmp_path: Path) -> Path:
    """The references of every clip, as a MEGC file: a perfect submission."""
    rows = [
        f"{clip.clip_id},{one.start_ms + 1},{one.end_ms},me"
        for clip in dataset.iter_clips()
        for one in dataset.reference_intervals(clip.clip_id)
    ]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["vid,onset,offset,type", *rows, ""]))
    return path


def test_a_file_is_scored_and_placed(csv: Path, dataset: Dataset, tmp_path: Path) -> None:
    command = ["score", str(csv), "--data", str(dataset.root), "--json"]
    results = ["--name", "mine", "--results", str(tmp_path / "results")]
    done = RUNNER.invoke(app, [*command, *results])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["format"] == "megc"
    assert said["metrics"]["f1"]["value"] == 1.0
    assert said["placed"] == str(tmp_path / "results" / "tiny" / "holdout" / "mine" / "fold0-seed0")
    assert (Path(said["placed"]) / "predictions.parquet").is_file()


def test_a_file_of_spot_then_recognise(dataset: Dataset, tmp_path: Path) -> None:
    """The form of 2025, all right but for the case: happiness and Positive are one class."""
    words = {"positive": "Happiness", "negative": "negative", "surprise": "SURPRISE"}
    subject_of = {clip.clip_id: clip.subject_id for clip in dataset.iter_clips()}
    rows = [
        f"{subject_of[one.clip_id]},{one.clip_id},{one.interval.start_ms + 1},"
        f"{one.interval.end_ms},{words[str(one.emotion)]}"
        for one in emotion_samples(dataset, scheme("3"))
    ]
    path = tmp_path / "str.csv"
    path.write_text("\n".join(["subject,video,onset,offset,emotion", *rows, ""]))
    command = ["score", str(path), "--data", str(dataset.root), "--split", "all", "--json"]
    said = json.loads(RUNNER.invoke(app, command).stdout)
    assert said["metrics"]["strs"]["value"] == 1.0
    assert said["metrics"]["uar"]["value"] is None
    assert said["undefined"]["uar"].startswith("nothing was recognised")
    assert said["emotions"]["analysed"] == len(rows)
    # The public evaluator gives a class that is absent from the data 0.
    present = sum(count > 0 for count in said["emotions"]["support"].values())
    assert said["emotions"]["official_strs"] == pytest.approx(present / 3)
    assert sum(said["emotions"]["support"].values()) == len(rows)
    none = json.loads(RUNNER.invoke(app, [*command, "--emotions", "none"]).stdout)
    assert none["emotions"] is None
    assert none["metrics"]["strs"]["value"] is None
    assert none["metrics"]["f1_megc"]["value"] == 1.0


def test_segments_of_another_split_are_counted(dataset: Dataset, tmp_path: Path) -> None:
    clip = next(iter(dataset.iter_clips("train"))).clip_id
    path = tmp_path / "train.csv"
    path.write_text(f"vid,onset,offset,type\n{clip},2,5,me\n")
    command = ["score", str(path), "--data", str(dataset.root), "--json"]
    said = json.loads(RUNNER.invoke(app, command).stdout)
    outside = "1 segments lie in clips outside of test and were left aside (--split all)"
    assert outside in said["notes"]
    said = json.loads(RUNNER.invoke(app, [*command, "--split", "all"]).stdout)
    assert not any("left aside" in note for note in said["notes"])


def test_it_says_where_it_was_placed(csv: Path, dataset: Dataset, tmp_path: Path) -> None:
    out = str(tmp_path / "r")
    done = RUNNER.invoke(
        app, ["score", str(csv), "--data", str(dataset.root), "--name", "mine", "--results", out]
    )
    assert done.exit_code == 0, done.output
    assert "placed as 'mine' (submitted, not rerun)" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "megs"], "unknown format 'megs'; did you mean 'megc'?"),
        (["--tier", "x"], "--tier x: only ELAN files have tiers"),
        (["--name", "a", "--split", "all"], "only scores of the test split have a place"),
        (["--name", "a b"], "--name 'a b': use letters, digits"),
        (["--emotions", "casme2"], "unknown scheme of emotions 'casme2'; did you mean"),
        (["--split", "tset"], "unknown split 'tset'; did you mean 'test'?"),
    ],
)
def test_what_is_wrong_is_one_line(
    csv: Path, dataset: Dataset, arguments: list[str], message: str
) -> None:
    done = RUNNER.invoke(app, ["score", str(csv), "--data", str(dataset.root), *arguments])
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.output


def test_an_unknown_clip_is_named_with_its_line(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("vid,onset,offset,type\nrec0_0009,3,7,me\n")
    done = RUNNER.invoke(app, ["score", str(path), "--data", str(dataset.root)])
    assert done.exit_code == 3
    assert "line 2: vid 'rec0_0009' is neither a clip" in " ".join(done.stderr.split())


def test_it_works_where_torch_is_not_installed(csv: Path, dataset: Dataset, tmp_path: Path) -> None:
    """In a process in which importing torch fails."""
    arguments = ["score", str(csv), "--data", str(dataset.root), "--json", "--name", "mine"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, *arguments, "--results", str(tmp_path / "results")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["metrics"]["f1"]["value"] == 1.0
    board = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, "leaderboard", str(tmp_path / "results")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tmp_path,
    )
    assert board.returncode == 0, board.stderr
