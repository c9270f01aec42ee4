"""LBP-MOP with linear SVMs; made into a spotter as LBP-TOP is (`benchmarks.models.lbp`)."""

import numpy as np
import numpy.typing as npt

from benchmarks.features.blocks import Counts
from benchmarks.features.lbp_mop import MopFeature
from benchmarks.features.store import FeatureStore
from benchmarks.features.windows import window_descriptors
from benchmarks.models.base import FitContext
from benchmarks.models.lbp import LbpSvm, Windows, centred
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip

Float = npt.NDArray[np.float32]


class LbpMopSvm(LbpSvm):
    """LBP-MOP: P = 8, uniform patterns on the three mean planes."""

    kind = "lbp-mop"
    neighbours = 8

    def _store(self, context: FitContext) -> FeatureStore[Counts]:
        return FeatureStore(context.cache_dir, self._feature, context.progress)

    def _feature(self, fps: float) -> MopFeature:
        settings = self._settings(fps)
        shortest = 2 * settings.geometry.radius_t + 1
        length = max(shortest, round(self.window_s * fps))
        return MopFeature(settings.geometry, settings.grid, settings.size, length)

    def _window_of(self, clip: Clip, interval: Interval) -> Windows:
        """Mean planes are of windows of one length, so the middle of the interval decides."""
        shortest = 2 * self._settings(clip.fps).geometry.radius_t + 1
        return centred(interval, max(shortest, round(self.window_s * clip.fps)), clip.n_frames)

    def _describe(self, counts: Counts, clip: Clip, windows: Windows) -> Float:
        feature = self._feature(clip.fps)
        blocks = self.options.blocks
        bins = feature.parts[0]
        # XT and YT add up over a window's frames; XY is that of its first frame, one "frame" long.
        moving = window_descriptors(
            counts[:, :, :, 1:],
            windows.starts,
            windows.length,
            feature.geometry.radius_t,
            (bins,) * 2,
        )
        still = window_descriptors(counts[:, :, :, :1], windows.starts, 1, 0, (bins,))
        shape = (len(windows.starts), blocks * blocks, -1)
        together = np.concatenate([still.reshape(shape), moving.reshape(shape)], axis=2)
        scale = np.float32(np.sqrt(blocks**2 * len(feature.parts)))
        return (together.reshape(len(windows.starts), -1) / scale).astype(np.float32)
