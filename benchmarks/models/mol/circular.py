"""Fully-connected convolution: a circular, depthwise, position-aware one whose kernel spans the map.

    halves of the channels:   A ── along height ── along width ──┐
                              B ── along width ── along height ──┴─ + input

One pass along each axis lets every position of the output see every position of the input.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


def circular_convolution(maps: Tensor, kernel: Tensor, axis: int) -> Tensor:
    """Depthwise circular convolution along one axis: ``y[i] = sum over j of kernel[j] * x[(i + j) mod n]``.

    Args:
        maps: Shape (B, C, H, W).
        kernel: Shape (C, n), n the length of the axis.
        axis: 2 for height, 3 for width.

    Returns:
        Shape (B, C, H, W).

    Raises:
        ValueError: The kernel is not as long as the axis.
    """
    channels, taps = kernel.shape
    if maps.shape[axis] != taps or axis not in (2, 3):
        raise ValueError(f"a kernel of {taps} taps on axis {axis} of {tuple(maps.shape)}")
    # Its own beginning behind its end makes a plain convolution circular.
    longer = torch.cat([maps, maps.narrow(axis, 0, taps - 1)], dim=axis)
    shape = (channels, 1, taps, 1) if axis == 2 else (channels, 1, 1, taps)
    return functional.conv2d(longer, kernel.reshape(shape), groups=channels)


class AxisConvolution(nn.Module):
    """Position codes along an axis, then `circular_convolution` along it.

    Args:
        channels: C.
        length: Of the axis.
        axis: 2 for height, 3 for width.
        normalise: Whether batch normalisation comes in between.
    """

    def __init__(self, channels: int, length: int, axis: int, *, normalise: bool) -> None:
        super().__init__()
        self.axis = axis
        shape = (1, channels, length, 1) if axis == 2 else (1, channels, 1, length)
        self.position = nn.Parameter(torch.empty(shape))
        self.kernel = nn.Parameter(torch.empty(channels, length))
        self.bias = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.norm = nn.BatchNorm2d(channels) if normalise else nn.Identity()
        nn.init.trunc_normal_(self.position, std=0.02)
        nn.init.normal_(self.kernel, std=length**-0.5)

    def forward(self, maps: Tensor) -> Tensor:
        """Shape (B, C, H, W) in and out."""
        found = circular_convolution(self.norm(maps + self.position), self.kernel, self.axis)
        return found + self.bias


class FullyConnectedConvolution(nn.Module):
    """FCC, with its residual.

    Args:
        channels: An even number.
        height: Of the maps.
        width: Of the maps.
    """

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        half = channels // 2
        if 2 * half != channels:
            raise ValueError(f"channels must be even, {channels} are not")
        self.down_across = nn.Sequential(
            AxisConvolution(half, height, 2, normalise=True),
            AxisConvolution(half, width, 3, normalise=False),
        )
        self.across_down = nn.Sequential(
            AxisConvolution(half, width, 3, normalise=True),
            AxisConvolution(half, height, 2, normalise=False),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Shape (B, C, H, W) in and out."""
        first, second = maps.chunk(2, dim=1)
        moved = torch.cat([self.down_across(first), self.across_down(second)], dim=1)
        return maps + moved
