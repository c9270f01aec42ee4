"""Folders of numbered pictures as films: numbers, gaps, rates, grey pictures and broken ones."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.errors import VideoError
from wdmd_tools.intervals import Interval
from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.decode import FrameCountError
from wdmd_tools.video.film import film_bytes, film_files, film_frames
from wdmd_tools.video.frame_folder import list_frames, number_in, read_frame
from wdmd_tools.video.probe import VideoInfo, probe

RATE = Fraction(30)


def picture(number: int, *, grey: bool = False) -> np.ndarray:
    """A picture whose brightness is its number."""
    shape = (24, 32) if grey else (24, 32, 3)
    return np.full(shape, number, np.uint8)


def folder(path: Path, numbers: list[int], name: str = "img{}.png", *, grey: bool = False) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        cv2.imwrite(str(path / name.format(number)), picture(number % 256, grey=grey))
    return path


def brightness(info: VideoInfo, start: int = 0, stop: int | None = None) -> list[tuple[int, int]]:
    frames = film_frames(info.path, info.table, start, stop)
    return [(frame.index, int(frame.rgb()[0, 0, 0])) for frame in frames]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("img001.jpg", 1),
        ("reg_img46.JPG", 46),
        ("006_1_0012.jpg", 12),
        ("006_05562.jpeg", 5562),
        ("00000.png", 0),
        ("s3_image308866.bmp", 308866),
        ("frame 7 (1).jpg", 1),
        ("cover.jpg", None),
        ("12.txt", None),
        (".recursive", None),
        ("3", None),
        ("9" * 13 + ".jpg", None),
    ],
)
def test_the_number_is_the_last_in_the_name(name: str, number: int | None) -> None:
    assert number_in(name) == number


def test_gaps_are_gaps_in_time_and_thousand_follows_999(tmp_path: Path) -> None:
    # numbers  998 999 1000 1003        seconds from the first: 0 1/30 2/30 5/30
    info = probe(folder(tmp_path / "a", [1003, 999, 1000, 998]), rate=RATE)
    table = info.table
    assert [table.seconds(k) * 30 for k in range(4)] == [0, 1, 2, 5]
    assert table.floor_ms == (0, 33, 66, 166)
    assert table.fps == 30
    assert table.end_ms == 200
    assert table.is_variable
    assert list_frames(info.path).n_missing == 2
    assert brightness(info) == [(0, 998 % 256), (1, 999 % 256), (2, 1000 % 256), (3, 1003 % 256)]
    assert (info.width, info.height, info.codec) == (32, 24, "png")


def test_any_frame_can_be_reached(tmp_path: Path) -> None:
    info = probe(folder(tmp_path / "a", [*range(10, 20), *range(30, 40)]), rate=RATE)
    assert brightness(info, 9, 12) == [(9, 19), (10, 30), (11, 31)]
    assert brightness(info, 5, 5) == []


@given(
    st.sets(st.integers(0, 5000), min_size=1, max_size=40),
    st.sampled_from([Fraction(25), Fraction(30), Fraction(200), Fraction(30000, 1001)]),
)
def test_the_times_of_a_frame_lead_back_to_it(numbers: set[int], rate: Fraction) -> None:
    ordered = tuple(sorted(numbers))
    table = FrameTable(ordered, 1 / rate, ordered[0] / rate, rate=rate)
    for first in range(len(table)):
        stop = first + 1
        end_ms = table.floor_ms[stop] if stop < len(table) else table.end_ms
        assert table.frames_of(Interval(table.floor_ms[first], end_ms)) == (first, stop, False)


def test_other_files_are_told_and_ignored(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", [1, 2])
    for name in (".recursive", "Thumbs.db", "notes.txt", ".hidden7.png"):
        (path / name).touch()
    (path / "12.png").mkdir()
    info = probe(path, rate=RATE)
    assert len(info.table) == 2
    assert info.ignored == (".hidden7.png", ".recursive", "Thumbs.db", "notes.txt")


def test_grey_pictures_are_shown_in_three_equal_channels(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", [40], "{:04d}.bmp", grey=True)
    rgb = read_frame(path / "0040.bmp")
    assert rgb.shape == (24, 32, 3)
    assert (rgb == 40).all()


def test_colours_are_red_green_blue(tmp_path: Path) -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 2] = 255  # OpenCV writes blue first
    cv2.imwrite(str(tmp_path / "1.png"), red)
    (frame,) = film_frames(tmp_path, probe(tmp_path, rate=RATE).table)
    assert frame.rgb()[0, 0].tolist() == [255, 0, 0]
    assert frame.rgb((2, 2, 6, 4)).shape == (2, 4, 3)
    assert frame.size == (8, 8)
    # 0.299 of 255
    assert frame.thumbnail()[0, 0] == 76
    assert frame.decoded.width == 8


def test_a_broken_picture_is_found_on_decoding_and_then_a_gap(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", [1, 2, 3, 4], "img_{}.jpg")
    whole = (path / "img_3.jpg").read_bytes()
    (path / "img_3.jpg").write_bytes(whole[: len(whole) // 2])
    info = probe(path, rate=RATE)
    assert len(info.table) == 4
    with pytest.raises(FrameCountError, match=r"img_3\.jpg"):
        brightness(info)
    looked = probe(path, rate=RATE, decode=True)
    assert looked.broken == ("img_3.jpg",)
    assert [index for index, _ in brightness(looked)] == [0, 1, 2]
    assert looked.table.floor_ms == (0, 33, 100)


def test_a_broken_first_picture_does_not_shift_the_times(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", [5, 6, 7])
    (path / "img5.png").write_bytes(b"not a picture")
    quick, looked = probe(path, rate=RATE), probe(path, rate=RATE, decode=True)
    assert quick.table == looked.table
    assert quick.table.pts == (6, 7)


@pytest.mark.parametrize("ending", [".jpg", ".png", ".bmp", ".tif"])
@pytest.mark.parametrize("share", [0.9, 0.5, 0.1, 0])
def test_a_picture_cut_short_is_never_half_a_picture(
    tmp_path: Path, ending: str, share: float
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = cv2.imencode(ending, noise)[1].tobytes()
    path = tmp_path / f"1{ending}"
    path.write_bytes(data)
    assert read_frame(path).shape == (64, 64, 3)
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(VideoError, match="copy it again"):
        read_frame(path)


def test_the_end_of_a_thumbnail_is_not_the_picture_s(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = cv2.imencode(".jpg", noise)[1].tobytes()
    small = cv2.imencode(".jpg", noise[:8, :8])[1].tobytes()
    header = b"\xff\xe1" + (len(small) + 2).to_bytes(2, "big") + small
    whole = data[:2] + header + data[2:]
    path = tmp_path / "1.jpg"
    path.write_bytes(whole + b"\0\0")
    assert read_frame(path).shape == (64, 64, 3)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VideoError, match="copy it again"):
        read_frame(path)


def test_pictures_of_two_sizes_are_refused(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", [1, 2])
    cv2.imwrite(str(path / "img2.png"), np.zeros((10, 12, 3), np.uint8))
    with pytest.raises(FrameCountError):
        brightness(probe(path, rate=RATE))
    with pytest.raises(VideoError, match="12x10 px after frames of 32x24"):
        probe(path, rate=RATE, decode=True)


def test_what_is_wrong_with_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(VideoError, match="no numbered frames"):
        probe(tmp_path / "empty", rate=RATE)
    path = folder(tmp_path / "twice", [1])
    cv2.imwrite(str(path / "img001.png"), picture(1))
    with pytest.raises(VideoError, match="both frame 1"):
        probe(path, rate=RATE)
    with pytest.raises(VideoError, match="needs a frame rate"):
        probe(path)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "1.jpg").touch()
    with pytest.raises(VideoError, match="none of 1 frames can be decoded"):
        probe(tmp_path / "bad", rate=RATE)


def test_a_frame_that_goes_while_reading_is_named(tmp_path: Path) -> None:
    info = probe(folder(tmp_path / "a", [1, 2, 3]), rate=RATE)
    (info.path / "img2.png").unlink()
    with pytest.raises(VideoError, match="frame 2 is gone"):
        brightness(info)


def test_files_and_sizes(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", [10, 9])
    assert [file.name for file in film_files(path)] == ["img9.png", "img10.png"]
    assert film_bytes(path) == sum(file.stat().st_size for file in path.iterdir())
    assert film_bytes(tmp_path / "none.mp4") == 0
