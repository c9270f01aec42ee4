"""Dense flow of a crop film, frame by frame, kept for every model that asks.

    crop film ──► grey, side x side ──► flow i -> i + gap ──► int16, 128ths of a px: (T, side, side, 2)

A film is read in a stream, by a thread that decodes ahead, so that what lies in memory is the flow alone.
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from benchmarks.features.flow_methods import FlowMethod, flow_function

Fixed = npt.NDArray[np.int16]
Float = npt.NDArray[np.float32]
T = TypeVar("T")

DENSE_VERSION = 1
"""Goes into the names of cache files; a change of the numbers' meaning bumps it."""

_ROOM = 256
"""Frames that a film has room for at first."""

SCALE = 128
"""Steps of a px; an error of 1/256 px, a twentieth of what a small micro-expression moves."""


@dataclass(frozen=True)
class DenseFlow:
    """What is computed of a clip; a `ClipFeature` for `FeatureStore`.

    Args:
        gap: Frames from one picture to the other.
        side: Height and width in which flow is computed, px.
        method: See `benchmarks.features.flow_methods`.
    """

    gap: int = 1
    side: int = 128
    method: FlowMethod = "farneback"

    def __post_init__(self) -> None:
        if self.gap < 1 or self.side < 16:
            raise ValueError(f"Expected a gap of 1 or more and a side of 16 px or more: {self}.")

    @property
    def folder(self) -> str:
        """Folder of the cache files."""
        return "dense-flow"

    def key(self, crop_sha256: str) -> str:
        """Name of the cache file of a crop."""
        facts = {"dense": DENSE_VERSION, "crop": crop_sha256, "settings": asdict(self)}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def compute(self, crop: Path) -> Fixed:
        """Flow of a crop film.

        Returns:
            Shape (T, side, side, 2), right and down; see `pixels`. The last `gap` frames are 0.

        Raises:
            ManifestError: The crop is absent or damaged.
            ConfigError: The installed OpenCV lacks the method.
        """
        import cv2

        from wdmd_tools.video.crops import iter_crop

        flow_of = flow_function(self.method)
        waiting: deque[npt.NDArray[np.uint8]] = deque()
        size = (self.side, self.side)
        # Grown in place: a list of parts would need the memory of a long film twice.
        found, count = np.zeros((_ROOM, *size, 2), dtype=np.int16), 0
        for frame in ahead(iter_crop(crop)):
            grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
            if grey.shape != size:
                shrinks = grey.shape[0] > self.side
                how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
                grey = cv2.resize(grey, size, interpolation=how)
            waiting.append(np.asarray(grey, dtype=np.uint8))
            if len(waiting) > self.gap:
                if count == len(found):
                    found.resize((2 * count, *size, 2), refcheck=False)
                found[count] = fixed(flow_of(waiting.popleft(), waiting[-1]))
                count += 1
        # What is new in an enlarged array is 0.
        found.resize((count + len(waiting), *size, 2), refcheck=False)
        return found


def ahead(source: Iterator[T], many: int = 32) -> Iterator[T]:
    """The same items, of which the next `many` are made in a thread of its own.

    Decoding and flow both leave the interpreter's lock.
    """

    def more() -> list[T]:
        return list(islice(source, many))

    with ThreadPoolExecutor(1, "decode") as pool:
        coming = pool.submit(more)
        while part := coming.result():
            coming = pool.submit(more)
            yield from part


def fixed(flow: Float) -> Fixed:
    """Flow in px to 128ths, kept within the range of 16 bits (256 px).

    Args:
        flow: Shape (H, W, 2), px.
    """
    import cv2

    # Scales, rounds (halves to even) and saturates in one pass.
    return np.asarray(cv2.addWeighted(flow, SCALE, flow, 0, 0, dtype=cv2.CV_16S), dtype=np.int16)


def pixels(flow: Fixed) -> Float:
    """The inverse of `fixed`, px."""
    return (flow / np.float32(SCALE)).astype(np.float32)
