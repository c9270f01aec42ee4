"""Frames to H.264 through the ffmpeg binary that imageio-ffmpeg carries."""

import contextlib
import errno
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import IO

import ffmpeg

from wdmd_tools.errors import MissingDependencyError, VideoError
from wdmd_tools.synth.raster import ByteArray

SYNTHETIC_COLOURS = {
    "colorspace": "smpte170m",
    "color_primaries": "smpte170m",
    "color_trc": "smpte170m",
    "color_range": "tv",
}
"""Of what `wdmd_tools.synth.render` makes."""


class FrameSink:
    """Takes planar YUV frames; made by `open_encoder`."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe

    def write(self, frame: ByteArray) -> None:
        """Append one frame, (H * 3 / 2, W) uint8 I420."""
        self._pipe.write(frame.data)


@contextlib.contextmanager
def open_encoder(
    path: Path,
    size: int | tuple[int, int],
    frame_rate: Fraction,
    crf: int,
    *,
    colours: Mapping[str, str] = SYNTHETIC_COLOURS,
    in_order: bool = False,
) -> Iterator[FrameSink]:
    """Encode frames to an MP4 file with H.264, yuv420p, constant frame rate.

    One encoder thread and no time stamps of the wall clock, so the same frames give the same bytes.

    Args:
        path: File to write, replaced if there.
        size: Width and height in pixels, even; one number for a square.
        frame_rate: Frames per second.
        crf: Quality, 0 (lossless) to 51.
        colours: What the file says about its colours, by ffmpeg's option.
        in_order: Whether packets stand in order of presentation (no B-frames), as `retime` needs them.

    Raises:
        MissingDependencyError: There is no ffmpeg binary.
        VideoError: The encoder failed.
        OSError: The disk is full.
    """
    rate = f"{frame_rate.numerator}/{frame_rate.denominator}"
    width, height = (size, size) if isinstance(size, int) else size
    stream = ffmpeg.input(
        "pipe:", format="rawvideo", pix_fmt="yuv420p", s=f"{width}x{height}", r=rate
    )
    order = {"bf": 0} if in_order else {}
    stream = stream.output(
        f"file:{path.absolute()}",
        format="mp4",
        vcodec="libx264",
        preset="veryfast",
        crf=crf,
        pix_fmt="yuv420p",
        threads=1,
        g=max(1, round(frame_rate)),
        **colours,
        **order,
        map_metadata=-1,
        **{"fflags": "+bitexact", "flags:v": "+bitexact"},
    ).global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    command = stream.overwrite_output().compile(cmd=_binary())
    with tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=messages
        )
        if process.stdin is None:
            raise VideoError(f"{path}: the encoder has no input pipe")
        try:
            yield FrameSink(process.stdin)
            process.stdin.close()
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
                process.stdin.close()
        if failed:
            messages.seek(0)
            lines = messages.read().decode("utf-8", "replace").strip().splitlines()
            reason = lines[-1] if lines else f"exit status {process.returncode}"
            if "No space left" in reason:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            reason = re.sub(r"^\[[^]]*\] ", "", reason)  # ffmpeg's own object and its address
            raise VideoError(f"{path}: ffmpeg could not write the video: {reason}")


def _binary() -> str:
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise MissingDependencyError(
            "no ffmpeg binary; run: pip install --force-reinstall imageio-ffmpeg"
        ) from None
