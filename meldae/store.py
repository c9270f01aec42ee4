"""Decoded face crops at the model's size: once into one file, or clip by clip.

A small dataset is decoded once into a memory-mapped array, so that training never waits for a decoder.
A large one (`training.cache=false`) is decoded per window.
"""

import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from meldae.config import InputConfig
from meldae.layers.motion import FlowChannels
from meldae.layers.source import make_motion
from meldae.timing import resample_index
from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset

Frames = npt.NDArray[np.uint8]
Prepared = npt.NDArray[Any]
"""uint8 frames, or float16 flow."""
ReadCrop = Callable[[Path], Frames]
Progress = Callable[[str, int, int], None]
"""Called with what is going on, how much is done, and how much there is."""

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def read_crop(path: Path) -> Frames:
    """A crop video as (T, H, W, 3) uint8 RGB; PyAV is loaded on first use."""
    from wdmd_tools.video.crops import read_crop as read

    frames: Frames = read(path)
    return frames


def to_model_frames(frames: Frames, source: InputConfig) -> Frames:
    """RGB frames of any size to what the model takes.

    Args:
        frames: (T, H, W, 3) uint8.
        source: Size and mode.

    Returns:
        (T, C, size, size) uint8, C = 3, or 1 (grey) for the motion mode.
    """
    import cv2

    size = source.size
    frames = _middle(frames, source.zoom)
    if source.channels == 1:
        grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
        planes = [_resize(cv2, frame, size) for frame in grey]
        return np.stack(planes)[:, None] if planes else np.zeros((0, 1, size, size), np.uint8)
    resized = [_resize(cv2, frame, size).transpose(2, 0, 1) for frame in frames]
    return np.stack(resized) if resized else np.zeros((0, 3, size, size), np.uint8)


def _middle(frames: Frames, zoom: float) -> Frames:
    """The middle of every frame, ``1 / zoom`` of its height and width."""
    height, width = frames.shape[1:3]
    top, left = round(height * (1 - 1 / zoom) / 2), round(width * (1 - 1 / zoom) / 2)
    return frames[:, top : height - top, left : width - left]


def _resize(cv2: Any, frame: Frames, size: int) -> Frames:
    if frame.shape[:2] == (size, size):
        return frame
    way = cv2.INTER_AREA if frame.shape[0] > size else cv2.INTER_LINEAR
    resized: Frames = cv2.resize(frame, (size, size), interpolation=way)
    return resized


def prepare(frames: Frames, source: InputConfig) -> Prepared:
    """RGB frames to what is stored: the model's frames or, in the flow mode, displacement.

    Displacement depends on the data alone, so it is computed once per clip instead of once per epoch.

    Args:
        frames: (T, H, W, 3) uint8, on the model's frame rate.
        source: Size and mode.

    Returns:
        (T, C, size, size) uint8, or (T, 6, size / 4, size / 4) float16.
    """
    ready = to_model_frames(frames, source)
    if source.mode != "flow":
        return ready
    motion = make_motion(source)
    if motion is None:
        return ready
    with torch.inference_mode():
        flow = motion(torch.from_numpy(ready)[None].float() / 255)[0]
    halves: Prepared = flow.half().numpy()
    return halves


def stored_shape(source: InputConfig) -> tuple[tuple[int, int, int], type]:
    """Shape and type of one stored frame."""
    if source.mode == "flow":
        cells = source.size // FlowChannels.cell
        return (FlowChannels.channels, cells, cells), np.float16
    return (source.channels, source.size, source.size), np.uint8


