"""Crop videos: lossless, the same bytes every time, windows without decoding the rest."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from wdmd_tools.errors import ManifestError, VideoError
from wdmd_tools.video.crops import open_crop_writer, read_crop, read_crop_window


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (75, 34, 34, 3), dtype=np.uint8)


def write(path: Path, frames: np.ndarray, fps: Fraction = Fraction(60000, 1001)) -> Path:
    with open_crop_writer(path, frames.shape[1], fps) as sink:
        for frame in frames:
            sink.write(frame)
    return path


@pytest.mark.parametrize("fps", [Fraction(25), Fraction(60000, 1001), Fraction(200)], ids=str)
def test_what_is_written_is_read_bit_by_bit(
    tmp_path: Path, frames: np.ndarray, fps: Fraction
) -> None:
    path = write(tmp_path / "x.mkv", frames, fps)
    assert (read_crop(path) == frames).all()
    for start, stop in [(0, 1), (0, 75), (31, 47), (74, 75)]:
        assert (read_crop_window(path, start, stop) == frames[start:stop]).all()


def test_the_same_frames_give_the_same_bytes(tmp_path: Path, frames: np.ndarray) -> None:
    one, other = write(tmp_path / "a.mkv", frames), write(tmp_path / "b.mkv", frames)
    assert one.read_bytes() == other.read_bytes()


def test_a_window_beyond_the_end_is_an_error(tmp_path: Path, frames: np.ndarray) -> None:
    path = write(tmp_path / "x.mkv", frames)
    with pytest.raises(ManifestError, match="ends after 75 frames"):
        read_crop_window(path, 70, 80)
    with pytest.raises(ValueError, match="start < stop"):
        read_crop_window(path, 5, 5)


def test_damaged_and_missing_crops_are_one_line(tmp_path: Path, frames: np.ndarray) -> None:
    path = write(tmp_path / "x.mkv", frames)
    path.write_bytes(path.read_bytes()[:300])
    for bad in (path, tmp_path / "none.mkv"):
        with pytest.raises(ManifestError) as caught:
            read_crop(bad)
        assert "\n" not in str(caught.value)


def test_an_encoder_that_cannot_write_is_a_video_error(tmp_path: Path, frames: np.ndarray) -> None:
    with pytest.raises(VideoError, match="could not write"):
        write(tmp_path / "no" / "folder" / "x.mkv", frames)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_says_so(frames: np.ndarray) -> None:
    with pytest.raises(VideoError, match="no space left on the device"):
        write(Path("/dev/full"), np.repeat(frames, 20, axis=0))
