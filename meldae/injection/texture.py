"""How well a face's skin shows displacement: one picture per clip.

Stored displacement (`meldae.layers.motion.FlowChannels`) is a least-squares estimate: plain skin is
said to move less than it does. What an added movement would have looked like
follows from a picture of the face.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from meldae.config import InputConfig
from meldae.layers.motion import estimate_displacement, mean_face, remove_head_motion
from meldae.store import FrameStore

_ALL = slice(None)


class Textures:
    """Pictures of clips, computed when a clip is first asked for and then kept, in half precision.

    A clip takes ``2 size^2`` bytes: 13 kB at 80 px.

    Args:
        store: Frames of the clips.
        source: Size and mode of the frames.
    """

    def __init__(self, store: FrameStore, source: InputConfig) -> None:
        self._store, self._radius = store, source.frames(source.deviation_ms)
        self._kept: dict[str, npt.NDArray[np.float16]] = {}

    def of(self, clip_id: str) -> Tensor:
        """Mean picture in the middle of a clip, (size, size) log-brightness."""
        if clip_id not in self._kept:
            frames = torch.from_numpy(self._store.pictures(clip_id, self._radius))
            self._kept[clip_id] = mean_face(frames[None].float() / 255)[0].half().numpy()
        return torch.from_numpy(self._kept[clip_id]).float()


def seen_displacement(field: Tensor, pictures: Tensor, steady: bool = False) -> Tensor:
    """What `FlowChannels` says of a displacement.

    Args:
        field: (N, 2, H, W), px.
        pictures: (N, H, W), log-brightness before.
        steady: Whether to take away what would be taken for the head's motion.

    Returns:
        (N, 2, H / 4, W / 4), px.
    """
    moved = warp(pictures[:, None], field)
    estimate, seen = estimate_displacement(pictures[:, None], moved)
    return (remove_head_motion(estimate, seen) if steady else estimate)[:, 0]


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
