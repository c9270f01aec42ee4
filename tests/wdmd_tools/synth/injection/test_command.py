"""`wdmd demo --from` on a small film: what it writes, that it resumes, and what it says when it cannot."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pympi
import pytest
import typer
from projects import plain_frames, portrait_frames, write_film
from typer.testing import CliRunner

from wdmd_tools.cli.console import friendly
from wdmd_tools.cli.demo import demo
from wdmd_tools.synth.injection.truth import read_truth
from wdmd_tools.video.probe import probe

SETTINGS = ("--me-rate", "0.5", "--me-amplitude", "3", "--me-duration", "200", "--jobs", "1")
Call = Callable[..., Any]


@pytest.fixture(scope="module")
def call(face_model: Path) -> Call:
    app = typer.Typer()
    app.command()(friendly(demo))
    runner = CliRunner()

    def run(*arguments: str | Path) -> Any:
        return runner.invoke(app, [str(one) for one in arguments])

    return run


@pytest.fixture(scope="module")
def done(call: Call, face_film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("injected") / "out"
    result = call("--from", face_film, "--out", out, *SETTINGS)
    assert result.exit_code == 0, result.output
    assert "1 films with 1 injected micro-expressions, 1 controls, from 1 films (2 rendered" in (
        result.output
    )
    return out


def test_films_elan_and_truth_belong_together(done: Path, face_film: Path) -> None:
    said, truth, activity = read_truth(done)
    (row,) = truth.to_pylist()
    assert (row["recording_id"], row["source"]) == ("film_me01", "film.mp4")
    assert row["offset_ms"] - row["onset_ms"] == 200
    assert row["amplitude_percent"] == 3.0
    assert row["onset_frame"] <= row["apex_frame"] <= row["offset_frame"]
    # 30 frames a second: the apex lies within 17 ms of a frame, where at least 93 % are shown.
    assert 0.9 * 0.03 * row["iod_px"] < row["amplitude_px"] < 1.03 * 0.03 * row["iod_px"]
    assert [film["control"] for film in said["films"]] == [True, False]
    assert activity.num_rows == 2 * 36
    source, made = probe(face_film), probe(done / "raw" / "film_me01.mp4")
    assert (made.width, made.height, made.codec) == (240, 240, "h264")
    assert [made.table.seconds(k) for k in range(36)] == [
        source.table.seconds(k) for k in range(36)
    ]
    eaf = pympi.Elan.Eaf(str(done / "ann" / "film_me01.eaf"))
    (marked,) = eaf.get_annotation_data_for_tier("ME@truth")
    assert marked[:2] == (row["onset_ms"], row["offset_ms"])
    states = eaf.get_annotation_data_for_tier("State@truth")
    assert (states[0][0], states[-1][1]) == (0, 1200)
    control = pympi.Elan.Eaf(str(done / "ann" / "film_control.eaf"))
    assert control.get_annotation_data_for_tier("ME@truth") == []


def test_a_second_call_renders_nothing_and_a_lost_film_comes_back(
    done: Path, call: Call, face_film: Path
) -> None:
    before = {path: path.read_bytes() for path in (done / "raw").iterdir()}
    again = call("--from", face_film, "--out", done, *SETTINGS, "--json")
    assert json.loads(again.stdout)["rendered"] == 0
    (done / "raw" / "film_me01.mp4").unlink()
    mended = call("--from", face_film, "--out", done, *SETTINGS, "--json")
    assert json.loads(mended.stdout)["rendered"] == 1
    assert {path: path.read_bytes() for path in (done / "raw").iterdir()} == before


def test_simulated_annotators_write_three_sets_of_tiers(
    call: Call, face_film: Path, tmp_path: Path
) -> None:
    options = ("--annotators", "simulated", "--no-control", *SETTINGS)
    result = call("--from", face_film, "--out", tmp_path / "out", *options)
    assert result.exit_code == 0, result.output
    eaf = pympi.Elan.Eaf(str(tmp_path / "out" / "ann" / "film_me01.eaf"))
    assert {f"ME@A{k}" for k in (1, 2, 3)} <= set(eaf.get_tier_names())
    assert pq.read_table(tmp_path / "out" / "truth.parquet").num_rows == 1


def test_a_film_without_a_face_is_left_out_and_told(
    call: Call, face_film: Path, tmp_path: Path
) -> None:
    blank = write_film(tmp_path / "blank.mp4", plain_frames(12), 30)
    alone = call("--from", blank, "--out", tmp_path / "a", *SETTINGS)
    assert alone.exit_code == 3
    assert "blank.mp4: no face found in 12 frames" in alone.output
    both = call("--from", blank, "--from", face_film, "--out", tmp_path / "b", *SETTINGS)
    assert both.exit_code == 4
    assert "1 films could not be used, the first:" in both.output
    assert (tmp_path / "b" / "raw" / "film_me01.mp4").is_file()


def test_films_that_cannot_be_used_say_why(call: Call, tmp_path: Path) -> None:
    short = write_film(tmp_path / "short.mp4", portrait_frames(12), 30)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film" * 100)
    too_short = call("--from", short, "--out", tmp_path / "a", *SETTINGS)
    assert too_short.exit_code == 3
    assert "short.mp4: no room for a micro-expression in 0.4 s" in too_short.output
    unreadable = call("--from", broken, "--out", tmp_path / "b", *SETTINGS)
    assert unreadable.exit_code == 3
    assert "broken.mp4: not a readable video" in unreadable.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--from", "absent.mp4"), "no such file"),
        (("--from", "{film}", "--seconds", "3"), "--seconds: only without --from"),
        (("--versions", "2"), "--versions: only with --from"),
        (("--from", "{film}", "--me-amplitude", "strong"), "--me-amplitude: 'strong'"),
        (("--from", "{film}", "--annotators", "nobody"), "--annotators"),
        (("--from", "{film}", "--jobs", "0"), "--jobs"),
        (("--from", "{film}", "--from", "{copy}"), "have one name"),
        (("--me-amplitude", "1-2"), "--me-amplitude"),
    ],
)
def test_wrong_calls_end_in_one_line(
    call: Call, face_film: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    copy = tmp_path / "other" / face_film.name
    copy.parent.mkdir()
    copy.write_bytes(face_film.read_bytes())
    named = [one.format(film=face_film, copy=copy) for one in options]
    result = call(*named, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert message in result.output.replace("\n", " ")
    assert "Traceback" not in result.output
