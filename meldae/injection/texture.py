"""How well a face's skin shows displacement: the slopes of its brightness, one picture per clip.

Stored displacement (`meldae.layers.motion.FlowChannels`) is a least-squares estimate: plain skin is
said to move less than it does. What an added movement would have looked like follows from the slopes.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from meldae.config import InputConfig
from meldae.layers.motion import (
    brightness_slopes,
    estimate_displacement,
    remove_head_motion,
    texture_share,
)
from meldae.store import FrameStore

_ALL = slice(None)


class Textures:
    """Slopes of clips, computed when a clip is first asked for and then kept, in half precision.

    A clip takes ``4 size^2`` bytes: 26 kB at 80 px.

    Args:
        store: Frames of the clips.
        source: Size and mode of the frames.
    """

    def __init__(self, store: FrameStore, source: InputConfig) -> None:
        self._store, self._radius = store, source.frames(source.deviation_ms)
        self._kept: dict[str, npt.NDArray[np.float16]] = {}

    def of(self, clip_id: str) -> Tensor:
        """Slopes of the mean picture in the middle of a clip, (2, size, size): right, down."""
        if clip_id not in self._kept:
            pictures = torch.from_numpy(self._store.pictures(clip_id, self._radius))
            slopes = brightness_slopes(pictures[None].float() / 255)[0]
            self._kept[clip_id] = slopes.half().numpy()
        return torch.from_numpy(self._kept[clip_id]).float()


def seen_displacement(field: Tensor, slopes: Tensor) -> Tensor:
    """What the closed form says of a small displacement.

    Args:
        field: (N, 2, H, W), px.
        slopes: (N, 2, H, W), of log-brightness per px.

    Returns:
        (N, 2, H / 4, W / 4), px.
    """
    along, down = slopes[:, :1], slopes[:, 1:]
    # A small displacement d changes brightness at a place by minus slope times d.
    change = along * field[:, :1] + down * field[:, 1:]
    return estimate_displacement(along, down, change)[:, 0]


def head_free(field: Tensor, slopes: Tensor) -> Tensor:
    """`seen_displacement` without what `FlowChannels` would take for the head's motion.

    Args:
        field: (N, 2, H, W), px.
        slopes: (N, 2, H, W).

    Returns:
        (N, 2, H / 4, W / 4), px.
    """
    seen = texture_share(slopes[:, :1], slopes[:, 1:])
    return remove_head_motion(seen_displacement(field, slopes)[:, None], seen)[:, 0]


def over_gaussians(
    places: Tensor, directions: Tensor, sigmas: Tensor, size: int, device: torch.device
) -> Tensor:
    """A sum of Gaussians of displacement.

    Args:
        places: (K, 2) px, right and down.
        directions: (K, 2) px.
        sigmas: (K,) px.
        size: Height and width.
        device: Where to compute.

    Returns:
        (2, size, size), px.
    """
    axis = torch.arange(size, dtype=torch.float32, device=device)
    places, sigmas = places.to(device), sigmas.to(device)
    across = torch.exp(-0.5 * ((axis - places[:, :1]) / sigmas[:, None]) ** 2)
    along = torch.exp(-0.5 * ((axis - places[:, 1:]) / sigmas[:, None]) ** 2)
    return torch.einsum("kc,ky,kx->cyx", directions.to(device), along, across)


def warp(
    pictures: Tensor, displacement: Tensor, rows: slice = _ALL, columns: slice = _ALL
) -> Tensor:
    """Pictures whose skin has moved: what was at ``p - d(p)`` is at ``p``.

    Args:
        pictures: (N, C, H, W) float.
        displacement: (N, 2, H, W) px, right and down.
        rows: Which to compute.
        columns: Which to compute.

    Returns:
        (N, C, rows, columns), bicubic, since a bilinear warp would blur moving frames and give them away.
    """
    h, w = pictures.shape[-2:]
    y, x = torch.meshgrid(
        torch.arange(h, dtype=pictures.dtype, device=pictures.device)[rows],
        torch.arange(w, dtype=pictures.dtype, device=pictures.device)[columns],
        indexing="ij",
    )
    here = displacement[:, :, rows, columns]
    across = (2 * (x - here[:, 0]) + 1) / w - 1
    along = (2 * (y - here[:, 1]) + 1) / h - 1
    return functional.grid_sample(
        pictures,
        torch.stack((across, along), dim=-1),
        mode="bicubic",
        padding_mode="border",
        align_corners=False,
    )
