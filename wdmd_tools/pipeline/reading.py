"""The frames of a film's clips, in order, decoding as little as possible.

    clips        |---A---|---B---|                    |---C---|
    decoded      |===============|                 |==========|
                                  skipped          ^ key frame before C

A short gap is decoded through: a seek goes back to a key frame, which costs more.
"""

import errno
from collections.abc import Iterator

from wdmd_tools.consensus import Run
from wdmd_tools.errors import VideoError
from wdmd_tools.video.decode import SourceFrame
from wdmd_tools.video.film import film_frames
from wdmd_tools.video.probe import VideoInfo

SEEK_GAP_MS = 4000
"""Gaps longer than this are skipped by seeking; usual encoders set a key frame every 2 to 8 s."""


class ClipReader:
    """Yields the frames of one clip after the other.

    Args:
        info: The film.
        gap_ms: Longer gaps are skipped by seeking.

    Attributes:
        error: What ended the reading of the last clip early, if anything did.
    """

    def __init__(self, info: VideoInfo, gap_ms: int = SEEK_GAP_MS) -> None:
        self._info = info
        self._gap_ms = gap_ms
        self._frames: Iterator[SourceFrame] | None = None
        self._pending: SourceFrame | None = None
        self._at = 0
        self.error: VideoError | None = None

    def frames(self, run: Run) -> Iterator[SourceFrame]:
        """The frames of a clip that decode; missing ones are left out.

        Args:
            run: First frame and first frame after; not before the run of the call before.

        Yields:
            The frames.

        Raises:
            FrameCountError: A frame decodes that is not in the table.
        """
        self._place(run[0])
        while True:
            frame = self._next()
            if frame is None:
                return
            if frame.index >= run[1]:
                self._pending = frame
                return
            if frame.index >= run[0]:
                yield frame

    def _place(self, start: int) -> None:
        floor = self._info.table.floor_ms
        if self._frames is not None and floor[start] - floor[self._at] <= self._gap_ms:
            return
        self._pending = None
        self._at = start
        self._frames = film_frames(self._info.path, self._info.table, start)

    def _next(self) -> SourceFrame | None:
        frame, self._pending = self._pending, None
        if frame is not None or self._frames is None:
            return frame
        try:
            frame = next(self._frames, None)
        except VideoError as error:
            raise_if_out_of_memory(error)
            # The next clip tries again behind the damage.
            self.error, self._frames = error, None
            return None
        if frame is not None:
            self._at = frame.index
        return frame


def raise_if_out_of_memory(error: VideoError) -> None:
    """Tell a film that cannot be read from a machine that cannot read it just now.

    Args:
        error: As `wdmd_tools.video` raised it.

    Raises:
        MemoryError: Its cause is that there was no memory.
    """
    if isinstance(error.__cause__, MemoryError) or (
        isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.ENOMEM
    ):
        raise MemoryError(str(error)) from error
