"""Pixels to tokens by strided convolutions: what a from-scratch model learns motion with.

A drop-in for timm's `PatchEmbed` (pass it as ``embed_layer`` of a `VisionTransformer`): 3x3 stride-2
convolutions. On pixels a 4x4 projection comes first, which is cheap on a CPU. Pixels
get group norm, because a batch is a handful of correlated clips. Displacements get none: normalising a
frame would hide how far the face has moved.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


class ConvEmbed(nn.Module):
    """A convolutional stem with the interface of timm's `PatchEmbed`.

    Args:
        img_size: Height and width, px; a multiple of `patch_size`.
        patch_size: Total stride, a power of 2; from 8 on it begins with a 4x4 projection.
        in_chans: Input channels.
        embed_dim: Width of a token.
        _ignored: Options of `PatchEmbed` that have no meaning here.

    Shape:
        returns: (B * T, (img_size / patch_size) ** 2, embed_dim)
    """

    def __init__(
        self,
        img_size: int | Sequence[int] = 80,
        patch_size: int | Sequence[int] = 16,
        in_chans: int = 3,
        embed_dim: int = 96,
        **_ignored: Any,
    ) -> None:
        super().__init__()
        size = img_size if isinstance(img_size, int) else img_size[0]
        stride = patch_size if isinstance(patch_size, int) else patch_size[0]
        first = 4 if stride >= 8 else 2
        halvings = (stride // first).bit_length() - 1
        widths = [max(32, embed_dim >> (halvings - i)) for i in range(halvings)] + [embed_dim]
        layers: list[nn.Module] = []
        before = in_chans
        for number, after in enumerate(widths):
            if number == 0 and first == 4:
                layers.append(nn.Conv2d(before, after, 4, 4))
            else:
                layers.append(nn.Conv2d(before, after, 3, 2, 1))
            if first == 4:
                layers.append(nn.GroupNorm(_groups(after), after))
            layers.append(nn.GELU())
            before = after
        self.layers = nn.Sequential(*layers)
        self.img_size = (size, size)
        self.patch_size = (stride, stride)
        self.grid_size = (size // stride, size // stride)
        self.num_patches = self.grid_size[0] * self.grid_size[1]

    def forward(self, frames: Tensor) -> Tensor:
        """See the class."""
        tokens: Tensor = self.layers(frames.contiguous(memory_format=torch.channels_last))
        return tokens.flatten(2).transpose(1, 2)


def _groups(width: int) -> int:
    """The largest of 8, 4, 2, 1 that divides `width`."""
    return next(g for g in (8, 4, 2, 1) if width % g == 0)
