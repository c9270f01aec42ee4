"""Frame k of the table is picture k, and stays so after a seek, in every container and rate."""

import math
import random
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numbered_films import ffmpeg, number_in, numbered_film

from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.decode import Image, iter_frames
from wdmd_tools.video.probe import probe

NTSC = [Fraction(n * 1000, 1001) for n in (24, 30, 60)]
RATES = [*NTSC, *map(Fraction, (24, 25, 30, 50, 60, 100, 120, 200))]
H264 = ("-c:v", "libx264", "-preset", "veryfast", "-qp", "18")
CLOSED = (*H264, "-x264-params", "keyint=12:bframes=3:b-adapt=0:scenecut=0")
OPEN = (*H264, "-x264-params", "keyint=12:bframes=3:b-adapt=0:scenecut=0:open-gop=1")
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "mp4": ("mp4", CLOSED),
    "mov": ("mov", CLOSED),
    "mkv": ("mkv", CLOSED),
    "ts": ("ts", CLOSED),
    "open mp4": ("mp4", OPEN),
    "open mkv": ("mkv", OPEN),
    "open ts": ("ts", OPEN),
    "refresh": ("mp4", (*H264, "-x264-params", "keyint=12:intra-refresh=1:bframes=0")),
    "mpeg4 avi": ("avi", ("-c:v", "mpeg4", "-q:v", "3", "-g", "12")),
    "mpeg4 b avi": ("avi", ("-c:v", "mpeg4", "-q:v", "3", "-g", "12", "-bf", "2")),
    "mpeg4 b mp4": ("mp4", ("-c:v", "mpeg4", "-q:v", "3", "-g", "12", "-bf", "2")),
    "mjpeg avi": ("avi", ("-c:v", "mjpeg", "-q:v", "3")),
    "mpeg2 ts": ("ts", ("-c:v", "mpeg2video", "-q:v", "3", "-g", "12", "-bf", "2")),
    "later": ("mp4", (*CLOSED, "-output_ts_offset", "3.21")),
    "later mkv": ("mkv", (*CLOSED, "-output_ts_offset", "3.21")),
}


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Fraction], Path]:
    """Films by kind and rate, each encoded once."""
    folder = tmp_path_factory.mktemp("numbered")

    @cache
    def make(kind: str, rate: Fraction) -> Path:
        suffix, options = KINDS[kind]
        if kind == "mpeg2 ts" and rate > 60:
            rate = Fraction(50)
        name = f"{kind}-{rate.numerator}-{rate.denominator}.{suffix}"
        return numbered_film(folder / name, rate, *options)

    return make


def decoded(
    path: Path, table: FrameTable, start: int = 0, stop: int | None = None
) -> dict[int, Image]:
    return {frame.index: frame.rgb() for frame in iter_frames(path, table, start, stop)}


@pytest.mark.parametrize("kind", KINDS)
def test_frame_k_is_picture_k_and_a_window_is_the_same_as_the_whole(
    film: Callable[[str, Fraction], Path], kind: str
) -> None:
    path = film(kind, NTSC[2])
    table = probe(path).table
    assert table == probe(path, decode=True).table
    whole = decoded(path, table)
    assert [number_in(whole[k]) for k in range(len(table))] == list(range(60))
    dice = random.Random(kind)
    for start in (1, 11, 12, 13, *dice.sample(range(60), 8)):
        window = decoded(path, table, start, start + 7)
        assert list(window) == list(range(start, min(start + 7, 60)))
        for k, image in window.items():
            assert np.array_equal(image, whole[k]), (kind, start, k)


WRITERS: dict[str, Callable[[Fraction], int]] = {
    "ceil": math.ceil,
    "floor": math.floor,
    "floor + 1": lambda ms: math.floor(ms) + 1,
}
"""How ELAN's players write the time of a frame: research 1.3."""


@pytest.mark.parametrize("kind", ["mp4", "mkv", "ts", "later"])
@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{float(rate):.2f}")
def test_what_elan_writes_is_the_frame_on_screen(
    film: Callable[[str, Fraction], Path], rate: Fraction, kind: str
) -> None:
    """The time of picture k, known from the rate alone, leads back to the picture with number k."""
    path = film(kind, rate)
    table = probe(path).table
    assert len(table) == 60
    # One second of whole milliseconds does not tell 120 from 119.88.
    assert table.fps == rate or (kind == "mkv" and abs(table.fps / rate - 1) < 0.0011)
    numbers = {frame.index: number_in(frame.rgb()) for frame in iter_frames(path, table)}
    for k in range(60):
        for name, write in WRITERS.items():
            # Players show what the container says: Matroska rounds times to the millisecond.
            time = write((table.seconds(k) if kind == "mkv" else k / rate) * 1000)
            assert numbers[table.frame_of(time)] == k, (name, k, time)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(2, 60), min_size=19, max_size=19), st.sampled_from(["mp4", "mkv"]))
