"""Decoded face crops at the model's size: once into one file, or window by window.

A small dataset is decoded once into a memory-mapped array, so that training never waits for a decoder.
Of a large one (`training.cache=false`) each window is decoded when it is needed. Either way memory does not
grow with the number of frames (docs/storage.md).
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from meldae.config import InputConfig
from meldae.frame_file import write_frames
from meldae.layers.motion import FlowChannels
from meldae.layers.source import make_motion
from meldae.read_ahead import ReadAhead
from meldae.timing import resample_index
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset

Frames = npt.NDArray[np.uint8]
Prepared = npt.NDArray[Any]
"""uint8 frames, or float16 flow."""
ReadCrop = Callable[[Path, int, int | None], Frames]
"""Frames ``[start, stop)`` of a crop video, to its end when `stop` is `None`."""
Progress = Callable[[str, int, int], None]
"""Called with what is going on, how much is done, and how much there is."""

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def read_crop(path: Path, start: int = 0, stop: int | None = None) -> Frames:
    """Frames ``[start, stop)`` of a crop video, (T, H, W, 3) uint8 RGB; PyAV is loaded on first use."""
    from wdmd_tools.video import crops

    if start == 0 and stop is None:
        frames: Frames = crops.read_crop(path)
        return frames
    window: Frames = crops.read_crop_window(path, start, 2**31 if stop is None else stop)
    return window


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


def context_frames(source: InputConfig) -> int:
    """How far to both sides, in the model's frames, what `prepare` says of a frame depends on others."""
    if source.mode != "flow":
        return 0
    return max(source.frames(ms) for ms in (source.deviation_ms, source.slow_ms, source.lag_ms))


def stored_shape(source: InputConfig) -> tuple[tuple[int, int, int], type]:
    """Shape and type of one stored frame."""
    if source.mode == "flow":
        cells = source.size // FlowChannels.cell
        return (FlowChannels.channels, cells, cells), np.float16
    return (source.channels, source.size, source.size), np.uint8


class FrameStore:
    """Frames of a dataset's clips, ready for the model.

    Before the first frame of a clip is read, its file is compared with the hash that the clips table
    holds: decoders show damaged frames without a word.

    Args:
        dataset: Where the crops are.
        source: Size and mode of the frames.
        folder: Where the decoded file is kept; `None` decodes what is asked for, when it is asked for.
        read: Reads a crop video.
        progress: Told about decoding.

    Raises:
        ManifestError: A crop is absent or damaged, or has another number of frames than the clips table
            says.
        ConfigError: There is no space for the decoded file.
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
        columns = (dataset.clips[name].to_pylist() for name in ("clip_id", "crop_sha256"))
        # A digest of zeros stands for "not known".
        self._unchecked = {
            clip: digest
            for clip, digest in zip(*columns, strict=True)
            if digest and digest.strip("0")
        }
        self._array: Prepared | None = None
        self._starts: dict[str, int] = {}
        self.identity = f"{dataset.data_hash}:{json.dumps(asdict(source), sort_keys=True)}"
        """Stands for what the frames show: the data, and what is made of them."""
        if folder is not None:
            total = 0
            for clip_id in self._clips:
                self._starts[clip_id] = total
                total += self.length(clip_id)
            # The clips count too: a view of the dataset has its hash, but other offsets in the file.
            clips = list(self._starts.items())
            facts = json.dumps([5, dataset.data_hash, clips, asdict(source)], sort_keys=True)
            key = hashlib.sha256(facts.encode()).hexdigest()[:16]
            path = folder / f"frames-{key}.npy"
            if not path.is_file():
                shape, kind = stored_shape(source)
                write_frames(path, self._load_all(progress), (total, *shape), kind)
            self._array = np.load(path, mmap_mode="r")

    def length(self, clip_id: str) -> int:
        """Frames of a clip on the model's frame rate."""
        return len(self.source_index(clip_id))

    def source_index(self, clip_id: str) -> npt.NDArray[np.intp]:
        """Which frame of the crop video stands at each frame of the model."""
        clip = self._clips[clip_id]
        return resample_index(clip.n_frames, clip.fps, self._source.fps or clip.fps)

    def frames(self, clip_id: str, index: npt.NDArray[np.intp] | None = None) -> Prepared:
        """Frames of a clip, on the model's frame rate; safe to call from several threads.

        Args:
            clip_id: The clip.
            index: Which of them, all when `None`.

        Returns:
            (len(index), ...) of `stored_shape`.
        """
        if self._array is not None:
            start = self._starts[clip_id]
            whole = self._array[start : start + self.length(clip_id)]
        elif index is None:
            whole = self._load(clip_id)
        else:
            return self._load_window(clip_id, index)
        chosen: Prepared = np.ascontiguousarray(whole if index is None else whole[index])
        return chosen

    def pictures(self, clip_id: str, radius: int) -> Frames:
        """Frames around the middle of a clip as the model's pictures, also in the flow mode.

        Args:
            clip_id: The clip.
            radius: How many to each side, on the model's frame rate; fewer in a short clip.

        Returns:
            (T, C, size, size) uint8, see `to_model_frames`.
        """
        clip, places = self._clips[clip_id], self.source_index(clip_id)
        self._check(clip)
        middle = len(places) // 2
        places = places[max(0, middle - radius) : middle + radius + 1]
        frames = self._read(clip.crop_path, int(places[0]), int(places[-1]) + 1)
        return to_model_frames(frames[places - places[0]], self._source)

    def _load(self, clip_id: str) -> Prepared:
        clip = self._clips[clip_id]
        self._check(clip)
        frames = self._read(clip.crop_path, 0, None)
        if len(frames) != clip.n_frames:
            raise ManifestError(
                f"{clip.crop_path}: {len(frames)} frames, the clips table says {clip.n_frames}; "
                "run `wdmd build` again"
            )
        return prepare(frames[self.source_index(clip_id)], self._source)

    def _load_window(self, clip_id: str, index: npt.NDArray[np.intp]) -> Prepared:
        """Decode no more than these frames and those that they depend on."""
        clip, places = self._clips[clip_id], self.source_index(clip_id)
        self._check(clip)
        more = context_frames(self._source)
        first = max(0, int(index.min()) - more)
        end = min(len(places), int(index.max()) + 1 + more)
        if more and end - first > len(places) / 2:
            # Little is saved, and sums over time are then rounded as those of the decoded file.
            return np.ascontiguousarray(self._load(clip_id)[index])
        places = places[first:end]
        frames = self._read(clip.crop_path, int(places[0]), int(places[-1]) + 1)
        if self._source.mode == "flow":
            return np.ascontiguousarray(
                prepare(frames[places - places[0]], self._source)[index - first]
            )
        return prepare(frames[places[index - first] - places[0]], self._source)

    def _check(self, clip: Clip) -> None:
        known = self._unchecked.get(clip.clip_id)
        if known is None or not clip.crop_path.is_file():
            return
        with clip.crop_path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != known:
            raise ManifestError(
                f"{clip.crop_path}: not the file that was built, its sha256 differs from crop_sha256 in "
                "the clips table; copy it again, or remove it and run `wdmd build` again"
            )
        self._unchecked.pop(clip.clip_id, None)

    def _load_all(self, progress: Progress | None) -> Iterator[Prepared]:
        """All clips in order, a few ahead at a time."""
        ahead, clips = ReadAhead(self._load), list(self._clips)
        with ahead.expect(clips):
            for number, clip_id in enumerate(clips):
                yield ahead.get(clip_id)
                if progress is not None:
                    progress("decoding crops", number + 1, len(clips))


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
