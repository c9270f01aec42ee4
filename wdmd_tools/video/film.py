"""Frames of a film, be it a file or a folder of numbered pictures."""

from collections.abc import Iterator
from pathlib import Path

from wdmd_tools.errors import VideoError
from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.decode import SourceFrame, iter_frames
from wdmd_tools.video.frame_folder import iter_pictures, list_frames


def film_frames(
    path: Path, table: FrameTable, start: int = 0, stop: int | None = None
) -> Iterator[SourceFrame]:
    """Decode frames ``[start, stop)`` in order.

    Args:
        path: A video, or a folder of frames.
        table: Of `wdmd_tools.video.probe.probe`.
        start: First frame.
        stop: First frame not wanted; all when `None`.

    Raises:
        VideoError: It cannot be read.
        FrameCountError: The table is wrong: probe again with ``decode=True``.
    """
    read = iter_pictures if path.is_dir() else iter_frames
    return read(path, table, start, stop)


def film_files(path: Path) -> list[Path]:
    """The files a film consists of, in order: itself, or the frames of a folder.

    Raises:
        VideoError: The folder cannot be read, or holds no frame.
    """
    if not path.is_dir():
        return [path]
    return [path / name for name in list_frames(path).names]


def film_bytes(path: Path) -> int:
    """Size of a film in bytes; 0 where it cannot be read."""
    try:
        return sum(file.stat().st_size for file in film_files(path))
    except (OSError, VideoError):
        return 0
