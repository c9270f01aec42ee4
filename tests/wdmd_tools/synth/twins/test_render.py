"""A twin on disk: pictures, truth, README; resumed after a stop; errors that say what to do."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from wdmd_tools.errors import ConfigError, UnknownNameError
from wdmd_tools.synth.twins.frames import Studio
from wdmd_tools.synth.twins.model import TwinEvent, TwinVideo
from wdmd_tools.synth.twins.render import TwinReport, render_twin


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TwinReport]:
    out = tmp_path_factory.mktemp("twin") / "mmew"
    return out, render_twin("mmew", out, subjects=1, size=128)


def test_frames_sheets_and_truth_are_there(twin: tuple[Path, TwinReport]) -> None:
    out, report = twin
    truth = json.loads((out / "truth.json").read_text())
    assert truth["synthetic"] is True
    assert truth["fps"] == [90, 1]
    assert report.videos == len(truth["videos"]) == 3
    count = 0
    for video in truth["videos"]:
        files = list((out / video["folder"]).iterdir())
        count += len(files)
        assert len(files) == video["frames"]
        assert (out / video["folder"] / video["first_file"]).is_file()
        event = video["events"][0]
        form = "main" if event["kind"] == "me" else "macro-expressions without a sheet"
        assert video["form"] == form
        assert event["written"] == event["read"]
        assert video["first_number"] <= event["onset"] < event["offset"] <= video["last_number"]
    assert report.frames == count
    assert (out / "MMEW_Final" / "MMEW_Micro_Exp.xlsx").is_file()
    assert cv2.imread(str(out / "contact_sheet.png")).shape[1] == 4 * 160
    text = (out / "README.md").read_text()
    assert text.startswith("# Synthetic")
    assert "no person said or" in text


def test_the_number_in_the_name_is_the_moment(tmp_path: Path) -> None:
    # numbers 5 6 7 8 . 10 11 12 ... and a wink of the eyes that is closed in file 11 alone
    numbers = (5, 6, 7, 8, *range(10, 16))
    wink = TwinEvent("blink", 10, 11, 12)
    video = TwinVideo("v", "s1", "v", numbers, "{:03d}.png".format, (wink,), broken=(14,))
    assert Studio(0, 192).shoot(video, 0, 0, 30.0, tmp_path, lambda: None)
    assert len(list((tmp_path / "v").iterdir())) == 10
    read = {n: cv2.imread(str(tmp_path / "v" / f"{n:03d}.png")) for n in numbers}
    assert [n for n, picture in read.items() if picture is None] == [14]
    pictures = {n: picture.astype(float) for n, picture in read.items() if picture is not None}
    change = {n: float(np.abs(pictures[n] - pictures[5])[50:110].max()) for n in pictures}
    assert max(change, key=change.__getitem__) == 11
    assert all(change[11] > 1.5 * change[n] for n in pictures if n != 11)


def test_a_stopped_run_goes_on_where_it_was(twin: tuple[Path, TwinReport], tmp_path: Path) -> None:
    source, _ = twin
    out = tmp_path / "mmew"
    shutil.copytree(source, out)
    folders = sorted(path for path in out.rglob("S01-*") if path.is_dir())
    before = {path.name: path.read_bytes() for path in folders[0].iterdir()}
    shutil.rmtree(folders[0])
    (folders[0].with_name(".tmp-" + folders[0].name)).mkdir()
    (out / "truth.json").unlink()
    report = render_twin("mmew", out, subjects=1, size=128)
    assert report.rendered == 1
    assert not list(out.rglob(".tmp-*"))
    assert {path.name: path.read_bytes() for path in folders[0].iterdir()} == before
    assert (out / "truth.json").read_bytes() == (source / "truth.json").read_bytes()


def test_gray_release_and_progress(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    render_twin("samm", tmp_path / "s", subjects=1, size=128, progress=lambda *p: seen.append(p))
    path = next((tmp_path / "s" / "SAMM").rglob("*.jpg"))
    assert cv2.imread(str(path), cv2.IMREAD_UNCHANGED).shape == (128, 128)
    total = seen[-1][1]
    assert seen == [(n, total) for n in range(1, total + 1)]


def test_wrong_settings_are_told(twin: tuple[Path, TwinReport], tmp_path: Path) -> None:
    out, _ = twin
    with pytest.raises(UnknownNameError, match="did you mean 'casme2'"):
        render_twin("casme22", tmp_path / "a")
    with pytest.raises(ConfigError, match="--subjects: the twin of mmew has 1 to 30, got 31"):
        render_twin("mmew", tmp_path / "a", subjects=31)
    with pytest.raises(ConfigError, match="--size: expected an even number, 128 to 1024, got 127"):
        render_twin("mmew", tmp_path / "a", size=127)
    with pytest.raises(ConfigError, match="--seed"):
        render_twin("mmew", tmp_path / "a", seed=-1)
    with pytest.raises(ConfigError, match="twin with other settings"):
        render_twin("mmew", out, subjects=2, size=128)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty"):
        render_twin("mmew", tmp_path / "full")
    with pytest.raises(ConfigError, match="is a file"):
        render_twin("mmew", tmp_path / "full" / "thesis.txt")
    assert not (tmp_path / "a").exists()
