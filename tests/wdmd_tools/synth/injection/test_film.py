"""Frames before the encoder, frame times, and the truth on the frame axis."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from known_face import portrait_points, still_course
from projects import plain_frames, portrait, write_film

from wdmd_tools.intervals import Interval
from wdmd_tools.synth.injection.field import Channel
from wdmd_tools.synth.injection.film import render_film, strengths
from wdmd_tools.synth.injection.plan import InjectedEvent
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.planes import Planes, planes_of
from wdmd_tools.video.probe import VideoInfo, probe

BROWS = tuple(Channel("1", side) for side in ("left", "right"))
EVENT = InjectedEvent(Interval(400, 800), 600, "surprise", ("1",), "both", 8.0, BROWS)


def planes(info: VideoInfo) -> list[Planes]:
    return [planes_of(frame) for frame in iter_frames(info.path, info.table)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # 20 frames a second, one second, with a lamp that gets brighter: no two frames are equal
    frames = np.stack([np.clip(portrait().astype(int) + k, 0, 255) for k in range(20)])
    path = tmp_path_factory.mktemp("still") / "film.mp4"
    return write_film(path, frames.astype(np.uint8), 20)


def test_the_course_of_an_me_on_the_frame_axis(film: Path) -> None:
    # frame     0   ...  8     9    10    11    12    13    14    15    16   ...
    # ms        0       400   450   500   550   600   650   700   750   800
    # share     0        0   .146   .5   .854    1   .854   .5   .146    0
    curve = strengths(probe(film), EVENT) / 0.08
    expected = [0, 0.1464, 0.5, 0.8536, 1, 0.8536, 0.5, 0.1464, 0]
    assert np.allclose(curve[8:17], expected, atol=1e-3)
    assert not curve[:8].any()
    assert not curve[17:].any()


def test_frames_without_an_me_reach_the_encoder_untouched(film: Path, tmp_path: Path) -> None:
    # CRF 0 is lossless: what comes out is what went in.
    info = probe(film)
    course = still_course(portrait_points(), 20, 20)
    done = render_film(info, course, [EVENT], tmp_path / "out.mp4", crf=0)
    before, after = planes(info), planes(probe(tmp_path / "out.mp4"))
    changed = [k for k in range(20) if (before[k].i420() != after[k].i420()).any()]
    assert changed == [9, 10, 11, 12, 13, 14, 15]
    assert done.moved == 7
    iod = course.frame(12).iod
    assert done.peaks_px == (pytest.approx(0.08 * iod, rel=0.03),)
    # Only pixels around the brows: the mouth and the corners of the picture are the same bytes.
    difference = before[12].y.astype(int) - after[12].y
    assert not difference[135:].any()
    assert not difference[:, :20].any()
    assert not difference[:, -20:].any()
    assert np.abs(difference[80:100]).max() > 20


def test_a_control_is_the_source_through_the_encoder(film: Path, tmp_path: Path) -> None:
    info = probe(film)
    done = render_film(info, still_course(portrait_points(), 20), [], tmp_path / "c.mp4", crf=0)
    assert (done.moved, done.peaks_px, done.repaired) == (0, (), 0)
    after = planes(probe(tmp_path / "c.mp4"))
    assert all((a.i420() == b.i420()).all() for a, b in zip(planes(info), after, strict=True))


def test_variable_rate_keeps_its_times_counted_from_the_first_frame(tmp_path: Path) -> None:
    times = [40, 70, 110, 140, 260, 300, 420]
    source = write_film(tmp_path / "vfr.mkv", plain_frames(7), 25, times_ms=times)
    info = probe(source)
    assert info.table.is_variable
    course = still_course(portrait_points() / 2, 7)
    render_film(info, course, [], tmp_path / "out.mp4", crf=10)
    found = probe(tmp_path / "out.mp4").table
    assert [found.seconds(k) for k in range(7)] == [Fraction(t - 40, 1000) for t in times]


def test_odd_sizes_lose_their_last_row_and_column(tmp_path: Path) -> None:
    import av

    source = tmp_path / "odd.mkv"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.height, stream.width, stream.pix_fmt = 121, 161, "yuv420p"
        for picture in plain_frames(3, 121, 161):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    render_film(probe(source), still_course(portrait_points(), 3), [], tmp_path / "o.mp4", crf=10)
    found = probe(tmp_path / "o.mp4")
    assert (found.width, found.height, len(found.table)) == (160, 120, 3)
