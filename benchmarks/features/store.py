"""Per-frame features of the clips of a dataset, computed once and cached by content.

A cache file is named by the hash of the crop video and of the feature's settings, so it is right whatever
dataset, fold or seed asks for it.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.features.blocks import BlockGrid, Counts
from benchmarks.features.grey import resize, to_grey
from benchmarks.features.lbp_codes import LbpGeometry
from benchmarks.features.lbp_sip import SPATIAL_BINS, TEMPORAL_BINS, lbp_sip_histograms
from benchmarks.features.lbp_top import lbp_top_histograms, uniform_bins
from benchmarks.models.base import Progress, no_progress
from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset

FEATURE_VERSION = 1
"""Goes into the names of cache files; a change of the histograms' meaning bumps it."""


ArrayT = TypeVar("ArrayT", bound=npt.NDArray[Any])
ArrayT_co = TypeVar("ArrayT_co", bound=npt.NDArray[Any], covariant=True)


class ClipFeature(Protocol[ArrayT_co]):
    """Something that can be computed of a crop video: one array, a row per frame."""

    @property
    def folder(self) -> str:
        """Folder of its cache files."""

    def compute(self, crop: Path) -> ArrayT_co:
        """The array of a crop video, shape (T, ...)."""

    def key(self, crop_sha256: str) -> str:
        """Name of the cache file of a crop; covers every setting."""


@dataclass(frozen=True)
class FeatureSettings:
    """What is computed of a clip.

    Args:
        kind: ``"lbp-top"`` or ``"lbp-sip"``.
        geometry: Where the neighbours are.
        grid: Blocks.
        size: Larger crops are averaged down to this height and width, px.
    """

    kind: str
    geometry: LbpGeometry
    grid: BlockGrid
    size: int

    @property
    def folder(self) -> str:
        """Folder of the cache files."""
        return "lbp"

    @property
    def parts(self) -> tuple[int, ...]:
        """Bins of each part of a block's histogram."""
        if self.kind == "lbp-sip":
            return (SPATIAL_BINS, TEMPORAL_BINS)
        return (int(uniform_bins(self.geometry.neighbours).max()) + 1,) * 3

    def compute(self, crop: Path) -> Counts:
        """Histograms of a crop video.

        Raises:
            ManifestError: The crop is absent, damaged or too small.
        """
        from wdmd_tools.video.crops import read_crop

        volume = resize(to_grey(read_crop(crop)), self.size)
        histograms = lbp_sip_histograms if self.kind == "lbp-sip" else lbp_top_histograms
        try:
            return histograms(volume, self.geometry, self.grid)
        except ValueError as error:
            raise ManifestError(f"{crop}: too small for {self.kind}: {error}") from error

    def key(self, crop_sha256: str) -> str:
        """Name of the cache file of a crop."""
        facts = {"version": FEATURE_VERSION, "crop": crop_sha256, "settings": asdict(self)}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class FeatureStore(Generic[ArrayT]):
    """Features of clips.

    Args:
        cache: Folder of cache files.
        settings: What is computed; called with a clip's frame rate, since time radii are in seconds.
        progress: Told about clips.
        per_frame: Whether an array has a row for each frame of its clip, which is then checked.
        workers: Clips that are computed at a time; ``OMP_NUM_THREADS``, or else one per processor, when
            `None`.
    """

    def __init__(
        self,
        cache: Path,
        settings: Callable[[float], ClipFeature[ArrayT]],
        progress: Progress = no_progress,
        *,
        per_frame: bool = True,
        workers: int | None = None,
    ) -> None:
        self._cache, self._settings, self._progress = cache, settings, progress
        self._per_frame, self._workers = per_frame, workers

    def each(self, dataset: Dataset, clips: Sequence[Clip]) -> Iterator[tuple[Clip, ArrayT]]:
        """Features of clips, in their order; a few are computed ahead.

        Args:
            dataset: For the hashes of the crops.
            clips: Which clips.
        """
        hashes = dict(
            zip(
                dataset.clips["clip_id"].to_pylist(),
                dataset.clips["crop_sha256"].to_pylist(),
                strict=True,
            )
        )
        given = os.environ.get("OMP_NUM_THREADS", "")
        workers = self._workers or int(given or os.cpu_count() or 1)
        with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
            ahead = workers + 1
            waiting = [pool.submit(self._one, c, hashes[c.clip_id]) for c in clips[:ahead]]
            for index, clip in enumerate(clips):
                counts = waiting.pop(0).result()
                if index + ahead < len(clips):
                    later = clips[index + ahead]
                    waiting.append(pool.submit(self._one, later, hashes[later.clip_id]))
                self._progress("features of clips", index + 1, len(clips))
                yield clip, counts

    def _one(self, clip: Clip, crop_sha256: str) -> ArrayT:
        settings = self._settings(clip.fps)
        # A hash of zeros stands for "not computed": nothing to name a cache file by.
        path = self._cache / settings.folder / f"{settings.key(crop_sha256)}.npy.zst"
        stored = _read(path) if crop_sha256.strip("0") else None
        found = settings.compute(clip.crop_path) if stored is None else cast(ArrayT, stored)
        if stored is None and crop_sha256.strip("0"):
            _write(path, found)
        if self._per_frame and len(found) != clip.n_frames:
            raise ManifestError(
                f"{clip.crop_path}: has {len(found)} frames, the clips table says {clip.n_frames}; "
                "build the dataset again"
            )
        return found


HistogramStore = FeatureStore[Counts]
"""Features that are histograms."""


def _write(path: Path, array: npt.NDArray[Any]) -> None:
    with atomic_path(path) as temporary, pa.CompressedOutputStream(str(temporary), "zstd") as out:
        np.lib.format.write_array(out, array, allow_pickle=False)


def _read(path: Path) -> npt.NDArray[Any] | None:
    """What is cached; `None` when nothing is, or it is damaged and must be made again."""
    try:
        with pa.CompressedInputStream(str(path), "zstd") as stream:
            return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))
    except (OSError, ValueError, EOFError, pa.ArrowException):
        return None