class FrameStore:
    """Frames of a dataset's clips, ready for the model.

    Args:
        dataset: Where the crops are.
        source: Size and mode of the frames.
        folder: Where the decoded file is kept; `None` decodes each clip whenever it is asked for.
        read: Reads one crop video.
        progress: Told about decoding.

    Raises:
        ManifestError: A crop has another number of frames than the clips table says.
        VideoError: A crop is absent or damaged.
    """

    def __init__(
        self,
        dataset: Dataset,
        source: InputConfig,
        folder: Path | None = None,
        read: ReadCrop = read_crop,
        progress: Progress | None = None,
    ) -> None:
        self._source, self._read = source, read
        self._clips = {clip.clip_id: clip for clip in dataset.iter_clips()}
        self._index = {
            clip.clip_id: resample_index(clip.n_frames, clip.fps, source.fps or clip.fps)
            for clip in self._clips.values()
        }
        self._array: Prepared | None = None
        self._starts: dict[str, int] = {}
        if folder is not None:
            total = 0
            for clip_id, index in self._index.items():
                self._starts[clip_id] = total
                total += len(index)
            # The clips count too: a view of the dataset has its hash, but other offsets in the file.
            clips = list(self._starts.items())
            facts = json.dumps([5, dataset.data_hash, clips, asdict(source)], sort_keys=True)
            key = hashlib.sha256(facts.encode()).hexdigest()[:16]
            path = folder / f"frames-{key}.npy"
            if not path.is_file():
                self._decode(path, total, progress)
            self._array = np.load(path, mmap_mode="r")

    def length(self, clip_id: str) -> int:
        """Frames of a clip on the model's frame rate."""
        return len(self._index[clip_id])

    def source_index(self, clip_id: str) -> npt.NDArray[np.intp]:
        """Which frame of the crop video stands at each frame of the model."""
        return self._index[clip_id]

    def frames(self, clip_id: str, index: npt.NDArray[np.intp] | None = None) -> Prepared:
        """Frames of a clip, on the model's frame rate.

        Args:
            clip_id: The clip.
            index: Which of them, all when `None`.

        Returns:
            (len(index), ...) of `stored_shape`.
        """
        if self._array is None:
            whole = self._load(clip_id)
        else:
            start = self._starts[clip_id]
            whole = self._array[start : start + self.length(clip_id)]
        chosen: Prepared = np.ascontiguousarray(whole if index is None else whole[index])
        return chosen

    def _load(self, clip_id: str) -> Prepared:
        clip = self._clips[clip_id]
        frames = self._read(clip.crop_path)
        if len(frames) != clip.n_frames:
            raise ManifestError(
                f"{clip.crop_path}: {len(frames)} frames, the clips table says {clip.n_frames}; "
                "run `wdmd build` again"
            )
        return prepare(frames[self._index[clip_id]], self._source)

    def _decode(self, path: Path, total: int, progress: Progress | None) -> None:
        shape, kind = stored_shape(self._source)
        with atomic_path(path) as temporary:
            array = np.lib.format.open_memmap(
                temporary, mode="w+", dtype=kind, shape=(total, *shape)
            )
            with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
                for number, (clip_id, frames) in enumerate(self._load_all(pool)):
                    start = self._starts[clip_id]
                    array[start : start + self.length(clip_id)] = frames
                    if progress is not None:
                        progress("decoding crops", number + 1, len(self._clips))
            array.flush()
            del array

    def _load_all(self, pool: ThreadPoolExecutor) -> Iterator[tuple[str, Prepared]]:
        """All clips in order, a few ahead at a time: decoders leave the interpreter's lock."""
        waiting: deque[tuple[str, Future[Prepared]]] = deque()
        for clip_id in self._clips:
            waiting.append((clip_id, pool.submit(self._load, clip_id)))
            if len(waiting) > 8:
                first, frames = waiting.popleft()
                yield first, frames.result()
        while waiting:
            first, frames = waiting.popleft()
            yield first, frames.result()


def clips_of(dataset: Dataset, split: str) -> Sequence[Clip]:
    """The clips of a split that have frames.

    Raises:
        ManifestError: The split is empty.
    """
    clips = [clip for clip in dataset.iter_clips(split) if clip.n_frames > 0]
    if not clips:
        raise ManifestError(
            f"{dataset.root}: no clips in the {split} split; it takes three subjects to have train, "
            "val and test: add recordings, or set splits with `wdmd build`"
        )
    return clips