def test_a_variable_rate_is_followed_frame_by_frame(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], suffix: str
) -> None:
    """ffmpeg gives frame k the time of our list; the rule gives k back at each of them."""
    folder = tmp_path_factory.mktemp("vfr")
    times = [sum(steps[:k]) for k in range(20)]
    script = "+".join(f"eq(N,{k})*{time}" for k, time in enumerate(times))
    path = numbered_film(
        folder / f"film.{suffix}",
        Fraction(1000),
        *CLOSED,
        *("-vf", f"settb=1/1000,setpts='{script}'", "-fps_mode", "passthrough"),
        *("-enc_time_base", "1/1000"),
        count=20,
    )
    table = probe(path).table
    assert list(table.floor_ms) == times
    for frame in iter_frames(path, table, 5):
        assert number_in(frame.rgb()) == frame.index == table.frame_of(times[frame.index])


@pytest.mark.parametrize("kind", ["mp4", "mkv", "ts", "open mp4", "open mkv", "open ts"])
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_a_cut_without_encoding_keeps_each_picture_at_its_frame(
    film: Callable[[str, Fraction], Path], tmp_path: Path, kind: str, suffix: str
) -> None:
    if (kind, suffix) == ("open mp4", "ts"):
        pytest.skip("this cut of ffmpeg has no parameter sets: nothing in it decodes")
    path = tmp_path / f"cut.{suffix}"
    ffmpeg("-ss", "0.31", "-i", film(kind, NTSC[2]), "-c", "copy", path)
    table = probe(path).table
    whole = decoded(path, table)
    numbers = {k: number_in(image) for k, image in whole.items()}
    assert len(numbers) >= 36
    # Pictures are consecutive, and a frame that does not decode leaves its number out.
    assert len({number - k for k, number in numbers.items()}) == 1
    for start in range(1, len(table), 5):
        window = decoded(path, table, start, start + 4)
        assert list(window) == [k for k in whole if start <= k < start + 4]
        assert all(np.array_equal(image, whole[k]) for k, image in window.items())


@pytest.mark.parametrize("offset", ["0.4", "-0.4"])
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_sound_that_starts_earlier_or_later_moves_no_picture(
    film: Callable[[str, Fraction], Path], tmp_path: Path, suffix: str, offset: str
) -> None:
    """Time 0 is where the container starts: with its sound, where that is first.

    ffmpeg's edit list in mp4 hides the sound before the picture: both start at 0.
    """
    path = tmp_path / f"sound.{suffix}"
    tone = ("-itsoffset", offset, "-f", "lavfi", "-i", "sine=duration=1")
    ffmpeg("-i", film("mp4", Fraction(50)), *tone, "-c:v", "copy", "-c:a", "aac", path)
    table = probe(path).table
    numbers = {frame.index: number_in(frame.rgb()) for frame in iter_frames(path, table)}
    assert numbers == {k: k for k in range(60)}
    lead = table.floor_ms[0]
    assert (lead == 0) if offset == "0.4" or suffix == "mp4" else (360 <= lead <= 440)
    assert all(numbers[table.frame_of(lead + 20 * k)] == k for k in range(60))


@pytest.mark.parametrize("kind", ["mp4", "mkv", "ts", "open mkv", "mjpeg avi"])
def test_a_damaged_middle_is_a_gap_and_the_rest_is_right(
    film: Callable[[str, Fraction], Path], tmp_path: Path, kind: str
) -> None:
    source = film(kind, NTSC[2])
    whole = decoded(source, probe(source).table)
    data = bytearray(source.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 64] = b"\xff" * 64
    path = tmp_path / source.name
    path.write_bytes(data)
    table = probe(path).table
    found = decoded(path, table)
    # A Matroska demuxer goes on at the next cluster, of which a film this short has one.
    assert (5 if "mkv" in kind else 30) <= len(found) < 60
    for k, image in found.items():
        original = round(table.seconds(k) * NTSC[2])
        assert np.array_equal(image, whole[original]), (kind, k)
    for start in range(1, len(table), 4):
        window = decoded(path, table, start, start + 4)
        assert list(window) == [k for k in found if start <= k < start + 4]
        assert all(np.array_equal(image, found[k]) for k, image in window.items())
