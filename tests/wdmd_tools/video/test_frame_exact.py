"""Frame k of the table is picture k of the film, in every container, and so is frame k after a seek.

Every picture carries its own number as eight black or white blocks, which survive any compression:

    +--+--+--+--+--+--+--+--+
    | 1| 0| 1| 1| 0| 0| 0| 0|      1 + 4 + 8 = 13
    +--+--+--+--+--+--+--+--+
"""

import functools
import math
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.intervals import Interval
from wdmd_tools.video.decode import FrameCountError, iter_frames
from wdmd_tools.video.ffmpeg import ffmpeg_binary
from wdmd_tools.video.probe import VideoInfo, probe

COUNT, SIDE, BITS = 60, 16, 8
NTSC = Fraction(1000, 1001)
RATES = {
    "23.976": 24 * NTSC, "24": Fraction(24), "25": Fraction(25), "29.97": 30 * NTSC,
    "30": Fraction(30), "50": Fraction(50), "59.94": 60 * NTSC, "60": Fraction(60),
    "100": Fraction(100), "120": Fraction(120), "200": Fraction(200),
}  # fmt: skip
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20")
B_FRAMES = (*H264, "-bf", "3", "-g", "12", "-x264-params", "scenecut=0:b-adapt=0")
OPEN_GOP = (*H264, "-bf", "3", "-g", "12", "-x264-params", "scenecut=0:b-adapt=0:open-gop=1")
MPEG2 = ("-c:v", "mpeg2video", "-q:v", "2", "-bf", "2", "-g", "12")

SHAPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "mp4": ("mp4", B_FRAMES),
    "mov": ("mov", B_FRAMES),
    "mkv": ("mkv", B_FRAMES),
    "ts": ("ts", B_FRAMES),
    "open-gop-mp4": ("mp4", OPEN_GOP),
    "open-gop-mkv": ("mkv", OPEN_GOP),
    "open-gop-ts": ("ts", OPEN_GOP),
    "mpeg2-ts": ("ts", MPEG2),
    "mpeg4-avi": ("avi", ("-c:v", "mpeg4", "-q:v", "2", "-g", "12")),
    "mjpeg-avi": ("avi", ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p")),
    "mjpeg-mov": ("mov", ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p")),
    "late-mkv": ("mkv", (*B_FRAMES, "-output_ts_offset", "7.25")),
    "late-ts": ("ts", (*B_FRAMES, "-output_ts_offset", "7.25")),
}


@functools.cache
def folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="frame-exact-"))


