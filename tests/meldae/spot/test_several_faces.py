"""Two people in one film, and a cut: real H.264, real landmarks, an untrained model."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from projects import write_film
from typer.testing import CliRunner

from meldae.checkpoint import build_model, write_tensors
from meldae.cli import app
from meldae.decode import Decoding
from meldae.presets import get_config
from meldae.run_folder import RunFolder
from meldae.settings import identity
from meldae.spot import Spotting
from meldae.spot.found import SpottedFace, SpottedSegment
from meldae.spot.output import plot_spotting, write_scores, write_spotting_csv, write_spotting_eaf
from wdmd_tools.elan.reader import read_eaf
from wdmd_tools.faces.model_file import find_face_model
from wdmd_tools.intervals import Interval


def two_people(path: Path) -> Spotting:
    ten = np.ones(10, dtype=bool)
    faces = (
        SpottedFace(1, Interval(0, 10), np.full(10, 0.2, np.float32), ten, (0, 0, 50, 50), 1),
        SpottedFace(2, Interval(5, 15), np.full(10, 0.8, np.float32), ten, (60, 0, 99, 50), 2),
    )
    segments = (
        SpottedSegment(Interval(80, 240), Interval(2, 6), 0.7, 1, (0, 0, 50, 50)),
        SpottedSegment(Interval(200, 400), Interval(5, 10), 0.9, 2, (60, 0, 99, 50)),
    )
    scores = np.array([0.2] * 5 + [0.8] * 10 + [0] * 5, dtype=np.float32)
    times = tuple(40 * frame for frame in range(20))
    return Spotting(path, 25.0, scores, segments, 0.75, times, faces, (15,))


def test_each_of_two_people_has_tiers_lines_and_rows(tmp_path: Path) -> None:
    # frame   0    5    10   15   20
    # face 1  |---------|
    # face 2       |---------|
    found = two_people(tmp_path / "a.mp4")
    assert (found.most_at_once, found.shared_frames) == (2, 5)
    write_spotting_eaf(tmp_path / "a.eaf", found, "run1")
    read = read_eaf(tmp_path / "a.eaf")
    spans = {
        name: [one.interval for one in tier.annotations]
        for name in ("ME@meldae", "ME face 2@meldae")
        if (tier := read.tier(name)) is not None
    }
    assert spans == {"ME@meldae": [Interval(80, 240)], "ME face 2@meldae": [Interval(200, 400)]}
    write_spotting_csv(tmp_path / "a.csv", found)
    with (tmp_path / "a.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["face"], row["x0"]) for row in rows] == [("1", "0"), ("2", "60")]
    write_scores(tmp_path / "a.parquet", found)
    table = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert len(table) == 10 + 10 + 5
    assert [row["face"] for row in table if row["frame_index"] == 7] == [1, 2]
    assert table[-1] == {"frame_index": 19, "time_ms": 760, "score": None, "face": None}
    plot_spotting(tmp_path / "a.png", found, 0.5)
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_emotions_are_written_where_a_run_names_them(tmp_path: Path) -> None:
    plain = two_people(tmp_path / "a.mp4")
    assert "emotion" not in plain.to_json()["segments"][0]
    first, second = plain.segments
    named = replace(
        plain,
        segments=(replace(first, emotion="surprise", emotion_probability=0.75), second),
        emotions=("negative", "surprise"),
    )
    assert named.to_json()["segments"][0]["emotion"] == "surprise"
    write_spotting_eaf(tmp_path / "a.eaf", named, "run1")
    read = read_eaf(tmp_path / "a.eaf")
    tier = read.tier("Emotion@meldae")
    assert tier is not None
    assert [(one.interval, one.value) for one in tier.annotations] == [
        (Interval(80, 240), "surprise")
    ]
    assert read.tier("Emotion face 2@meldae") is None
    write_spotting_csv(tmp_path / "a.csv", named)
    with (tmp_path / "a.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["emotion"] for row in rows] == ["surprise", ""]
    assert rows[0]["emotion_probability"] == "0.75"


@pytest.fixture(scope="module", name="run")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = get_config(
        "nano", model={"input": {"fps": 15.0}, "emotions": ["negative", "surprise"]}
    )
    run = RunFolder(tmp_path_factory.mktemp("runs") / identity(config, "none"))
    run.path.mkdir()
    (run.path / "config.json").write_text(json.dumps({"config": config.model_dump(mode="json")}))
    write_tensors(run.weights_path, build_model(config.model).state_dict(), {})
    run.write_result(Decoding(threshold=0.05, low_share=1.0, max_ms=10_000), {"epoch": 1})
    return run.path


def test_two_people_and_a_cut(run: Path, tmp_path: Path) -> None:
    if find_face_model() is None:
        pytest.skip("no face model; run `wdmd doctor --fetch`")
    import cv2
    from skimage.data import astronaut

    face = cv2.resize(np.ascontiguousarray(astronaut()[:260, 90:350]), (160, 160))
    grey = np.full_like(face, 128)
    both = np.concatenate([face, face[:, ::-1]], axis=1)
    alone = np.concatenate([255 - grey, face], axis=1)
    film = write_film(tmp_path / "two.mp4", np.stack([both] * 15 + [alone] * 12), 15)
    runner = CliRunner()
    done = runner.invoke(app, ["spot", str(film), "--run", str(run), "--json"])
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["cuts"] == [15]
    assert document["segments"]
    for one in document["segments"]:
        assert one["emotion"] in ("negative", "surprise")
        assert 0.5 <= one["emotion_probability"] <= 1
    places = [(one["first_frame"], one["last_frame"], one["lane"]) for one in document["faces"]]
    assert places == [(0, 14, 1), (0, 14, 2), (15, 26, 1)]
    left, right, after = (one["box"][0] for one in document["faces"])
    assert left < 160 <= right
    assert after >= 160
    done = runner.invoke(app, ["spot", str(film), "--run", str(run), "--faces", "main", "--live"])
    assert done.exit_code == 0, done.stderr
    assert "2 faces, up to 1 at the same time; 1 cuts" in done.stderr
    for wrong in (["--faces", "both"], ["--live", "--json"], ["--min-face", "0"]):
        done = runner.invoke(app, ["spot", str(film), "--run", str(run), *wrong])
        assert done.exit_code == 2
        assert "Traceback" not in done.stderr
