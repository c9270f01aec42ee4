"""Candidates over a folder of films: order, what a person would find, resuming, bad films."""

import csv
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from projects import write_film
from typer.testing import CliRunner

from meldae.cli import app
from meldae.run_folder import RunFolder
from meldae.search.folder import find_films, search_folder
from meldae.search.rank import Candidate, found_within, ranked
from meldae.search.thumbnails import WIDTH, strip_frames
from meldae.spot import SpottedSegment, Spotting
from wdmd_tools.elan.reader import read_eaf
from wdmd_tools.errors import ConfigError, VideoError
from wdmd_tools.intervals import Interval


def candidate(film: str, start: int, end: int, score: float) -> Candidate:
    return Candidate(film, Interval(start, end), start // 40, end // 40 - 1, score)


def test_the_most_likely_is_first() -> None:
    a, b, c = candidate("b", 0, 40, 0.5), candidate("a", 80, 120, 0.5), candidate("a", 0, 40, 0.9)
    assert ranked([a, b, c]) == [c, b, a]


def test_what_a_person_finds_by_hand() -> None:
    # film a  |--t1--|      |--t2--|          0.5 h in all, so 4 an hour are 2 candidates
    #            |c 0.9|               |c 0.8|
    # film b     |--t3--|
    #            |c 0.7|
    truths = {"a": [Interval(0, 300), Interval(600, 900)], "b": [Interval(100, 400)]}
    found = [
        candidate("a", 200, 400, 0.9),
        candidate("a", 1000, 1200, 0.8),
        candidate("b", 120, 320, 0.7),
    ]
    assert found_within(found, truths, 0.5, [0, 2, 4, 6]) == {
        0: 0.0,
        2: pytest.approx(1 / 3),
        4: pytest.approx(1 / 3),
        6: pytest.approx(2 / 3),
    }
    assert found_within(found, {}, 1.0, [2]) == {2: None}


def test_a_strip_stays_inside_the_film() -> None:
    # 25 fps: "before" and "after" lie 5 frames off
    assert strip_frames(candidate("a", 400, 800, 1), 100, 25.0) == (5, 10, 14, 19, 24)
    assert strip_frames(candidate("a", 0, 80, 1), 4, 25.0) == (0, 0, 0, 1, 3)


class FakeSpotter:
    """Finds one ME in every film but the broken one; the real one needs a face in each."""

    def __init__(self, emotion: str | None = None) -> None:
        self.seen: list[str] = []
        self.emotion = emotion

    def __call__(self, film: Path, _run: RunFolder, **_: Any) -> Spotting:
        self.seen.append(film.name)
        if film.stat().st_size < 100:
            raise VideoError(f"{film}: not a readable video; copy it again")
        score = 0.9 if "good" in film.name else 0.6
        segment = SpottedSegment(
            Interval(120, 280), Interval(3, 7), score, emotion=self.emotion, emotion_probability=0.7
        )
        scores = np.linspace(0, 1, 12, dtype=np.float32)
        return Spotting(film, 25.0, scores, (segment,), 1.0, tuple(40 * i for i in range(12)))


@pytest.fixture(name="films")
def make(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    (folder / "sub").mkdir(parents=True)
    pictures = np.random.default_rng(0).integers(0, 255, (12, 48, 64, 3), dtype=np.uint8)
    write_film(folder / "plain [1].mp4", pictures, 25)
    write_film(folder / "sub" / "good.mp4", pictures, 25)
    (folder / "broken.mp4").write_bytes(b"nothing")
    (folder / "notes.txt").write_text("no film")
    return folder


def test_a_folder_is_searched_ranked_and_not_searched_again(films: Path, tmp_path: Path) -> None:
    out, run, spotter = tmp_path / "out", RunFolder(tmp_path / "runs" / "r1"), FakeSpotter()
    report = search_folder(films, run, out, spotter=spotter)
    assert [one.film for one in report.films] == ["broken.mp4", "plain [1].mp4", "sub/good.mp4"]
    assert [one.film for one in report.candidates] == ["sub/good.mp4", "plain [1].mp4"]
    assert "not a readable video" in report.failed[0].error
    assert report.hours == pytest.approx(2 * 12 / 25 / 3600)
    with (out / "candidates.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["rank"], row["film"], row["time"]) for row in rows] == [
        ("1", "sub/good.mp4", "00:00:00.120"),
        ("2", "plain [1].mp4", "00:00:00.120"),
    ]
    for row in rows:
        strip = cv2.imread(str(out / row["thumbnail"]))
        assert strip is not None
        assert strip.shape[1] == 5 * WIDTH
    table = pq.read_table(next((out / "scores").glob("*.parquet")))
    assert table.column_names == ["frame_index", "time_ms", "score", "face"]
    assert table["time_ms"].to_pylist()[:3] == [0, 40, 80]
    eaf = read_eaf(next((out / "eaf").glob("sub-good*.eaf")))
    assert eaf.media[0].relative_media_url == "../../films/sub/good.mp4"
    before = (out / "candidates.json").read_bytes()
    again = search_folder(films, run, out, spotter=spotter)
    assert again.searched == 0
    assert len(spotter.seen) == 3
    # Only the number of films searched now differs.
    after = json.loads((out / "candidates.json").read_text())
    assert after["candidates"] == json.loads(before)["candidates"]


def test_emotions_stand_in_the_list_where_a_run_names_them(films: Path, tmp_path: Path) -> None:
    out, run, spotter = tmp_path / "out", RunFolder(tmp_path / "runs" / "r1"), FakeSpotter("fear")
    for _ in range(2):  # found, and read again
        report = search_folder(films, run, out, spotter=spotter)
        assert [one.emotion for one in report.candidates] == ["fear", "fear"]
        with (out / "candidates.csv").open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert [row["emotion"] for row in rows] == ["fear", "fear"]
    assert len(spotter.seen) == 3


def test_a_changed_film_or_another_run_is_searched_again(films: Path, tmp_path: Path) -> None:
    out, spotter = tmp_path / "out", FakeSpotter()
    search_folder(films, RunFolder(tmp_path / "r1"), out, spotter=spotter)
    (films / "broken.mp4").write_bytes((films / "sub" / "good.mp4").read_bytes())
    report = search_folder(films, RunFolder(tmp_path / "r1"), out, spotter=spotter)
    assert (report.searched, len(report.failed)) == (1, 0)
    assert search_folder(films, RunFolder(tmp_path / "r2"), out, spotter=spotter).searched == 3


def test_a_damaged_note_is_searched_again(films: Path, tmp_path: Path) -> None:
    out, run, spotter = tmp_path / "out", RunFolder(tmp_path / "r1"), FakeSpotter()
    search_folder(films, run, out, spotter=spotter)
    next((out / "films").glob("sub-good*.json")).write_text("{")
    assert search_folder(films, run, out, spotter=spotter).searched == 1


def test_a_folder_without_films_or_around_its_own_output_is_refused(
    films: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="no film here"):
        find_films(tmp_path / "films" / "nothing")
    with pytest.raises(ConfigError, match="beside it"):
        search_folder(films, RunFolder(tmp_path), films / "out", spotter=FakeSpotter())


def test_links_that_lead_out_are_left_out(films: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.mp4"
    outside.write_bytes(b"x")
    (films / "link.mp4").symlink_to(outside)
    assert "link.mp4" not in [path.name for path in find_films(films)]


def test_the_command_reports_films_that_cannot_be_read(
    films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meldae.open_run.open_run", lambda _: RunFolder(tmp_path / "r1"))
    monkeypatch.setattr("meldae.search.folder.search_folder.__kwdefaults__", {
        **(search_folder.__kwdefaults__ or {}), "spotter": FakeSpotter(),
    })  # fmt: skip
    done = CliRunner().invoke(app, ["spot", str(films), "--out", str(tmp_path / "o"), "--json"])
    assert done.exit_code == 4
    assert next(one["film"] for one in json.loads(done.stdout)["candidates"]) == "sub/good.mp4"
    assert "broken.mp4" in done.stderr
    wrong = CliRunner().invoke(app, ["spot", str(films)])
    assert wrong.exit_code == 2
    assert "--out DIR" in wrong.stderr
    mixed = CliRunner().invoke(app, ["spot", str(films), "--eaf", "a.eaf", "--out", "o"])
    assert mixed.exit_code == 2


def test_decisions_written_into_the_list_stay(films: Path, tmp_path: Path) -> None:
    out, run = tmp_path / "out", RunFolder(tmp_path / "runs" / "r1")
    search_folder(films, run, out, spotter=FakeSpotter())
    path = out / "candidates.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    lines[1] += '"ME, sure"'
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    # The ranks change: another film is gone.
    (films / "plain [1].mp4").unlink()
    search_folder(films, run, out, spotter=FakeSpotter())
    with path.open(encoding="utf-8-sig", newline="") as stream:
        assert [row["decision"] for row in csv.DictReader(stream)] == ["ME, sure"]


def test_some_other_table_is_not_written_over(films: Path, tmp_path: Path) -> None:
    out, spotter = tmp_path / "out", FakeSpotter()
    out.mkdir()
    (out / "candidates.csv").write_text("name,votes\nmine,3\n")
    with pytest.raises(ConfigError, match="lacks decision"):
        search_folder(films, RunFolder(tmp_path / "runs" / "r1"), out, spotter=spotter)
    assert spotter.seen == []
    assert "mine,3" in (out / "candidates.csv").read_text()
