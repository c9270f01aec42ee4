"""`bench spot` as a user types it."""

import json
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from builders import tiny_dataset
from projects import portrait_frames, write_film
from typer.testing import CliRunner

from benchmarks.cli import app
from wdmd_tools.faces.model_file import find_face_model


def _spot(tmp_path: Path, *words: str) -> list[str]:
    return [
        "spot",
        *words,
        "--results",
        str(tmp_path / "results"),
        "--data",
        str(tmp_path / "data"),
    ]


@pytest.mark.skipif(find_face_model() is None, reason="no face model on this machine")
def test_a_film_is_spotted_and_the_fit_kept(tmp_path: Path) -> None:
    tiny_dataset(tmp_path / "data")
    film = write_film(tmp_path / "my film.mp4", portrait_frames(45))
    words = _spot(tmp_path, str(film), "--model", "always")
    words += ["--json", "--eaf", str(tmp_path / "o.eaf"), "--csv", str(tmp_path / "o.csv")]
    first = CliRunner().invoke(app, words)
    assert first.exit_code == 0, first.output
    said = json.loads(first.stdout)
    assert said["n_frames"] == 45
    assert said["clips"] == 1
    assert [(one["onset_frame"], one["offset_frame"]) for one in said["segments"]] == [(0, 44)]
    assert (said["learnt_before"], said["kept"]) == (False, True)
    assert (tmp_path / "o.eaf").is_file()
    assert len((tmp_path / "o.csv").read_text().splitlines()) == 2
    again = json.loads(CliRunner().invoke(app, words).stdout)
    assert again["learnt_before"] is True
    assert again["segments"] == said["segments"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["{film}", "--model", "nobody"], 2, "unknown model 'nobody'"),
        (["missing.mp4", "--model", "always"], 3, "missing.mp4: no such file"),
        (["{film}", "--model", "always", "--emotions", "9"], 2, "unknown scheme of emotions"),
        (["{film}", "--model", "always", "--emotions", "3"], 2, "does not say emotions"),
        (["{film}"], 2, "--model"),
        (["{folder}", "--model", "always"], 3, "is a folder; name one film"),
        (["{film}", "--model", "always", "--eaf", "{folder}"], 2, "expected a file"),
        (["{film}", "--model", "always", "--csv", "{film}/o.csv"], 2, "expected a folder"),
        (["{film}", "--model", "always", "--eaf", "{film}"], 2, "ends in .eaf"),
        (["{film}", "--model", "always", "--eaf", "{folder}/a.eaf"], 2, "more than a model's"),
        (["{film}", "--model", "always", "--csv", "{film}"], 2, "ends in .csv"),
    ],
)
def test_wrong_calls_are_one_line(
    tmp_path: Path, words: list[str], code: int, message: str
) -> None:
    tiny_dataset(tmp_path / "data")
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not a film")
    (tmp_path / "a.eaf").write_text("<ANNOTATION_DOCUMENT/>")
    given = [word.format(film=film, folder=tmp_path) for word in words]
    result = CliRunner().invoke(app, _spot(tmp_path, *given))
    assert result.exit_code == code
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_emotions_that_the_dataset_cannot_teach_are_refused(tmp_path: Path) -> None:
    # Boosting would learn that every frame is neutral, and drop all that it spots.
    tiny_dataset(tmp_path / "data")
    table = tmp_path / "data" / "segments.parquet"
    rows = pq.read_table(table)
    pq.write_table(rows.filter(pc.not_equal(rows["kind"].cast("string"), "emotion")), table)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not a film")
    words = [str(film), "--model", "boosting", "--emotions", "3"]
    result = CliRunner().invoke(app, _spot(tmp_path, *words))
    assert result.exit_code == 3
    assert "has a class of the scheme '3'" in " ".join(result.output.split())
    assert not (tmp_path / "results").exists()


def test_a_file_that_is_no_film(tmp_path: Path) -> None:
    if find_face_model() is None:
        pytest.skip("no face model on this machine")
    tiny_dataset(tmp_path / "data")
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not a film")
    result = CliRunner().invoke(app, _spot(tmp_path, str(film), "--model", "always"))
    assert result.exit_code == 3
    assert "film.mp4" in result.output
    assert "Traceback" not in result.output
