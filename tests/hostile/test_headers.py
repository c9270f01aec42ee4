"""QuickTime headers that lie: data in another file, lengths and counts of billions."""

import struct
import time
from pathlib import Path

import av
import pytest
from numbered_films import ffmpeg

from wdmd_tools.errors import VideoError
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.duration import declared_duration_s
from wdmd_tools.video.probe import probe


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five frames; `moov` is at the end, so that it may grow."""
    path = tmp_path_factory.mktemp("headers") / "good.mov"
    source = ("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=0.5")
    ffmpeg(*source, "-pix_fmt", "yuv420p", path)
    return path


def _frames(path: Path) -> int:
    return sum(1 for _ in iter_frames(path, probe(path).table))


def _alias(target: Path, level: int) -> bytes:
    """A data reference of type `alis`: level 0 by absolute path, 1 in the same folder."""
    text = str(target).encode()
    text += b"\0" * (len(text) % 2)
    volume = b"\0" * 10 + b"\1x" + b"\0" * 26 + b"\0" * 12
    name = bytes([len(target.name)]) + target.name.encode().ljust(63, b"\0") + b"\0" * 16
    levels = struct.pack(">HH", level, level) + b"\0" * 16
    path = struct.pack(">HH", 2, len(text)) + text + struct.pack(">HH", 0xFFFF, 0)
    body = volume + name + levels + path
    return struct.pack(">I4sI", len(body) + 12, b"alis", 0) + body


def _with_data_elsewhere(data: bytes, target: Path, level: int) -> bytes:
    """The film without its pictures, which its track now has in another file."""
    entry = data.index(b"url \0\0\0\1", data.index(b"dref")) - 4
    alias = _alias(target, level)
    grown = bytearray(data[:entry] + alias + data[entry + 12 :])
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = (grown.rindex(box, 0, entry) if box != b"moov" else grown.rindex(box)) - 4
        size = struct.unpack_from(">I", grown, at)[0]
        struct.pack_into(">I", grown, at, size + len(alias) - 12)
    begin = grown.index(b"mdat") + 4
    end = begin - 8 + struct.unpack_from(">I", grown, begin - 8)[0]
    grown[begin:end] = b"\0" * (end - begin)
    return bytes(grown)


@pytest.mark.parametrize("level", [0, 1], ids=["absolute", "relative"])
def test_pictures_in_another_file_are_not_fetched(film: Path, level: int) -> None:
    path = film.with_name("bad.mov")
    path.write_bytes(_with_data_elsewhere(film.read_bytes(), film, level))
    follow = {"enable_drefs": "1", "use_absolute_path": "1"}
    with av.open(f"file:{path}", options=follow) as container:
        assert len(list(container.decode(video=0))) == 5, "the attack itself works"
    try:
        found = _frames(path)
    except VideoError as error:
        found = 0
        message = str(error)
        if len(message.splitlines()) != 1:
            pytest.fail(message)
    assert found == 0


def test_a_declared_length_of_days_costs_nothing(film: Path, tmp_path: Path) -> None:
    data = bytearray(film.read_bytes())
    for box, at in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24)):
        place = data.index(box) + at
        data[place : place + 4] = b"\x7f\xff\xff\xff"
    path = tmp_path / "long.mov"
    path.write_bytes(data)
    began = time.monotonic()
    assert declared_duration_s(path) >= 0
    assert _frames(path) == 5
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("box", [b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stco"])
def test_counts_of_billions_are_not_believed(film: Path, tmp_path: Path, box: bytes) -> None:
    data = bytearray(film.read_bytes())
    at = data.index(box) + (12 if box == b"stsz" else 8)
    data[at : at + 4] = b"\x7f\xff\xff\xff"
    path = tmp_path / "counts.mov"
    path.write_bytes(data)
    began = time.monotonic()
    try:
        assert _frames(path) <= 5
    except VideoError as error:
        if len(str(error).splitlines()) != 1:
            pytest.fail(str(error))
    assert time.monotonic() - began < 5
