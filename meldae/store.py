"""Decoded face crops at the model's size: once into one file, or clip by clip.

A small dataset is decoded once into a memory-mapped array, so that training never waits for a decoder.
A large one (`training.cache=false`) is decoded per window.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from meldae.config import InputConfig
from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset

Frames = npt.NDArray[np.uint8]
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
    if source.channels == 1:
        grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
        planes = [_resize(cv2, frame, size) for frame in grey]
        return np.stack(planes)[:, None] if planes else np.zeros((0, 1, size, size), np.uint8)
    resized = [_resize(cv2, frame, size).transpose(2, 0, 1) for frame in frames]
    return np.stack(resized) if resized else np.zeros((0, 3, size, size), np.uint8)


def _resize(cv2: Any, frame: Frames, size: int) -> Frames:
    if frame.shape[:2] == (size, size):
        return frame
    way = cv2.INTER_AREA if frame.shape[0] > size else cv2.INTER_LINEAR
    resized: Frames = cv2.resize(frame, (size, size), interpolation=way)
    return resized


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
        self._array: Frames | None = None
        self._starts: dict[str, int] = {}
        if folder is not None:
            total = 0
            for clip in self._clips.values():
                self._starts[clip.clip_id] = total
                total += clip.n_frames
            key = hashlib.sha256(
                f"1 {dataset.data_hash} {source.size} {source.channels}".encode()
            ).hexdigest()[:16]
            path = folder / f"frames-{key}.npy"
            if not path.is_file():
                self._decode(path, total, progress)
            self._array = np.load(path, mmap_mode="r")

    def frames(self, clip_id: str, index: npt.NDArray[np.intp] | None = None) -> Frames:
        """Frames of a clip.

        Args:
            clip_id: The clip.
            index: Which of its frames, all when `None`.

        Returns:
            (len(index), C, size, size) uint8
        """
        if self._array is None:
            whole = self._load(self._clips[clip_id])
            return whole if index is None else whole[index]
        start = self._starts[clip_id]
        whole = self._array[start : start + self._clips[clip_id].n_frames]
        chosen: Frames = np.ascontiguousarray(whole if index is None else whole[index])
        return chosen

    def _load(self, clip: Clip) -> Frames:
        frames = self._read(clip.crop_path)
        if len(frames) != clip.n_frames:
            raise ManifestError(
                f"{clip.crop_path}: {len(frames)} frames, the clips table says {clip.n_frames}; "
                "run `wdmd build` again"
            )
        return to_model_frames(frames, self._source)

    def _decode(self, path: Path, total: int, progress: Progress | None) -> None:
        source = self._source
        shape = (total, source.channels, source.size, source.size)
        with atomic_path(path) as temporary:
            array = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.uint8, shape=shape)
            for number, clip in enumerate(self._clips.values()):
                start = self._starts[clip.clip_id]
                array[start : start + clip.n_frames] = self._load(clip)
                if progress is not None:
                    progress("decoding crops", number + 1, len(self._clips))
            array.flush()
            del array


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
