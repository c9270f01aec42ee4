"""What a video is: size, codec, and the presentation time of every frame that decodes.

The table comes from the packets, which is quick; packets that the container hides (an edit list, a cut
with ``-c copy``) are left out. The one who decodes compares each frame with the table and, where a file
lies about its packets, asks for the table again with ``decode=True``. Counts in headers are never used.
"""

import contextlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.container
import av.video.stream

from wdmd_tools.errors import VideoError
from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.decode import SourceFrame
from wdmd_tools.video.frame_folder import list_frames, other_size, read_frame
from wdmd_tools.video.open import open_video


@dataclass(frozen=True)
class VideoInfo:
    """Facts about a video.

    Args:
        path: The file.
        width: Pixels, as shown: after the turn that the film of a phone asks for.
        height: Pixels, likewise.
        codec: For example ``"h264"``.
        table: Presentation times.
        broken: Files of a folder of frames that cannot be decoded and are gaps; known after decoding.
        ignored: Files of such a folder that are no frames.
    """

    path: Path
    width: int
    height: int
    codec: str
    table: FrameTable
    broken: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def probe(path: Path, *, decode: bool = False, rate: Fraction | None = None) -> VideoInfo:
    """Read size, codec and frame times of a video.

    Args:
        path: The video, or a folder of numbered frames.
        decode: Whether to decode every frame instead of trusting the packets.
        rate: Frames per second of a folder of frames, which does not say it; a film's own times count.

    Raises:
        VideoError: It cannot be read, or holds no frame.
    """
    if path.is_dir():
        return _probe_folder(path, rate, decode=decode)
    with open_video(path) as (container, stream):
        if stream.time_base is None:
            raise VideoError(f"{path}: the video has no time base; convert it to MP4")
        times = _decoded_pts(container, stream) if decode else _packet_pts(container, stream)
        if not times and not decode:
            return probe(path, decode=True)
        if not times:
            raise VideoError(f"{path}: no frame can be decoded; copy the file again")
        table = FrameTable(tuple(times), stream.time_base, _start(container, stream))
        codec = stream.codec_context.name
    width, height = _shown_size(path)
    return VideoInfo(Path(path), width, height, codec, table)


def _probe_folder(path: Path, rate: Fraction | None, *, decode: bool) -> VideoInfo:
    if rate is None:
        raise VideoError(f"{path}: a folder of frames needs a frame rate")
    frames = list_frames(path)
    numbers, broken, first = [], [], None
    for number, name in zip(frames.numbers, frames.names, strict=True):
        if first is None or decode:
            try:
                picture = read_frame(path / name)
            except VideoError:
                broken.append(name)
                continue
            first = picture.shape if first is None else first
            if picture.shape != first:
                sizes = [(shape[1], shape[0]) for shape in (picture.shape, first)]
                raise VideoError(other_size(path / name, sizes[0], sizes[1]))
        numbers.append(number)
    if first is None:
        raise VideoError(f"{path}: none of {len(broken)} frames can be decoded; copy them again")
    table = FrameTable(tuple(numbers), 1 / rate, numbers[0] / rate, rate=rate)
    height, width = first[:2]
    codec = path.joinpath(frames.names[0]).suffix.lower().lstrip(".")
    return VideoInfo(path, width, height, codec, table, tuple(broken), frames.others)


def _shown_size(path: Path) -> tuple[int, int]:
    """Width and height of the first frame, turned as players turn it."""
    with open_video(path) as (container, stream):
        for packet in container.demux(stream):
            with contextlib.suppress(av.InvalidDataError):
                for frame in packet.decode():
                    return SourceFrame(0, frame).size
        return stream.width, stream.height


def _packet_pts(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream
) -> list[int]:
    times = []
    for packet in container.demux(stream):
        if packet.size == 0 or packet.is_discard:
            continue
        if packet.pts is None:
            return []
        times.append(packet.pts)
    times = sorted(set(times))
    start = stream.start_time
    return [time for time in times if start is None or time >= start]


def _decoded_pts(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream
) -> list[int]:
    times: list[int | None] = []
    for packet in container.demux(stream):
        try:
            times.extend(frame.pts for frame in packet.decode())
        except av.InvalidDataError:
            continue
    if any(time is None for time in times):
        # A raw stream without times: evenly spaced, at the rate that the container declares.
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        step = 1 / (rate * (stream.time_base or Fraction(1, 1000)))
        return [round(index * step) for index in range(len(times))]
    return sorted({time for time in times if time is not None})


def _start(container: av.container.InputContainer, stream: av.video.stream.VideoStream) -> Fraction:
    """Start of the container in seconds, exact where a stream starts there.

    FFmpeg rounds the container's start to microseconds; the time of the stream that begins first is
    exact.
    """
    # PyAV's stubs say that this is never None; it is, for raw streams.
    start: int | None = getattr(container, "start_time", None)
    if start is None:
        return Fraction(0)
    rounded = Fraction(start, 1_000_000)
    for other in (stream, *container.streams):
        begin, base = other.start_time, other.time_base
        if begin is not None and base is not None:
            exact: Fraction = Fraction(begin) * base
            if abs(exact - rounded) <= Fraction(1, 1_000_000):
                return exact
    return rounded
