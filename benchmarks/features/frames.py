"""Motion of the face frame by frame, on a grid of regions: what the temporal detectors look at.

    face crop ──► grey, middle part ──► displacement of the skin ──► mean over regions: (T, rows, cols, 6)

No network is trained here, so every temporal model starts from the same numbers. The displacement is that
of `meldae.layers.motion.FlowChannels`, which MELDAE's small presets see as well: right and down, measured
from a short mean, from a long mean, and from a few frames ago, with the head's motion taken away.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.features.grey import resize, to_grey
from wdmd_tools.errors import ManifestError

Regions = npt.NDArray[np.float16]
"""Shape (T, rows, columns, 6)."""

FRAME_FEATURE_VERSION = 1
"""Goes into the names of cache files; a change of the numbers' meaning bumps it."""

CHANNELS = 6
"""Right and down, three times: from the short mean, the long mean, and the past."""

_AROUND = 256
"""Frames that are computed at a time; the neighbours they need on both sides come on top."""


@dataclass(frozen=True)
class RegionMotion:
    """What is computed of a clip.

    Args:
        fps: The clip's rate; the durations below become frames with it.
        size: The middle part is averaged down to this height and width, px, a multiple of 4.
        zoom: The middle ``1 / zoom`` of a crop is used; crops have margins that hold no face.
        regions: Rows and columns of the grid.
        near_ms: Half width of the short mean.
        far_ms: Half width of the long mean.
        lag_ms: How far back the past is.
    """

    fps: float
    size: int = 80
    zoom: float = 1.2
    regions: int = 10
    near_ms: float = 200.0
    far_ms: float = 667.0
    lag_ms: float = 66.7

    @property
    def folder(self) -> str:
        """Folder of the cache files."""
        return "region-motion"

    def key(self, crop_sha256: str) -> str:
        """Name of the cache file of a crop."""
        facts = {
            "version": FRAME_FEATURE_VERSION,
            "flow": _flow_digest(),
            "crop": crop_sha256,
            "settings": asdict(self),
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def compute(self, crop: Path) -> Regions:
        """Region motion of a crop video.

        Raises:
            ManifestError: The crop is absent, damaged or too small.
        """
        from wdmd_tools.video.crops import read_crop

        grey = resize(middle(to_grey(read_crop(crop)), self.zoom), self.size)
        _, height, width = grey.shape
        height, width = height - height % 4, width - width % 4
        if min(height, width) < 16:
            raise ManifestError(
                f"{crop}: {width}x{height} px are left of its middle, at least 16x16 are needed; build "
                "the dataset with larger crops"
            )
        return region_motion(grey[:, :height, :width], self)


@lru_cache(maxsize=1)
def _flow_digest() -> str:
    """Of the code of the displacement, which belongs to another package and may change."""
    import meldae.layers.motion

    return hashlib.sha256(Path(meldae.layers.motion.__file__).read_bytes()).hexdigest()[:16]


def middle(volume: npt.NDArray[np.uint8], zoom: float) -> npt.NDArray[np.uint8]:
    """The middle ``1 / zoom`` of frames.

    Args:
        volume: Shape (T, H, W).
        zoom: At least 1.

    Returns:
        Shape (T, round(H / zoom), round(W / zoom)), a view.
    """
    _, height, width = volume.shape
    rows, columns = round(height / zoom), round(width / zoom)
    top, left = (height - rows) // 2, (width - columns) // 2
    return volume[:, top : top + rows, left : left + columns]


def region_motion(grey: npt.NDArray[np.uint8], settings: RegionMotion) -> Regions:
    """Displacement by region.

    A long clip is computed in parts with enough neighbours on both sides, so the parts do not show.

    Args:
        grey: Shape (T, H, W), H and W multiples of 4.
        settings: Durations and grid.

    Returns:
        Shape (T, regions, regions, 6): 8 x px of the reduced frame, in [-8, 8], positive to the right and
        down.
    """
    import torch
    from torch.nn import functional

    from meldae.layers.motion import FlowChannels

    near, far, lag = (
        max(1, round(ms * settings.fps / 1000))
        for ms in (settings.near_ms, settings.far_ms, settings.lag_ms)
    )
    flow = FlowChannels(near, far, lag)
    reach, total = max(near, far, lag), len(grey)
    found = np.empty((total, settings.regions, settings.regions, CHANNELS), dtype=np.float16)
    with torch.inference_mode():
        for first in range(0, total, _AROUND):
            end = min(first + _AROUND, total)
            low, high = max(0, first - reach), min(total, end + reach)
            frames = torch.from_numpy(np.ascontiguousarray(grey[low:high]))
            moved = flow(frames[None, :, None].float() / 255)[0, first - low : end - low]
            pooled = functional.adaptive_avg_pool2d(moved, settings.regions)
            found[first:end] = pooled.permute(0, 2, 3, 1).numpy().astype(np.float16)
    return found


def mirrored(motion: Regions) -> Regions:
    """The same face seen in a mirror: columns swapped, and right is left.

    Args:
        motion: Shape (T, rows, columns, 6).
    """
    signs = np.array([-1, 1] * (CHANNELS // 2), dtype=motion.dtype)
    flipped: Regions = motion[:, :, ::-1] * signs
    return flipped
