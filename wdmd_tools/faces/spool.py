"""Face regions of one clip, kept between the pass that finds landmarks and the pass that warps.

Alignment needs the landmarks of the whole clip before the first warp. Keeping the region around the face
costs a copy; decoding a second time would cost as much as the first. In memory up to a limit, on disk
beyond it, so that the memory of a build does not grow with the length of a clip.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
MEMORY_LIMIT = 256 * 2**20


class RegionSpool:
    """Regions in the order they were put; a context manager.

    Args:
        folder: Where the temporary file goes beyond `MEMORY_LIMIT`.
    """

    def __init__(self, folder: Path) -> None:
        # The system's temporary folder may be a small one in memory.
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY_LIMIT, dir=folder)  # noqa: SIM115
        self._regions: list[tuple[tuple[int, int], tuple[int, ...]]] = []

    def __enter__(self) -> "RegionSpool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the regions."""
        self._file.close()

    def put(self, picture: Image, corner: tuple[int, int]) -> None:
        """Append a region, (H, W, 3); `corner` is x and y of its first pixel in the frame."""
        self._file.write(np.ascontiguousarray(picture).data)
        self._regions.append((corner, picture.shape))

    def __iter__(self) -> Iterator[tuple[Image, tuple[int, int]]]:
        self._file.seek(0)
        for corner, shape in self._regions:
            data = self._file.read(int(np.prod(shape)))
            yield np.frombuffer(data, dtype=np.uint8).reshape(shape), corner
