"""Face regions of one clip, kept between the pass that finds landmarks and the pass that warps.

Alignment needs the landmarks of the whole clip before the first warp. Keeping the region around the face
costs a copy; decoding a second time would cost as much as the first. In memory up to a limit, on disk
beyond it, so that the memory of a build does not grow with the length of a clip.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
MEMORY_LIMIT = 256 * 2**20


class RegionSpool:
    """Regions in the order they were put; a context manager.

    Args:
        folder: Where the temporary file goes beyond `limit`; the system's own temporary folder may be a
            small one in memory.
        limit: Bytes kept in memory.
    """

    def __init__(self, folder: Path, limit: int = MEMORY_LIMIT) -> None:
        self._folder = folder
        self._left = limit
        self._held: list[tuple[Image, tuple[int, int]]] = []
        self._file: IO[bytes] | None = None
        self._filed: list[tuple[tuple[int, ...], tuple[int, int]]] = []

    def __enter__(self) -> "RegionSpool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the regions."""
        self._held.clear()
        if self._file is not None:
            self._file.close()

    def put(self, picture: Image, corner: tuple[int, int]) -> None:
        """Append a region, (H, W, 3), copied; `corner` is x and y of its first pixel in the frame."""
        if picture.nbytes <= self._left and self._file is None:
            self._left -= picture.nbytes
            self._held.append((picture.copy(), corner))
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        self._file.write(np.ascontiguousarray(picture).data)
        self._filed.append((picture.shape, corner))

    def __iter__(self) -> Iterator[tuple[Image, tuple[int, int]]]:
        yield from self._held
        if self._file is not None:
            self._file.seek(0)
            for shape, corner in self._filed:
                data = self._file.read(int(np.prod(shape)))
                yield np.frombuffer(data, dtype=np.uint8).reshape(shape), corner
