"""MOL's encoder under the adapter ``shared``: a feature for each frame from the F5C maps of its pair."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.models.adapters.shared import FrameModel
from benchmarks.models.adapters.shared_network import FrameEncoder
from benchmarks.models.base import FitContext
from benchmarks.models.mol.canvas import UInt8
from benchmarks.models.mol.config import GAIN, NetworkConfig
from benchmarks.models.mol.material import Material, Scale, gather
from benchmarks.models.mol.network import MolEncoder
from wdmd_tools.manifest import Clip, Dataset

_GRID = 4
"""Rows and columns that the maps are averaged to."""


class MolFrameEncoder(FrameEncoder):
    """Maps of both frames of a pair, averaged over a grid, to a vector.

    Args:
        config: Of the network.
        dim: Of the vector.
    """

    def __init__(self, config: NetworkConfig, dim: int = 64) -> None:
        super().__init__(dim)
        self.maps = MolEncoder(config)
        self.out = nn.Linear(2 * config.maps * _GRID**2, dim)

    def forward(self, frames: Tensor, step: int) -> Tensor:
        """See `FrameEncoder.forward`."""
        both = torch.cat(self.maps(frames, step), dim=2)
        batch, count = both.shape[:2]
        pooled = functional.adaptive_avg_pool2d(both.flatten(0, 1), _GRID)
        found: Tensor = self.out(pooled.reshape(batch, count, -1))
        return found


class MolFrames(FrameModel):
    """Pictures and encoder of MOL.

    Args:
        config: Of the network.
    """

    def __init__(self, config: NetworkConfig) -> None:
        self.config = config
        self._scale = Scale()

    def pictures(
        self, dataset: Dataset, clips: Sequence[Clip], context: FitContext
    ) -> dict[str, UInt8]:
        """Canvases of clips."""
        return gather(dataset, clips, self.config.size, context, scale=self._scale).canvases

    def learn_scale(self, pictures: Sequence[UInt8]) -> None:
        """Mean and largest grey value."""
        self._scale = Scale.of(pictures)

    def frames(self, pictures: UInt8, fps: float, generator: np.random.Generator | None) -> Tensor:
        """A cut of the canvas, the same for all frames, normalised.

        The input ``motion`` is less the mean of the half second around each frame.
        """
        size = self.config.size
        material = Material(size, self._scale, {})
        cut = material.middle if generator is None else material.random_cut(generator)
        rows, columns = (slice(at, at + size) for at in (cut.top, cut.left))
        grey = torch.from_numpy(self._scale.apply(pictures[:, rows, columns]))
        if self.config.input == "grey":
            return grey
        return GAIN * (grey - local_mean(grey, max(1, round(fps / 4))))

    def encoder(self) -> FrameEncoder:
        """A fresh one."""
        return MolFrameEncoder(self.config)


def local_mean(frames: Tensor, reach: int) -> Tensor:
    """Mean of the frames at most `reach` away from each, of those that exist.

    Args:
        frames: Shape (T, S, S).
        reach: Frames on both sides.
    """
    total = len(frames)
    sums = functional.pad(frames.double().cumsum(0), (0, 0, 0, 0, 1, 0))
    index = torch.arange(total)
    first, end = (index - reach).clamp(min=0), (index + reach + 1).clamp(max=total)
    return ((sums[end] - sums[first]) / (end - first)[:, None, None]).to(frames.dtype)
