"""Planes for an encoder: as decoded, turned as shown, colours said."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numbered_films import ffmpeg
from projects import plain_frames, portrait_frames, write_film

from wdmd_tools.errors import VideoError
from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.planes import colours_of, planes_of
from wdmd_tools.video.probe import probe
from wdmd_tools.video.retime import retime


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_planes_are_turned_like_the_picture(tmp_path: Path, degrees: int) -> None:
    plain = write_film(tmp_path / "plain.mp4", portrait_frames(1)[:, :200], 30)
    film = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", str(degrees), "-i", plain, "-c", "copy", film)
    (frame,) = iter_frames(film, probe(film).table)
    planes = planes_of(frame)
    assert planes.size == frame.size
    shown = cv2.cvtColor(planes.i420(), cv2.COLOR_YUV2RGB_I420)
    difference = np.abs(shown.astype(int) - frame.rgb())
    assert difference.mean() < 4  # two ways of bringing chroma back to full size


def test_eight_bit_planes_are_copied_bit_by_bit(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", plain_frames(2), 30)
    for frame in iter_frames(film, probe(film).table):
        expected = frame.decoded.to_ndarray(format="yuv420p")
        assert (planes_of(frame).i420() == expected).all()


def test_ten_bits_are_converted_once(tmp_path: Path) -> None:
    film = tmp_path / "ten.mkv"
    plain = write_film(tmp_path / "film.mp4", plain_frames(2), 30)
    ffmpeg("-i", plain, "-c:v", "ffv1", "-pix_fmt", "yuv420p10le", film)
    frames = list(iter_frames(film, probe(film).table))
    before = [planes_of(frame) for frame in iter_frames(plain, probe(plain).table)]
    for frame, one in zip(frames, before, strict=True):
        assert np.abs(planes_of(frame).y.astype(int) - one.y).max() <= 1


def test_full_range_is_said(tmp_path: Path) -> None:
    plain = write_film(tmp_path / "film.mp4", plain_frames(1), 30)
    film = tmp_path / "full.mp4"
    ffmpeg("-i", plain, "-pix_fmt", "yuvj420p", "-color_range", "pc", "-colorspace", "bt709", film)
    (frame,) = iter_frames(film, probe(film).table)
    assert colours_of(frame) == {"colorspace": "bt709", "color_range": "pc"}


def test_a_film_with_another_number_of_frames_is_refused(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", plain_frames(3), 30)
    base = probe(film).table.time_base
    with pytest.raises(VideoError, match="3 frames were encoded, 4 expected"):
        retime(film, FrameTable((0, 10, 20, 30), base), tmp_path / "out.mp4")
    with pytest.raises(VideoError, match="more than the 2 frames"):
        retime(film, FrameTable((0, 10), base), tmp_path / "out.mp4")
