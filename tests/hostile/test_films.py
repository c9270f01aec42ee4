"""Files that pretend to be films: one line, in time, and no other file is read."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from numbered_films import ffmpeg

from wdmd_tools.annotations import AnnotationDocument, MediaDescriptor
from wdmd_tools.errors import VideoError
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.differences import frame_differences
from wdmd_tools.video.media import MediaIndex, MediaMatch
from wdmd_tools.video.probe import probe

CANARY = "canary-7f31"
Write = Callable[[Path, Path], bytes]


def _text(text: str) -> Write:
    return lambda secret, _text_file: text.format(s=secret, t=_text_file).encode()


PLAYLISTS: dict[str, Write] = {
    "hls to a film": _text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{s}\n#EXT-X-ENDLIST\n"
    ),
    "hls to a text": _text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{t}\n#EXT-X-ENDLIST\n"),
    "hls key": _text(
        '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="file://{t}"\n#EXTINF:2,\nfile://{s}\n#EXT-X-ENDLIST\n'
    ),
    "dash": _text(
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4">'
        '<Representation id="1" bandwidth="1000" codecs="avc1.64000a" width="64" height="48">'
        "<BaseURL>{s}</BaseURL></Representation></AdaptationSet></Period></MPD>"
    ),
    "ffconcat relative": _text("ffconcat version 1.0\nfile 'secret.ts'\n"),
    "ffconcat absolute": _text("ffconcat version 1.0\nfile '{s}'\n"),
    "ffconcat subfile": _text("ffconcat version 1.0\nfile 'subfile,,start,0,end,0,,:{s}'\n"),
    "sdp": _text(
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n"
        "a=rtpmap:96 H264/90000\n"
    ),
    "image list": _text("{t}\n{s}\n"),
    "avisynth": _text('FFVideoSource("{s}")\n'),
    "nothing": lambda _s, _t: b"",
    "noise": lambda _s, _t: bytes(range(256)) * 64,
}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A film and a text that must not be read."""
    folder = tmp_path_factory.mktemp("secret")
    source = ("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=0.5")
    ffmpeg(*source, "-pix_fmt", "yuv420p", "-metadata", f"title={CANARY}", folder / "secret.ts")
    (folder / "secret.txt").write_text(CANARY)
    return folder / "secret.ts", folder / "secret.txt"


@pytest.mark.parametrize("read", [probe, frame_differences], ids=["pyav", "binary"])
@pytest.mark.parametrize("name", PLAYLISTS)
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_disguised_playlist_is_refused_in_one_line(
    secrets: tuple[Path, Path], read: Callable[[Path], object], name: str, suffix: str
) -> None:
    film, text = secrets
    bad = film.with_name(f"bad.{suffix}")  # beside the secret, so that relative names reach it
    bad.write_bytes(PLAYLISTS[name](film, text))
    began = time.monotonic()
    with pytest.raises(VideoError) as caught:
        read(bad)
    assert "\n" not in str(caught.value)
    assert CANARY not in str(caught.value)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("read", [probe, frame_differences], ids=["pyav", "binary"])
@pytest.mark.parametrize("text", ["concat:{0}|{0}", "subfile,,start,0,end,9,,:{0}", "-i", "pipe:0"])
def test_a_name_that_reads_like_an_address_is_a_name(
    secrets: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[Path], object],
    text: str,
) -> None:
    (tmp_path / "secret.ts").write_bytes(secrets[0].read_bytes())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(VideoError):
        read(Path(text.format("secret.ts")))