def run(*arguments: str | Path, data: bytes | None = None) -> None:
    command = [ffmpeg_binary(), "-nostdin" if data is None else "-y", "-hide_banner", "-loglevel"]
    done = subprocess.run(
        [*command, "error", *map(str, arguments)], input=data, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


@functools.cache
def pictures() -> bytes:
    frames = np.zeros((COUNT, 2 * SIDE, BITS * SIDE), dtype=np.uint8)
    for number in range(COUNT):
        for bit in range(BITS):
            frames[number, :, bit * SIDE : (bit + 1) * SIDE] = 235 * (number >> bit & 1) + 10
    return frames.tobytes()


def number_of(picture: np.ndarray) -> int:
    """What the blocks say, from their middles."""
    middles = picture[SIDE // 2 :: SIDE, SIDE // 2 :: SIDE].mean(axis=(0, 2))
    return sum(1 << bit for bit, value in enumerate(middles) if value > 128)


@functools.cache
def film(shape: str, rate: str, filters: str = "") -> Path:
    suffix, options = SHAPES[shape]
    path = folder() / f"{shape}-{rate}-{abs(hash(filters))}.{suffix}"
    size = f"{BITS * SIDE}x{2 * SIDE}"
    source = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", size, "-r", str(RATES[rate]), "-i", "-")
    pixels = () if "-pix_fmt" in options else ("-pix_fmt", "yuv420p")
    change = ("-vf", filters, "-fps_mode", "passthrough") if filters else ()
    run(*source, *change, *pixels, *options, path, data=pictures())
    return path


@functools.cache
def through(path: Path) -> tuple[VideoInfo, tuple[bytes, ...], tuple[int, ...]]:
    """The film's facts, pictures and numbers, decoded from start to end."""
    info = probe(path)
    try:
        frames = list(iter_frames(path, info.table))
    except FrameCountError:
        info = probe(path, decode=True)
        frames = list(iter_frames(path, info.table))
    assert [frame.index for frame in frames] == list(range(len(info.table)))
    shown = [frame.rgb() for frame in frames]
    return info, tuple(one.tobytes() for one in shown), tuple(number_of(one) for one in shown)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", ["mp4", "mkv", "ts", "mpeg4-avi"])
def test_picture_k_is_frame_k_at_every_rate(shape: str, rate: str) -> None:
    info, _, numbers = through(film(shape, rate))
    assert numbers == tuple(range(COUNT))
    if shape == "mkv":
        # 60 frames in milliseconds do not tell 120 from 119.88.
        assert float(info.table.fps) == pytest.approx(float(RATES[rate]), rel=0.005)
    else:
        assert info.table.fps == RATES[rate]
    # Matroska keeps milliseconds, MPEG-TS ticks of 1/90000 s; the others are exact.
    rounding = {"mkv": Fraction(1, 1000), "ts": Fraction(1, 90_000)}.get(shape, Fraction(0))
    start = info.table.seconds(0)
    for number in range(COUNT):
        assert abs(info.table.seconds(number) - start - number / RATES[rate]) <= rounding


@pytest.mark.parametrize("shape", SHAPES)
def test_picture_k_is_frame_k_in_every_container(shape: str) -> None:
    _, _, numbers = through(film(shape, "59.94"))
    assert numbers == tuple(range(COUNT))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", ["mp4", "mkv", "ts"])
def test_times_that_players_write_give_the_picture_on_screen_back(shape: str, rate: str) -> None:
    """ELAN's players write the time of frame k rounded up, down, to the nearest, or down plus one."""
    info, _, numbers = through(film(shape, rate))
    table = info.table
    for k in range(COUNT):
        exact = table.seconds(k) * 1000
        written = {math.floor(exact), math.ceil(exact), round(exact), math.floor(exact) + 1}
        if RATES[rate] > 100:
            written.discard(math.floor(exact) + 1)
        assert {numbers[table.frame_of(time)] for time in written} == {k}
    # Annotations that share a boundary share no frame and leave none out.
    third = table.floor_ms[COUNT // 3]
    first = table.frames_of(Interval(max(0, table.floor_ms[0]), third))
    second = table.frames_of(Interval(third, table.floor_ms[COUNT // 2]))
    assert (first[1], second[0]) == (COUNT // 3, COUNT // 3)


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(sorted(SHAPES)),
    st.integers(0, COUNT - 1),
    st.integers(1, COUNT),
)
def test_seeking_decodes_what_reading_through_does(shape: str, start: int, length: int) -> None:
    path = film(shape, "25")
    info, expected, _ = through(path)
    found = list(iter_frames(path, info.table, start, start + length))
    stop = min(start + length, COUNT)
    assert [frame.index for frame in found] == list(range(start, stop))
    assert [frame.rgb().tobytes() for frame in found] == list(expected[start:stop])


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_seeking_to_the_frames_around_every_key_frame(shape: str) -> None:
    """The first frames after a key frame of an open group of pictures refer to the group before it."""
    path = film(shape, "25")
    info, expected, _ = through(path)
    for key in range(0, COUNT, 12):
        for start in range(max(0, key - 3), min(COUNT, key + 4)):
            (found,) = iter_frames(path, info.table, start, start + 1)
            assert (found.index, found.rgb().tobytes()) == (start, expected[start])


@pytest.mark.parametrize("shape", ["mp4", "mkv", "ts", "mjpeg-mov"])
def test_a_variable_rate_keeps_every_picture_and_its_time(shape: str) -> None:
    # frame   0  1  2     3  4  5     6        every third step is twice as long: 25 fps in units of 1/50 s
    # time    0  1  2     4  5  6     8
    path = film(shape, "25", "settb=1/1000,setpts=40*(N+floor(N/3))+0.5")
    info, _, numbers = through(path)
    assert numbers == tuple(range(COUNT))
    start = info.table.seconds(0)
    for number in range(COUNT):
        expected = Fraction(number + number // 3, 25)
        assert abs(info.table.seconds(number) - start - expected) <= Fraction(1, 1000)
    assert info.table.is_variable


@pytest.mark.parametrize(
    ("shape", "suffix"),
    # An open group copied into MPEG-TS has no headers: ffmpeg itself decodes nothing of it.
    [
        ("mp4", "mp4"),
        ("mp4", "mkv"),
        ("mp4", "ts"),
        ("open-gop-mp4", "mp4"),
        ("open-gop-mp4", "mkv"),
    ],
)
def test_a_cut_without_encoding_shows_consecutive_pictures(
    shape: str, suffix: str, tmp_path: Path
) -> None:
    """``ffmpeg -ss 0.7 -c copy`` keeps packets that no player shows, before an edit list or a key frame."""
    cut = tmp_path / f"cut.{suffix}"
    run("-ss", "0.7", "-i", film(shape, "25"), "-c", "copy", cut)
    info, expected, numbers = through(cut)
    assert numbers == tuple(range(numbers[0], numbers[0] + len(numbers)))
    assert numbers[-1] == COUNT - 1
    assert len(info.table) == len(numbers) >= COUNT - 18
    for start in range(0, len(numbers), 5):
        (found,) = iter_frames(cut, info.table, start, start + 1)
        assert found.rgb().tobytes() == expected[start]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize("late", ["0.4", "-0.4"])
def test_sound_that_begins_earlier_or_later_moves_no_picture(
    suffix: str, late: str, tmp_path: Path
) -> None:
    """Times count from where the container starts, as players show them."""
    path = tmp_path / f"sound.{suffix}"
    tone = ("-f", "lavfi", "-itsoffset", late, "-i", "sine=duration=2.4")
    run(
        "-i",
        film("mp4", "25"),
        *tone,
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-c:v",
        "copy",
        "-c:a",
        "aac",
        path,
    )
    info, _, numbers = through(path)
    assert numbers == tuple(range(COUNT))
    steps = {info.table.seconds(k + 1) - info.table.seconds(k) for k in range(COUNT - 1)}
    assert max(steps) - min(steps) <= Fraction(2, 1000)
    assert info.table.seconds(0) >= 0


def shown_by_time(path: Path) -> dict[int, int]:
    """Number that a frame should show, by its time, to the number it shows; 25 fps from 0 on."""
    table = probe(path).table
    return {
        round(table.seconds(frame.index) * 25): number_of(frame.rgb())
        for frame in iter_frames(path, table)
    }


def test_a_film_cut_short_keeps_its_first_frames(tmp_path: Path) -> None:
    whole = film("ts", "25").read_bytes()
    short = tmp_path / "short.ts"
    short.write_bytes(whole[: len(whole) // 2])
    shown = shown_by_time(short)
    assert len(shown) >= 20
    # The last packet is cut off in its middle: its picture may be half there.
    assert all(shown[time] == time for time in sorted(shown)[:-1])


def test_packets_lost_in_the_middle_move_no_other_picture(tmp_path: Path) -> None:
    whole = film("ts", "25").read_bytes()
    middle = len(whole) // 2 // 188 * 188
    damaged = tmp_path / "damaged.ts"
    damaged.write_bytes(whole[:middle] + whole[middle + 30 * 188 :])
    shown = shown_by_time(damaged)
    wrong = sorted(time for time, number in shown.items() if time != number)
    lost = sorted(set(range(COUNT)) - set(shown))
    assert lost or wrong
    # Whatever is wrong lies in the damaged group of pictures of 12 frames and the B-frames around it.
    around = [*wrong, *lost]
    assert max(around) - min(around) <= 12 + 12
    assert all(shown[time] == time for time in range(min(around)))
    assert all(shown[time] == time for time in range(max(around) + 1, COUNT))
