"""The commands, right and wrong: exit codes, one line, and JSON alone on standard output."""

import csv
import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from builders import tiny_dataset
from projects import portrait_frames, write_film
from typer.testing import CliRunner

from meldae.cli import app
from meldae.open_run import open_run
from meldae.run_folder import RunFolder
from meldae.settings_file import read_config
from meldae.spot import CHUNK_S, OVERLAP_S, SpottedSegment, Spotting, plan_chunks, spot
from meldae.spot.film import _crop_like_training
from meldae.spot.output import TIER, plot_spotting, write_spotting_csv, write_spotting_eaf
from wdmd_tools.elan.reader import read_eaf
from wdmd_tools.errors import ConfigError, ModelFileError, VideoError
from wdmd_tools.faces.model_file import find_face_model
from wdmd_tools.intervals import Interval
from wdmd_tools.split.make import make_folds
from wdmd_tools.split.stored import write_split

SMALL = [
    "training.window=20",
    "training.batch_size=2",
    "model.backbone.embed_dim=8",
    "model.backbone.num_heads=2",
    "model.input.size=32",
    "model.backbone.patch_size=2",
    "model.region_grid=[4, 4]",
    "model.lstm_dim=4",
    "model.enhancer_heads=2",
    "model.head_dim=4",
]


def call(*arguments: object) -> "tuple[int, str, str]":
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    folder = tmp_path_factory.mktemp("cli")
    tiny_dataset(folder / "data", n_recordings=4, with_crops=True)
    extra = [word for text in SMALL for word in ("--set", text)]
    code, out, _ = call(
        "train", folder / "data", "--out", folder / "runs", "--epochs", 1, "--seed", 3, *extra,
        "--device", "cpu", "--json",
    )  # fmt: skip
    assert code == 0
    return folder, Path(json.loads(out)["run"]), out


def test_train_prints_one_document(trained: tuple[Path, Path, str]) -> None:
    _, run, out = trained
    document = json.loads(out)
    assert run.is_dir()
    assert document["epoch"] == 1
    assert set(document["decoding"]) >= {"threshold", "low_share", "min_ms", "max_ms"}
    assert open_run(run).config.seed == 3


def test_a_run_is_repeated_from_its_own_settings(trained: tuple[Path, Path, str]) -> None:
    folder, run, _ = trained
    code, out, _ = call(
        "train", folder / "data", "--config", run / "config.json", "--out", folder / "again",
        "--device", "cpu", "--json",
    )  # fmt: skip
    assert code == 0
    again = Path(json.loads(out)["run"])
    assert again.name == run.name
    weights = "model.safetensors"
    assert (again / weights).read_bytes() == (run / weights).read_bytes()


def test_settings_from_a_yaml_file_go_before_the_preset(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("training:\n  epochs: 7\nseed: 4\n", encoding="utf-8")
    config = read_config(path, "nano")
    assert (config.training.epochs, config.seed) == (7, 4)
    assert config.training.window == 96
    path.write_text("training:\n  epocs: 7\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"training.epocs: no such key"):
        read_config(path, "nano")


def test_eval_scores_a_split_and_writes_predictions(trained: tuple[Path, Path, str]) -> None:
    folder, run, _ = trained
    code, out, _ = call("eval", run, folder / "data", "--json", "--out", folder / "predicted")
    assert code == 0
    document = json.loads(out)
    assert document["split"] == "test"
    assert document["tp"] + document["fn"] >= 0
    names = {path.name for path in (folder / "predicted").iterdir()}
    assert names == {"predictions.parquet", "frame_scores.parquet", "clip_scores.parquet"}
    code, out, _ = call("eval", folder / "runs", folder / "data", "--split", "all")
    assert code == 0
    assert "F1_DR" in out
    assert "ECE frames" in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("train", "nowhere"), 3, "wdmd build"),
        (("train", "nowhere", "--preset", "nanno"), 2, "did you mean 'nano'?"),
        (("train", "nowhere", "--set", "training.epocs=2"), 2, "epocs"),
        (("train", "nowhere", "--epochs", "0"), 2, "training.epochs"),
        (("train", "nowhere", "--device", "tpu"), 2, "--device tpu"),
        (("train", "nowhere", "--config", "absent.json"), 2, "absent.json"),
        (("train", "nowhere", "--devices", "2", "--config", __file__), 2, "not valid YAML"),
        (("eval", "nowhere"), 3, "meldae train"),
        (("eval", "nowhere", "--split", "tset"), 2, "did you mean 'test'?"),
        (("spot", "nowhere.mp4", "--run", "nowhere"), 3, "no such file"),
        (("spot", __file__, "--run", "nowhere"), 3, "meldae train"),
    ],
)
def test_mistakes_end_in_one_line(arguments: tuple[str, ...], code: int, says: str) -> None:
    found, out, err = call(*arguments)
    assert found == code
    assert says in err
    assert not out
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


