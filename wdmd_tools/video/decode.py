"""Frames of a video in order, each with its number in the table of presentation times."""

from collections.abc import Generator, Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.open import open_video

Image = npt.NDArray[np.uint8]
"""(H, W, 3) RGB, C-contiguous."""


class FrameCountError(Exception):
    """A decoded frame is not in the table: the packets of this file lied. Probe it with ``decode=True``."""


Region = tuple[int, int, int, int]
"""x0, y0, x1, y1, half-open, px."""


class SourceFrame:
    """One decoded frame as players show it; converted to RGB only when asked.

    Phones store films lying on their side and say by how many quarter turns to show them: sizes, regions
    and pictures here are of the turned frame.

    Args:
        index: Its number in the table.
        frame: The decoder's frame.
    """

    def __init__(self, index: int, frame: av.VideoFrame) -> None:
        self.index = index
        self._frame = frame
        self._turns = quarter_turns(frame)
        self._whole: Image | None = None
        self._part: tuple[Region, Image] | None = None

    @property
    def decoded(self) -> av.VideoFrame:
        """The decoder's frame, not turned; for `wdmd_tools.video` only."""
        return self._frame

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        width, height = self._frame.width, self._frame.height
        return (height, width) if self._turns % 2 else (width, height)

    def rgb(self, region: Region | None = None) -> Image:
        """The whole frame or a region of it, (H, W, 3) uint8.

        Args:
            region: x0, y0, x1, y1, half-open, with even x0 and y0; the whole frame when `None`. Only this
                part is converted, where the pixel format is the usual one.
        """
        if self._whole is None and region is not None and region != (0, 0, *self.size):
            if self._part is not None and _contains(self._part[0], region):
                # The face lies in the window where it was found: converted once.
                (x, y, _, _), picture = self._part
                return picture[region[1] - y : region[3] - y, region[0] - x : region[2] - x]
            stored = (self._frame.width, self._frame.height)
            part = _cut(self._frame, _before_turning(region, self._turns, stored))
            if part is not None:
                self._part = region, self._turn(_to_rgb(part))
                return self._part[1]
        if self._whole is None:
            self._whole = self._turn(_to_rgb(self._frame))
        if region is None:
            return self._whole
        x0, y0, x1, y1 = region
        return self._whole[y0:y1, x0:x1]

    def _turn(self, picture: Image) -> Image:
        return np.ascontiguousarray(np.rot90(picture, self._turns)) if self._turns else picture

    def thumbnail(self) -> Image:
        """About 32 x 32 samples of brightness, (h, w) uint8, for finding shot cuts; nearly free."""
        plane = self._frame.planes[0]
        data: Image = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(-1, plane.line_size)
        height, width = self._frame.height, min(self._frame.width, plane.line_size)
        return data[: height : max(1, height // 32), : width : max(1, width // 32)].copy()


def _contains(outer: Region, inner: Region) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def quarter_turns(frame: av.VideoFrame) -> int:
    """By how many quarter turns, counterclockwise, a stored frame is turned for display: 0 to 3.

    Angles between are left to the nearest quarter, as players do.
    """
    return round(frame.rotation / 90) % 4


def _before_turning(region: Region, turns: int, stored: tuple[int, int]) -> Region:
    """Where a region of the turned picture lies in the stored one of that width and height."""
    width, height = stored
    x0, y0, x1, y1 = region
    if turns == 1:
        return width - y1, x0, width - y0, x1
    if turns == 2:
        return width - x1, height - y1, width - x0, height - y0
    if turns == 3:
        return y0, height - x1, y1, height - x0
    return region


def _to_rgb(frame: av.VideoFrame) -> Image:
    # Rows come padded to the decoder's alignment; MediaPipe reads such an array as a sheared picture.
    # One thread: swscale would start a new team of threads for every frame.
    return np.ascontiguousarray(frame.to_ndarray(format="rgb24", threads=1), dtype=np.uint8)


def _cut(frame: av.VideoFrame, region: Region) -> av.VideoFrame | None:
    """A region as a frame of its own, in the same pixel format; `None` for unusual formats."""
    x0, y0, x1, y1 = region
    if frame.format.name not in ("yuv420p", "yuvj420p") or x0 % 2 or y0 % 2:
        return None
    x1, y1 = x0 + (x1 - x0 & ~1), y0 + (y1 - y0 & ~1)
    if (x1, y1) != region[2:]:
        return None
    planes = []
    for plane, half in zip(frame.planes, (1, 2, 2), strict=True):
        data: Image = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(-1, plane.line_size)
        planes.append(data[y0 // half : y1 // half, x0 // half : x1 // half])
    packed = np.concatenate([part.reshape(-1) for part in planes]).reshape(-1, x1 - x0)
    part = av.VideoFrame.from_ndarray(packed, format=frame.format.name)
    part.colorspace, part.color_range = frame.colorspace, frame.color_range
    return part


_BACK_S = (0, 10, 60)
"""How far before the first frame wanted a seek aims, in s: further where the first try misses frames."""


def iter_frames(
    path: Path, table: FrameTable, start: int = 0, stop: int | None = None
) -> Iterator[SourceFrame]:
    """Decode frames ``[start, stop)`` in order: the same pictures as reading from the first frame.

    Decoding begins at the key frame before `start`, or at an earlier one where `start` does not come out
    of that: in an open group of pictures the first frames refer to the group before. A damaged frame is
    left out, and after it those that were predicted from it, up to the next key frame; the caller sees
    the gap in the numbers. Damage that the decoder does not notice cannot be seen here either.

    Args:
        path: The video.
        table: Its frame table.
        start: First frame.
        stop: First frame not wanted; all when `None`.

    Yields:
        The frames.

    Raises:
        VideoError: The file cannot be read.
        FrameCountError: A frame decodes that is not in the table.
    """
    stop = len(table) if stop is None else min(stop, len(table))
    if start >= stop:
        return
    number_of = {pts: index for index, pts in enumerate(table.pts)}
    tries = [table.pts[start] - int(back_s / table.time_base) for back_s in _BACK_S]
    for target in tries if start else ():
        frames = _read(path, number_of, start, stop, target)
        first = next(frames, None)
        if first is not None and first.index == start:
            yield first
            yield from frames
            return
        frames.close()
    # No seek brings it: from the first frame, and what is missing then is missing.
    yield from _read(path, number_of, start, stop, None)


def _read(
    path: Path, number_of: dict[int, int], start: int, stop: int, target: int | None
) -> Generator[SourceFrame, None, None]:
    """Decode from the key frame before a time; nothing where that cannot be done exactly."""
    with open_video(path) as (container, stream):
        stream.codec_context.options = {"err_detect": "crccheck+bitstream+buffer+explode"}
        if target is not None:
            try:
                container.seek(target, stream=stream, backward=True)
            except av.FFmpegError:
                return
        unseen, broken, began = 0, False, False
        wanted = next((pts for pts, index in number_of.items() if index == start), 0)
        for packet in container.demux(stream):
            if target is not None and not began and packet.size:
                # Some containers seek by decoding time and land behind, or not at a key frame.
                if not packet.is_keyframe or packet.pts is None or packet.pts > wanted:
                    return
                began = True
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                broken = True
                continue
            for frame in frames:
                if frame.pts is None and target is not None:
                    return
                index = number_of.get(frame.pts) if frame.pts is not None else unseen
                unseen += 1
                if index is None:
                    raise FrameCountError(f"{path}: frame at pts {frame.pts} is not in the table")
                broken = (broken and not frame.key_frame) or frame.is_corrupt
                if index >= stop:
                    return
                if index >= start and not broken:
                    yield SourceFrame(index, frame)
