"""What block-based video codecs do to a picture, in plain tensors."""

import math

import torch
from torch import Tensor
from torch.nn import functional

_SIDE = 8


def dct_matrix(size: int = _SIDE) -> Tensor:
    """The orthonormal discrete cosine transform (type II) as a matrix, (size, size)."""
    k = torch.arange(size, dtype=torch.float64)
    rows = torch.cos(math.pi / size * (k[None, :] + 0.5) * k[:, None]) * math.sqrt(2 / size)
    rows[0] /= math.sqrt(2)
    return rows.float()


def quantise_blocks(frames: Tensor, step: Tensor) -> Tensor:
    """Round the cosine coefficients of 8x8 blocks, higher frequencies more coarsely.

    The step of coefficient (u, v) is ``step * (1 + u + v)``: finer for flat areas, coarser for detail, as
    the tables of JPEG and H.264 are.

    Args:
        frames: (B, T, C, H, W) in [0, 1]; edges are padded to whole blocks and cut off again.
        step: (B,) size of the step as a share of full brightness; 0 leaves a clip as it is.

    Returns:
        (B, T, C, H, W), about [0, 1].
    """
    b, t, c, h, w = frames.shape
    down, right = -h % _SIDE, -w % _SIDE
    flat = functional.pad(frames.reshape(b, t * c, h, w), (0, right, 0, down), mode="replicate")
    rows, columns = (h + down) // _SIDE, (w + right) // _SIDE
    blocks = flat.view(b, t * c, rows, _SIDE, columns, _SIDE).transpose(3, 4)
    basis = dct_matrix().to(frames)
    coefficients = basis @ blocks @ basis.T
    order = torch.arange(_SIDE, device=frames.device)
    table = (1 + order[:, None] + order[None, :]).to(frames)
    steps = step.view(b, 1, 1, 1, 1, 1) * table
    rounded = torch.where(
        steps > 0, torch.round(coefficients / steps.clamp_min(1e-9)) * steps, coefficients
    )
    back = (basis.T @ rounded @ basis).transpose(3, 4).reshape(b, t * c, h + down, w + right)
    return back[..., :h, :w].reshape(b, t, c, h, w)