@pytest.mark.parametrize(
    "name", ["-x.mp4", "a\nb.mp4", "'\"$(x).mp4", "😀.mp4", "[red]b.mp4", "%2e.mp4"]
)
def test_a_film_with_an_odd_name_is_read(
    secrets: tuple[Path, Path], tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(secrets[0].read_bytes())
    assert len(probe(path).table) == 5
    assert len(frame_differences(path).mean) == 5


def test_a_film_whose_size_changes_in_the_middle_is_read(tmp_path: Path) -> None:
    parts = []
    for size in ("64x48", "128x96"):
        parts.append(tmp_path / f"{size}.ts")
        source = ("-f", "lavfi", "-i", f"testsrc=size={size}:rate=10:duration=0.5")
        ffmpeg(*source, "-pix_fmt", "yuv420p", parts[-1])
    path = tmp_path / "both.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    frames = list(iter_frames(path, probe(path, decode=True).table))
    assert {frame.size for frame in frames} == {(64, 48), (128, 96)}
    assert all(frame.rgb().shape[1::-1] == frame.size for frame in frames)


@pytest.mark.parametrize("size", ["2x2", "1x1"])
def test_a_tiny_film_is_read(tmp_path: Path, size: str) -> None:
    source = ("-f", "lavfi", "-i", f"color=size={size}:rate=10:duration=0.3")
    path = tmp_path / "tiny.mkv"
    ffmpeg(*source, "-c:v", "ffv1", "-pix_fmt", "gray", path)
    info = probe(path)
    assert [frame.rgb().shape[:2] for frame in iter_frames(path, info.table)] == [
        (info.height, info.width)
    ] * 3


def _png_header(width: int, height: int) -> bytes:
    import struct
    import zlib

    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 10)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (body, data, b"IEND")
    )


def test_a_header_of_65535_squared_takes_neither_memory_nor_time(tmp_path: Path) -> None:
    """Decoded in a process that may have half a gigabyte: three such frames would be 13."""
    good = tmp_path / "good.mkv"
    source = ("-f", "lavfi", "-i", "testsrc=size=65x33:rate=10:duration=0.1")
    ffmpeg(*source, "-c:v", "png", "-pix_fmt", "rgb24", good)
    bomb = good.read_bytes()
    at = bomb.index(b"IHDR")
    bomb = bomb[: at + 4] + _png_header(65535, 65535)[16:33] + bomb[at + 21 :]
    (tmp_path / "bomb.mkv").write_bytes(bomb)
    code = (
        "import sys; from pathlib import Path\n"
        "from wdmd_tools.video.probe import probe\n"
        "from wdmd_tools.video.decode import iter_frames\n"
        "from wdmd_tools.video.limits import LimitsConfig, enter_worker\n"
        "from wdmd_tools.errors import VideoError\n"
        "enter_worker(LimitsConfig(memory_gb=0.5))\n"
        "path = Path(sys.argv[1])\n"
        "try:\n    print('frames', len(list(iter_frames(path, probe(path).table))))\n"
        "except VideoError as error:\n    print('refused', str(error).count(chr(10)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "bomb.mkv")],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.stdout in ("frames 0\n", "refused 0\n"), done.stderr


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are POSIX's")
def test_links_out_pipes_and_folders_are_not_opened(
    secrets: tuple[Path, Path], tmp_path: Path
) -> None:
    root = tmp_path / "videos"
    root.mkdir()
    (root / "good.ts").write_bytes(secrets[0].read_bytes())
    (root / "link.mp4").symlink_to(secrets[0])
    (root / "folder").symlink_to(secrets[0].parent)
    (root / "device.mp4").symlink_to("/dev/zero")
    os.mkfifo(root / "pipe.mp4")
    (root / "dir.mp4").mkdir()
    index = MediaIndex(root)
    assert [path.name for path in index.paths] == ["good.ts"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///../../secret.ts", "../../secret.ts", "..%2f..%2fsecret.ts", r"\\host\share\secret.ts",
        r"C:\x\secret.ts", "secret.ts%00.mp4", "secret.ts\x00", "/dev/zero", "NUL", "con.mp4", "..", ".",
        "%2e%2e", "http://localhost/secret.ts", "concat:secret.ts|secret.ts", "*", "[s]ecret.ts",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_the_folder(
    secrets: tuple[Path, Path], tmp_path: Path, url: str
) -> None:
    (tmp_path / "good.ts").write_bytes(secrets[0].read_bytes())
    descriptor = MediaDescriptor(url, url, "video/mp4", 0)
    document = AnnotationDocument(Path("x.eaf"), (), (descriptor,))
    problem = MediaIndex(tmp_path).find(document)
    if isinstance(problem, MediaMatch):
        pytest.fail("found by a name that is not its own")
    assert problem.code == "E_NO_MEDIA"
    assert len(problem.message.splitlines()) == 1
