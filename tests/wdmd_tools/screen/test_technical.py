"""Technical screening of films made with ffmpeg: real H.264, known faults."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from wdmd_tools.errors import VideoError
from wdmd_tools.screen.technical import (
    TechnicalConfig,
    repeat_pattern,
    repeated_frames,
    screen_film,
    shot_cuts,
)
from wdmd_tools.video.differences import FrameDifferences, frame_differences
from wdmd_tools.video.ffmpeg import ffmpeg_binary

SMALL = TechnicalConfig(min_height=100, min_fps=24)


def film(path: Path, source: str, *options: str) -> Path:
    command = [ffmpeg_binary(), "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi"]
    command += ["-i", source, *options, "-pix_fmt", "yuv420p", "-c:v", "libx264", str(path)]
    subprocess.run(command, check=True)
    return path


def rules(path: Path, config: TechnicalConfig = SMALL) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in screen_film(path, config):
        found.setdefault(one.rule, []).append(one.text)
    return found


def test_a_good_film_has_no_finding_and_a_small_slow_one_has_two(tmp_path: Path) -> None:
    path = film(tmp_path / "good.mp4", "testsrc2=size=160x120:rate=30:duration=1")
    assert rules(path) == {}
    assert rules(path, TechnicalConfig()) == {
        "resolution": ["160x120, 1080 lines are advised"],
        "frame-rate": ["30 frames per second, 60 are advised"],
    }


def test_thirty_in_sixty_is_seen(tmp_path: Path) -> None:
    source = "testsrc2=size=160x120:rate=30:duration=2"
    path = film(tmp_path / "doubled.mp4", source, "-vf", "fps=60")
    assert rules(path) == {
        "repeated-frames": [
            "50 % of the frames repeat the one before (pattern 2: about 30 pictures per second in 60)"
        ]
    }


def test_film_in_television_is_seen(tmp_path: Path) -> None:
    """24 pictures in 60 frames: shown three times and twice in turn, 3 of 5 frames are repeats."""
    source = "testsrc2=size=160x120:rate=24:duration=2"
    path = film(tmp_path / "telecine.mp4", source, "-vf", "fps=60")
    (text,) = rules(path)["repeated-frames"]
    assert text.startswith(("59 %", "60 %", "61 %"))
    assert "about 24 pictures per second in 60" in text


def test_cuts_are_where_the_shots_meet(tmp_path: Path) -> None:
    """Half a second of each of three pictures at 30 frames per second: cuts at frames 15 and 30."""
    shots = "".join(
        f"color={colour}:size=160x120:rate=30:duration=0.5[s{n}];"
        for n, colour in enumerate(("gray", "white", "black"))
    )
    path = film(tmp_path / "cut.mp4", f"{shots}[s0][s1][s2]concat=n=3")
    cuts = [one for one in screen_film(path, SMALL) if one.rule == "cut"]
    assert [(one.start_ms, one.end_ms) for one in cuts] == [(500, 533), (1000, 1033)]


def test_patterns_by_hand() -> None:
    r"""A frame that repeats the one before is x: .x.x.x.x is 2, .xx.x.xx.x is 3:2."""

    def pattern(text: str) -> tuple[int, ...] | None:
        return repeat_pattern(np.array([letter == "x" for letter in text]))

    assert pattern(".x" * 10 + ".") == (2,)
    assert pattern(".xx.x" * 6 + ".") == (3, 2)
    assert pattern("." * 20) is None
    assert pattern(".x..xxx.x....x..xxxx..x.") is None


def test_repeats_and_cuts_by_hand() -> None:
    measured = FrameDifferences(
        np.array([0.0, 2.0, 0.01, 2.0, 0.02, 9.0]), np.array([0.0, 1, 0, 1, 0, 40])
    )
    assert repeated_frames(measured, 0.1).tolist() == [False, False, True, False, True, False]
    assert shot_cuts(measured, 10.0) == [5]


def test_every_frame_is_measured_whatever_the_rate(tmp_path: Path) -> None:
    path = film(tmp_path / "ntsc.mp4", "testsrc2=size=64x64:rate=60000/1001:duration=1")
    assert len(frame_differences(path).mean) == 60


def test_what_is_no_film_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("#EXTM3U\nother.ts\n")
    with pytest.raises(VideoError, match=r"text\.mp4"):
        frame_differences(tmp_path / "text.mp4")
    with pytest.raises(VideoError, match=r"text\.mp4"):
        screen_film(tmp_path / "text.mp4")
