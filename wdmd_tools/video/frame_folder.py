"""A folder of numbered pictures as a film.

    img_3.jpg  img_4.jpg  img_6.jpg  img_10.jpg        at 30 frames per second
    pts            3          4          6         10
    seconds        0         1/30       3/30      7/30      5, 7, 8 and 9 are missing: time goes on

The number is the last one in the name, so ``img1000.jpg`` comes after ``img999.jpg``. Frames are looked
up by it and never by their place in the list.
"""

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from wdmd_tools.errors import VideoError, describe_os_error
from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.decode import FrameCountError, Image, Region, SourceFrame
from wdmd_tools.video.open import MAX_PIXELS

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})
"""Endings of files that are frames."""

_NUMBER = re.compile(r"(\d+)\D*$", re.ASCII)
_MAX_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class FrameFolder:
    """The frames of a folder in order.

    Args:
        path: The folder.
        names: File names by number.
        numbers: Strictly increasing.
        others: Names of files that are no frames, hidden ones included.
    """

    path: Path
    names: tuple[str, ...]
    numbers: tuple[int, ...]
    others: tuple[str, ...]

    @property
    def n_missing(self) -> int:
        """Numbers between the first and the last frame without a file."""
        return self.numbers[-1] - self.numbers[0] + 1 - len(self.numbers)


def list_frames(folder: Path) -> FrameFolder:
    """List a folder; nothing is opened.

    Args:
        folder: The folder; its subfolders are not looked at.

    Raises:
        VideoError: It cannot be read, holds no frame, or two frames have one number.
    """
    try:
        found = sorted(entry.name for entry in folder.iterdir() if not entry.is_dir())
    except OSError as error:
        raise VideoError(describe_os_error(error, folder)) from error
    numbered: dict[int, str] = {}
    others = []
    for name in found:
        number = number_in(name)
        if number is None or name.startswith("."):
            others.append(name)
        elif number in numbered:
            raise VideoError(
                f"{folder}: {numbered[number]} and {name} are both frame {number}; keep one of them"
            )
        else:
            numbered[number] = name
    if not numbered:
        raise VideoError(
            f"{folder}: no numbered frames (looked for {' '.join(sorted(SUFFIXES))}); is this the folder "
            "of one video?"
        )
    numbers = sorted(numbered)
    names = tuple(numbered[number] for number in numbers)
    return FrameFolder(folder, names, tuple(numbers), tuple(others))


def number_in(name: str) -> int | None:
    """The frame number in a file name; `None` where it is no frame.

    Example:
        >>> number_in("006_1_0012.jpg"), number_in("reg_img46.jpg"), number_in(".recursive")
        (12, 46, None)
    """
    stem, dot, ending = name.rpartition(".")
    if f"{dot}{ending}".lower() not in SUFFIXES:
        return None
    match = _NUMBER.search(stem)
    return int(match.group(1)) if match and len(match.group(1)) <= 12 else None


def read_frame(path: Path) -> Image:
    """Decode one picture, grey or colour, (H, W, 3) RGB.

    Args:
        path: A jpg, png, bmp or tif file.

    Raises:
        VideoError: It cannot be decoded.
    """
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode) or not 0 < info.st_size <= _MAX_BYTES:
            raise VideoError(f"{path}: empty or not a picture; copy it again")
        data = np.frombuffer(path.read_bytes(), dtype=np.uint8)
        picture = _decoded(data)
    except OSError as error:
        raise VideoError(describe_os_error(error, path)) from error
    except cv2.error as error:
        raise VideoError(f"{path}: not a readable picture; copy it again") from error
    if picture is None or _is_cut_short(data):
        raise VideoError(f"{path}: not a readable picture; copy it again")
    if picture.shape[0] * picture.shape[1] > MAX_PIXELS:
        raise VideoError(f"{path}: more pixels than this program reads")
    return np.ascontiguousarray(picture[:, :, ::-1], dtype=np.uint8)


def _decoded(data: Image) -> Image | None:
    # What OpenCV would print about a broken picture is told by the caller, with the file's name.
    log = cv2.utils.logging
    level = log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    finally:
        log.setLogLevel(level)
    return None if picture is None else picture.astype(np.uint8, copy=False)


def _is_cut_short(data: Image) -> bool:
    """Whether a JPEG has no end: decoders fill the rest with grey and say nothing.

    The end must come after the last start of a scan: a thumbnail in the header has an end of its own.
    """
    code = data.tobytes()
    return code[:2] == b"\xff\xd8" and code.rfind(b"\xff\xd9") < code.rfind(b"\xff\xda")


class PictureFrame(SourceFrame):
    """A frame of a folder; has the interface of a decoded frame.

    Args:
        index: Its place in the table.
        picture: (H, W, 3) RGB.
    """

    def __init__(self, index: int, picture: Image) -> None:
        self.index = index
        self._picture = picture

    @property
    def decoded(self) -> av.VideoFrame:
        """As PyAV's frame; for `wdmd_tools.video` only."""
        return av.VideoFrame.from_ndarray(self._picture, format="rgb24")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self._picture.shape[1], self._picture.shape[0]

    def rgb(self, region: Region | None = None) -> Image:
        """The whole frame or a region of it, (H, W, 3) uint8.

        Args:
            region: x0, y0, x1, y1, half-open.
        """
        if region is None:
            return self._picture
        x0, y0, x1, y1 = region
        return self._picture[y0:y1, x0:x1]

    def thumbnail(self) -> Image:
        """About 32 x 32 samples of brightness, (h, w) uint8."""
        height, width = self._picture.shape[:2]
        some = self._picture[: height : max(1, height // 32), : width : max(1, width // 32)]
        weights = np.array([0.299, 0.587, 0.114])
        grey: Image = np.round(some @ weights).astype(np.uint8)
        return grey


def iter_pictures(
    folder: Path, table: FrameTable, start: int = 0, stop: int | None = None
) -> Iterator[SourceFrame]:
    """Decode frames ``[start, stop)`` of a folder; any of them can be reached at once.

    Args:
        folder: The folder.
        table: Of `frame_table`; it may lack frames that cannot be decoded.
        start: First frame.
        stop: First frame not wanted; all when `None`.

    Raises:
        FrameCountError: A picture cannot be decoded, or is of another size than the one before: probe
            the folder with ``decode=True``, which tells.
        VideoError: The folder has changed.
    """
    stop = len(table) if stop is None else min(stop, len(table))
    if start >= stop:
        return
    frames = list_frames(folder)
    names = dict(zip(frames.numbers, frames.names, strict=True))
    size: tuple[int, int] | None = None
    for index in range(start, stop):
        number = table.pts[index]
        if number not in names:
            raise VideoError(f"{folder}: frame {number} is gone since the folder was read")
        path = folder / names[number]
        try:
            frame = PictureFrame(index, read_frame(path))
        except VideoError as error:
            raise FrameCountError(str(error)) from error
        if size is not None and frame.size != size:
            raise FrameCountError(other_size(path, frame.size, size))
        size = frame.size
        yield frame


def other_size(path: Path, size: tuple[int, int], before: tuple[int, int]) -> str:
    """What is wrong with a picture of another size than the one before, width and height in px."""
    return (
        f"{path}: {size[0]}x{size[1]} px after frames of {before[0]}x{before[1]}; the frames of a video "
        "need one size; give the folder of uncropped pictures"
    )
