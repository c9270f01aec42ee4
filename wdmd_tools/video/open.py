"""Open a video that may be hostile or broken.

A playlist disguised as ``film.mp4`` can make a demuxer read other files. So: only real container formats,
only the ``file`` protocol, and an absolute ``file:`` address, which makes names such as ``concat:a|b``
plain names. One decoder thread per worker process: builds run one process per core.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import av
import av.container
import av.video.stream

from wdmd_tools.errors import VideoError

OPTIONS = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,asf,flv,ogg,mxf",
    "protocol_whitelist": "file",
}
"""What every demuxer of this project is given, PyAV's and the ffmpeg binary's."""

MAX_PIXELS = 8192 * 8192


@contextlib.contextmanager
def open_video(
    path: Path,
) -> Iterator[tuple[av.container.InputContainer, av.video.stream.VideoStream]]:
    """Open a file for reading its first video stream.

    Args:
        path: The video.

    Yields:
        The container and the stream.

    Raises:
        VideoError: It cannot be opened, or has no video. Errors of decoding inside the block, too.
    """
    try:
        container = av.open(f"file:{Path(path).absolute()}", mode="r", options=dict(OPTIONS))
    except (av.FFmpegError, OSError) as error:
        raise VideoError(_describe(path, error)) from error
    try:
        # Attached pictures (cover art) are video streams too.
        streams = [s for s in container.streams.video if not s.disposition & _ATTACHED]
        if not streams:
            raise VideoError(f"{path}: no video stream; is it a sound file?")
        stream = streams[0]
        if stream.width * stream.height > MAX_PIXELS:
            raise VideoError(
                f"{path}: {stream.width}x{stream.height} pixels are more than this program reads"
            )
        stream.thread_type = "NONE"
        yield container, stream
    except av.FFmpegError as error:
        raise VideoError(_describe(path, error)) from error
    finally:
        container.close()


_ATTACHED = av.stream.Disposition.attached_pic


def _describe(path: Path, error: BaseException) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path}: no such file"
    if isinstance(error, PermissionError):
        return f"{path}: permission denied; check the owner and mode of the file"
    reason = getattr(error, "strerror", None) or str(error)
    return (
        f"{path}: not a readable video ({reason}); it may be damaged or cut short: copy it again, or "
        "convert it to MP4"
    )