def test_spot_needs_a_video(trained: tuple[Path, Path, str], tmp_path: Path) -> None:
    _, run, _ = trained
    code, _, err = call("spot", tmp_path / "absent.mp4", "--run", run)
    assert (code, "no such file" in err) == (3, True)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"not a video")
    code, _, err = call("spot", broken, "--run", run, "--eaf", tmp_path / "a.eaf")
    assert code == 3
    assert "broken.mp4" in err
    assert not (tmp_path / "a.eaf").exists()


def test_a_run_of_another_version_says_so(trained: tuple[Path, Path, str], tmp_path: Path) -> None:
    _, run, _ = trained
    film, copy = tmp_path / "film.mp4", tmp_path / "copy"
    film.write_bytes(b"not a video")
    shutil.copytree(run, copy)
    settings = json.loads((copy / "config.json").read_text())
    settings["config"]["model"]["later"] = 1
    (copy / "config.json").write_text(json.dumps(settings))
    code, _, err = call("spot", film, "--run", copy)
    assert (code, len(err.strip().splitlines())) == (3, 1)
    assert "made by another version of meldae" in err
    settings["dataset"]["crop"]["size"] = "big"
    (copy / "config.json").write_text(json.dumps(settings))
    with pytest.raises(ModelFileError, match=r"dataset\.crop: size: [^\n]*; train again$"):
        _crop_like_training(RunFolder(copy))


@pytest.mark.parametrize(
    ("option", "name", "says"),
    [
        ("--csv", "film.mp4", "ends in .csv"),
        ("--eaf", "film.mp4", "ends in .eaf"),
        ("--scores", "s.txt", "ends in .parquet"),
        ("--plot", "p.xyz", "ends in .png or .svg or .pdf"),
        ("--plot", "film.mp4/p.png", "expected a folder"),
        ("--eaf", "people.eaf", "holds more than a model's findings"),
    ],
)
def test_outputs_are_refused_before_the_film_is_read(
    trained: tuple[Path, Path, str], tmp_path: Path, option: str, name: str, says: str
) -> None:
    _, run, _ = trained
    film, people = tmp_path / "film.mp4", tmp_path / "people.eaf"
    film.write_bytes(b"not a video")
    people.write_text("<ANNOTATION_DOCUMENT/>")
    code, out, err = call("spot", film, "--run", run, option, tmp_path / name)
    assert (code, out, len(err.strip().splitlines())) == (2, "", 1)
    assert says in err
    assert (film.read_bytes(), people.read_text()) == (b"not a video", "<ANNOTATION_DOCUMENT/>")


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "nowhere", "--out", f"{__file__}/m.onnx"),
        ("explain", "nowhere", "--out", __file__),
        ("distill", "nowhere", "--out", __file__),
        ("spot", str(Path(__file__).parent), "--run", "RUN", "--out", __file__),
    ],
)
def test_a_file_is_no_folder_to_write_to(
    trained: tuple[Path, Path, str], arguments: tuple[str, ...]
) -> None:
    _, run, _ = trained
    code, out, err = call(*[str(run) if word == "RUN" else word for word in arguments])
    assert (code, out, len(err.strip().splitlines())) == (2, "", 1)
    assert "is a file, expected a folder" in err


