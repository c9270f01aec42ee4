"""Frames and their times from real files in several containers."""

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from projects import plain_frames, write_film

from wdmd_tools.errors import VideoError
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.ffmpeg import ffmpeg_binary
from wdmd_tools.video.probe import probe


def ffmpeg(*arguments: str | Path) -> None:
    command = [ffmpeg_binary(), "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """90 frames at 59.94 frames per second with B-frames; frame k has the brightness 60 + k."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return write_film(path, plain_frames(90), Fraction(60000, 1001))


def brightness(path: Path, start: int = 0, stop: int | None = None) -> dict[int, float]:
    info = probe(path)
    return {f.index: float(f.rgb().mean()) for f in iter_frames(path, info.table, start, stop)}


def test_size_rate_and_number_of_frames(film: Path) -> None:
    info = probe(film)
    assert (info.width, info.height, info.codec) == (160, 120, "h264")
    assert len(info.table) == 90
    assert info.table.fps == Fraction(60000, 1001)
    assert info.table.floor_ms[:4] == (0, 16, 33, 50)
    assert probe(film, decode=True).table == info.table


@pytest.mark.parametrize("name", ["remux.mkv", "remux.ts", "remux.mov"])
def test_other_containers_have_the_same_frames_at_the_same_times(
    film: Path, tmp_path: Path, name: str
) -> None:
    ffmpeg("-i", film, "-c", "copy", tmp_path / name)
    table, expected = probe(tmp_path / name).table, probe(film).table
    assert len(table) == 90
    assert table.fps == expected.fps
    assert all(abs(a - b) <= 1 for a, b in zip(table.floor_ms, expected.floor_ms, strict=True))
    found = brightness(tmp_path / name)
    assert list(found) == list(range(90))
    assert [found[k] for k in (0, 45, 89)] == pytest.approx([60, 105, 149], abs=1.5)


def test_frames_hidden_by_an_edit_list_are_not_in_the_table(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    ffmpeg("-ss", "0.5", "-i", film, "-c", "copy", path)
    table = probe(path).table
    assert table == probe(path, decode=True).table
    found = brightness(path)
    assert list(found) == list(range(len(table)))
    assert len(table) < 90


def test_a_variable_rate_is_read_frame_by_frame(tmp_path: Path) -> None:
    times = [0, 16, 50, 66, 133, 140, 200, 260]
    path = write_film(tmp_path / "vfr.mp4", plain_frames(8), 60, times)
    table = probe(path).table
    assert list(table.floor_ms) == times
    assert table.is_variable


def test_a_window_has_the_same_frames_as_the_whole(film: Path) -> None:
    whole, window = brightness(film), brightness(film, 37, 52)
    assert window == {k: whole[k] for k in range(37, 52)}


def test_pictures_are_contiguous_even_with_odd_widths(tmp_path: Path) -> None:
    path = write_film(tmp_path / "x.mp4", plain_frames(3, 98, 130))
    for frame in iter_frames(path, probe(path).table):
        assert frame.rgb().flags.c_contiguous
        assert frame.rgb().shape == (98, 130, 3)
        assert frame.thumbnail().dtype == np.uint8


def test_a_file_cut_short_still_gives_its_first_frames(film: Path, tmp_path: Path) -> None:
    ffmpeg("-i", film, "-c", "copy", tmp_path / "whole.mkv")
    data = (tmp_path / "whole.mkv").read_bytes()
    (tmp_path / "short.mkv").write_bytes(data[: len(data) // 2])
    found = brightness(tmp_path / "short.mkv")
    assert 0 < len(found) < 90


@pytest.mark.parametrize("size", [0, 100, 2000])
def test_an_unreadable_file_is_one_video_error(film: Path, tmp_path: Path, size: int) -> None:
    path = tmp_path / "bad.mp4"
    path.write_bytes(film.read_bytes()[:size])
    with pytest.raises(VideoError, match="not a readable video") as caught:
        probe(path)
    assert "\n" not in str(caught.value)


def test_a_sound_file_and_a_missing_file_say_so(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=duration=0.2", tmp_path / "tone.mp4")
    with pytest.raises(VideoError, match="no video stream"):
        probe(tmp_path / "tone.mp4")
    with pytest.raises(VideoError, match="no such file"):
        probe(tmp_path / "none.mp4")


def test_a_playlist_disguised_as_a_film_is_not_followed(film: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.ts"
    ffmpeg("-i", film, "-c", "copy", secret)
    texts = {
        "concat.mp4": "ffconcat version 1.0\nfile 'secret.ts'\n",
        "hls.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{secret}\n#EXT-X-ENDLIST\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(VideoError):
            probe(tmp_path / name)


def test_a_name_that_looks_like_a_protocol_is_a_name(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = Path("concat:a.mp4")
    name.write_bytes(film.read_bytes())
    assert len(probe(name).table) == 90


@pytest.mark.parametrize("degrees", [90, 180, -90])
def test_a_film_of_a_turned_phone_is_upright(tmp_path: Path, degrees: int) -> None:
    """ffmpeg's own turning of the same file is the reference, pixel for pixel."""
    plain, turned = tmp_path / "plain.mp4", tmp_path / "turned.mp4"
    source = "testsrc=size=64x48:rate=10:duration=0.4"
    ffmpeg("-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", plain)
    ffmpeg("-display_rotation", degrees, "-i", plain, "-c", "copy", turned)
    ffmpeg("-i", turned, "-f", "rawvideo", "-pix_fmt", "rgb24", tmp_path / "shown.rgb")
    info = probe(turned)
    assert (info.width, info.height) == ((64, 48) if degrees == 180 else (48, 64))
    shown = np.fromfile(tmp_path / "shown.rgb", dtype=np.uint8)
    shown = shown.reshape(-1, info.height, info.width, 3)
    for frame in iter_frames(turned, info.table):
        assert frame.size == (info.width, info.height)
        part = frame.rgb((4, 10, 36, 40))
        assert part.flags.c_contiguous
        # Colour is shared by 2 x 2 pixels, so a part may differ at its rim.
        inner = shown[frame.index, 12:38, 6:34].astype(int)
        assert np.abs(part[2:-2, 2:-2].astype(int) - inner).mean() < 1
        assert np.array_equal(frame.rgb(), shown[frame.index])
    assert len(shown) == len(info.table) == 4
