"""Frames of clips: what is skipped, and that skipping changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from projects import plain_frames, write_film

from wdmd_tools.errors import VideoError
from wdmd_tools.pipeline import reading
from wdmd_tools.pipeline.reading import ClipReader
from wdmd_tools.video.decode import SourceFrame, iter_frames
from wdmd_tools.video.probe import VideoInfo, probe


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    """600 frames at 30 frames per second: 20 s; x264 sets a key frame every 250 frames."""
    path = tmp_path_factory.mktemp("long") / "film.mp4"
    return probe(write_film(path, plain_frames(600, 48, 64), 30))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """First frames of every pass over the film."""
    starts: list[int] = []

    def spy(path: Path, table: object, start: int = 0) -> Iterator[SourceFrame]:
        starts.append(start)
        return iter_frames(path, table, start)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "film_frames", spy)
    return starts


def test_short_gaps_are_decoded_and_long_ones_skipped(film: VideoInfo, opened: list[int]) -> None:
    """
    frames  0   30   60   90              400  430 430 450
            |-A-|    |-B-|                |--C--|  |-D-|
    A to B: 1 s, decoded through. B to C: 10 s, sought. C to D: none.
    """
    reader = ClipReader(film)
    clips = [(0, 30), (60, 90), (400, 430), (430, 450)]
    found = [list(reader.frames(run)) for run in clips]
    assert [[f.index for f in frames] for frames in found] == [list(range(*run)) for run in clips]
    assert opened == [0, 400]
    through = {f.index: f.rgb().copy() for f in iter_frames(film.path, film.table)}
    for frames in found:
        for frame in frames:
            assert (frame.rgb() == through[frame.index]).all()


def test_behind_damage_it_tries_again(film: VideoInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(path: Path, table: object, start: int = 0) -> Iterator[SourceFrame]:
        for frame in iter_frames(path, table, start):  # type: ignore[arg-type]
            if start == 0 and frame.index == 20:
                raise VideoError("broken here")
            yield frame

    monkeypatch.setattr(reading, "film_frames", breaks)
    reader = ClipReader(film)
    assert [f.index for f in reader.frames((0, 30))] == list(range(20))
    assert str(reader.error) == "broken here"
    assert [f.index for f in reader.frames((30, 60))] == list(range(30, 60))


def test_a_region_inside_of_one_that_was_converted_has_the_same_pixels(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (2, 96, 128, 3), dtype=np.uint8)
    info = probe(write_film(tmp_path / "noise.mp4", noise, 30))
    outer = (8, 4, 120, 90)
    first, again = (list(iter_frames(info.path, info.table)) for _ in range(2))
    for kept, fresh in zip(first, again, strict=True):
        kept.rgb(outer)
        for inner in ((8, 4, 120, 90), (10, 6, 40, 50), (58, 30, 120, 90)):
            assert (kept.rgb(inner) == fresh.rgb(inner)).all()
            fresh._part = None
        # Reaching out of it, it is converted anew.
        assert kept.rgb((0, 0, 60, 60)).shape == (60, 60, 3)