def test_a_raw_video_becomes_an_elan_file(trained: tuple[Path, Path, str], tmp_path: Path) -> None:
    """A portrait of 1.2 s through landmarks, alignment, model and ELAN."""
    if find_face_model() is None:
        pytest.skip("no face model; run `wdmd doctor --fetch`")
    _, run, _ = trained
    film = write_film(tmp_path / "film.mp4", portrait_frames(36), 30)
    outputs = (
        "--eaf",
        tmp_path / "o.eaf",
        "--csv",
        tmp_path / "o.csv",
        "--plot",
        tmp_path / "o.png",
    )
    code, out, err = call("spot", film, "--run", run, *outputs, "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["n_frames"] == 36
    assert document["face_coverage"] > 0.9
    read = read_eaf(tmp_path / "o.eaf")
    assert read.media[0].relative_media_url == "./film.mp4"
    tier = read.tier(TIER)
    assert tier is not None
    assert len(tier.annotations) == len(document["segments"])
    with (tmp_path / "o.csv").open() as stream:
        assert len(list(csv.DictReader(stream))) == len(document["segments"])
    assert (tmp_path / "o.png").read_bytes().startswith(b"\x89PNG")


def test_a_video_without_a_face_says_so(trained: tuple[Path, Path, str], tmp_path: Path) -> None:
    if find_face_model() is None:
        pytest.skip("no face model; run `wdmd doctor --fetch`")
    _, run, _ = trained
    grey = np.full((12, 96, 128, 3), 90, dtype=np.uint8)
    film = write_film(tmp_path / "grey.mp4", grey, 30)
    with pytest.raises(VideoError, match="no face"):
        spot(film, open_run(run))


@pytest.mark.parametrize("n_frames", [1, 100, 360, 361, 5000])
def test_chunks_cover_a_video_and_overlap(n_frames: int) -> None:
    chunks = plan_chunks(n_frames, 30.0)
    assert chunks[0][0] == 0
    assert chunks[-1][1] == n_frames
    for (_, end), (start, _) in itertools.pairwise(chunks):
        assert end - start == round(OVERLAP_S * 30)
    assert all(end - start <= CHUNK_S * 30 for start, end in chunks)


def test_found_mes_are_written_with_their_scores(tmp_path: Path) -> None:
    found = Spotting(
        tmp_path / "a [1].mp4",
        25.0,
        np.linspace(0, 1, 50, dtype=np.float32),
        (
            SpottedSegment(Interval(400, 720), Interval(10, 18), 0.91),
            SpottedSegment(Interval(1200, 1480), Interval(30, 37), 0.5),
        ),
        1.0,
    )
    write_spotting_eaf(tmp_path / "x" / "a.eaf", found, "run1")
    read = read_eaf(tmp_path / "x" / "a.eaf")
    assert read.media[0].relative_media_url == "../a [1].mp4"
    times = read.tier(TIER)
    values = read.tier("score@meldae")
    assert times is not None
    assert values is not None
    assert [one.interval for one in times.annotations] == [Interval(400, 720), Interval(1200, 1480)]
    assert [one.value for one in values.annotations] == ["0.910", "0.500"]
    write_spotting_csv(tmp_path / "a.csv", found)
    first = (tmp_path / "a.csv").read_text().splitlines()[1]
    assert first == "400,720,10,17,0.91,1,,,,"
    plot_spotting(tmp_path / "a.png", found, 0.5)
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_a_named_split_is_trained_on_and_tested_by_its_own_fold(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "data", n_recordings=4, with_crops=True)
    split = make_folds(dataset, "k2", "subject", 2, 0.4, 0)
    write_split(dataset, split)
    extra = [word for text in SMALL for word in ("--set", text)]
    code, out, err = call(
        "train", tmp_path / "data", "--out", tmp_path / "runs", "--epochs", 1, *extra,
        "--device", "cpu", "--named-split", "k2", "--fold", "1", "--json",
    )  # fmt: skip
    assert code == 0, err
    run = Path(json.loads(out)["run"])
    stored = json.loads((run / "config.json").read_text())["dataset"]["split"]
    assert stored == {"name": "k2", "fold": "1", "seed": 0}
    code, _, err = call("eval", run, tmp_path / "data", "--out", tmp_path / "predicted")
    assert code == 0, err
    clips = pq.read_table(tmp_path / "predicted" / "clip_scores.parquet")["clip_id"].to_pylist()
    assert sorted(clips) == sorted(split.folds[1].parts["test"])
    code, _, err = call("train", tmp_path / "data", "--fold", "1")
    assert code == 2
    assert "--named-split" in err
