"""Crop videos in Matroska: lossless RGB by default, see `wdmd_tools.video.crop_codecs`.

A window is read from the last key frame at or before it; with FFV1 each frame is one. The same frames give
the same bytes on every run: one thread, no time stamps, no names of machines.
"""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO

import av
import ffmpeg
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation

from wdmd_tools.errors import ManifestError, VideoError
from wdmd_tools.video.crop_codecs import CROP_CODECS, CropCodec
from wdmd_tools.video.ffmpeg import ffmpeg_binary

Frames = npt.NDArray[np.uint8]
"""(T, H, W, 3) RGB."""

_EXACT = (
    Interpolation.BILINEAR
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.BITEXACT
)


class CropSink:
    """Takes the frames of one crop video; made by `open_crop_writer`."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe

    def write(self, frame: Frames) -> None:
        """Append one frame, (H, W, 3) RGB uint8."""
        self._pipe.write(np.ascontiguousarray(frame).data)


@contextlib.contextmanager
def open_crop_writer(
    path: Path, size: int, fps: Fraction, codec: CropCodec = CROP_CODECS["ffv1"]
) -> Iterator[CropSink]:
    """Encode frames to a crop video.

    Args:
        path: File to write, replaced if there; not atomic by itself.
        size: Height and width of the frames, px.
        fps: Frames per second, constant; true times are in the frames table.
        codec: How to encode, one of `CROP_CODECS`.

    Raises:
        MissingDependencyError: There is no ffmpeg binary.
        VideoError: The encoder failed, for instance on a full disk.
    """
    rate = f"{fps.numerator}/{fps.denominator}"
    stream = ffmpeg.input("pipe:", format="rawvideo", pix_fmt="rgb24", s=f"{size}x{size}", r=rate)
    stream = stream.output(
        f"file:{path.absolute()}",
        format="matroska",
        threads=1,
        map_metadata=-1,
        **{**codec.options, "fflags": "+bitexact", "flags:v": "+bitexact"},
    ).global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    command = stream.overwrite_output().compile(cmd=ffmpeg_binary())
    with tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=messages
        )
        pipe = process.stdin
        if pipe is None:
            raise VideoError(f"{path}: the encoder has no input pipe")
        try:
            yield CropSink(pipe)
            pipe.close()
            failed = process.wait() != 0
        except BrokenPipeError:
            failed = True
            process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        if failed:
            messages.seek(0)
            raise VideoError(_encoder_message(path, messages.read().decode("utf-8", "replace")))


def _encoder_message(path: Path, log: str) -> str:
    if "No space left on device" in log:
        return (
            f"{path}: no space left on the device; free some space or choose another --out, then "
            "run the same command again: finished work is kept"
        )
    lines = log.strip().splitlines()
    return f"{path}: ffmpeg could not write the crop: {lines[-1] if lines else 'no message'}"


def read_crop(path: Path) -> Frames:
    """Read a whole crop video.

    Args:
        path: A file under ``crops/``.

    Returns:
        RGB frames, (T, H, W, 3) uint8.

    Raises:
        ManifestError: It is absent or damaged.
    """
    return np.stack(list(_frames(path, 0, None)))


def read_crop_window(path: Path, start: int, stop: int) -> Frames:
    """Read frames ``[start, stop)`` of a crop video without decoding those before.

    Args:
        path: A file under ``crops/``.
        start: First frame, from 0.
        stop: First frame not wanted.

    Returns:
        RGB frames, (stop - start, H, W, 3) uint8.

    Raises:
        ValueError: The window is empty or negative.
        ManifestError: The file is absent, damaged, or has fewer frames.
    """
    if not 0 <= start < stop:
        raise ValueError(f"Expected 0 <= start < stop but got {start}, {stop}.")
    frames = list(_frames(path, start, stop))
    if len(frames) < stop - start:
        raise ManifestError(
            f"{path}: ends after {start + len(frames)} frames, {stop} are needed; build it again"
        )
    return np.stack(frames)


def iter_crop(path: Path) -> Iterator[Frames]:
    """The frames of a crop video one after the other, (H, W, 3) RGB uint8, for films too long for memory.

    Args:
        path: A file under ``crops/``.

    Raises:
        ManifestError: It is absent or damaged.
    """
    return _frames(path, 0, None)


def _frames(path: Path, start: int, stop: int | None) -> Iterator[Frames]:
    """Frames ``[start, stop)`` in order, without those that the file lacks."""
    if not Path(path).is_file():
        raise ManifestError(
            f"{path}: No such file; an annotation-only release has no crops: build the dataset from the "
            "films with `wdmd build`"
        )
    try:
        container = av.open(
            f"file:{Path(path).absolute()}",
            options={"format_whitelist": "matroska,webm", "protocol_whitelist": "file"},
        )
    except (av.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ManifestError(f"{path}: cannot be read ({reason}); build the dataset again") from None
    found = False
    with container:
        if not container.streams.video:
            raise ManifestError(f"{path}: holds no video; build the dataset again")
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        # A damaged frame must not be made up from its neighbours.
        stream.codec_context.options = {"err_detect": "crccheck+bitstream+buffer+explode"}
        rate, base = stream.average_rate, stream.time_base
        if rate is None or base is None:
            raise ManifestError(f"{path}: no frame rate; build the dataset again")
        per_frame = 1 / (rate * base)
        try:
            if start:
                # One tick late: the muxer may have rounded the time of the frame itself up.
                container.seek(int(start * per_frame) + 1, stream=stream, backward=True)
            for packet in container.demux(stream):
                for frame in packet.decode():
                    index = round((frame.pts or 0) / per_frame)
                    if stop is not None and index >= stop:
                        return
                    if frame.is_corrupt:
                        raise ManifestError(
                            f"{path}: frame {index} is damaged; build the dataset again"
                        )
                    if index >= start:
                        found = True
                        yield _to_rgb(frame)
        except av.FFmpegError as error:
            raise ManifestError(f"{path}: damaged ({error}); build the dataset again") from error
    if not found:
        raise ManifestError(f"{path}: holds no frame in the window; build the dataset again")


def _to_rgb(frame: av.VideoFrame) -> Frames:
    # The quick conversion from YUV is half a level too dark.
    rgb = frame.reformat(format="rgb24", interpolation=_EXACT, threads=1)
    return np.asarray(rgb.to_ndarray(), dtype=np.uint8)
