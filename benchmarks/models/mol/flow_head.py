"""Flow of a pair of frames: FlowNetC, helped by the F5C maps of both.

Both frames go through conv1 to conv3. The first one's maps, redirected, the correlation of both and the
F5C maps of both go on through conv3_1 to conv6; the decoder climbs back with skips to the full size.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.models.mol.correlation import correlation


class FlowWidths(NamedTuple):
    """Channels of the flow head.

    Args:
        convs: Of conv1 to conv6; conv3_1 is as wide as conv3.
        ups: Of the six steps of the decoder, coarse to fine.
        redirected: Of the first frame's short cut.
        patch: Displacements of the correlation along an axis.
        dilation: Between them, positions.
    """

    convs: tuple[int, int, int, int, int, int]
    ups: tuple[int, int, int, int, int, int]
    redirected: int
    patch: int
    dilation: int


class FlowHead(nn.Module):
    """Flow from the first frame of a pair to the second.

    Args:
        maps: Channels of the F5C maps of a frame.
        widths: See `FlowWidths`.
    """

    def __init__(self, maps: int, widths: FlowWidths) -> None:
        super().__init__()
        self.widths = widths
        one, two, three, four, five, six = widths.convs
        joined = widths.redirected + widths.patch**2 + 2 * maps
        self.conv1 = _conv(1, one, 6, 2, 2)
        self.conv2 = _conv(one, two, 4, 2, 1)
        self.conv3 = _conv(two, three, 2, 2, 0)
        self.redirect = _conv(three, widths.redirected, 1, 1, 0)
        self.conv3_1 = _conv(joined, three, 3, 1, 1)
        self.conv4 = nn.Sequential(_conv(three, four, 3, 2, 1), _conv(four, four, 3, 1, 1))
        self.conv5 = nn.Sequential(_conv(four, five, 3, 2, 1), _conv(five, five, 3, 1, 1))
        self.conv6 = nn.Sequential(_conv(five, six, 3, 2, 1), _conv(six, six, 3, 1, 1))
        skips = (five, four, three, two, one, 1)
        inputs = [six, *(skip + up + 2 for skip, up in zip(skips, widths.ups, strict=True))]
        self.ups = nn.ModuleList(
            _up(wide, up) for wide, up in zip(inputs[:-1], widths.ups, strict=True)
        )
        self.flows = nn.ModuleList(nn.Conv2d(wide, 2, 3, padding=1, bias=False) for wide in inputs)
        self.finer = nn.ModuleList(
            nn.ConvTranspose2d(2, 2, 4, stride=2, padding=1, bias=False) for _ in skips
        )

    def forward(self, first: Tensor, second: Tensor, maps: Tensor) -> Tensor:
        """Flow in px of the frames.

        Args:
            first: Shape (B, 1, S, S), S a multiple of 64.
            second: Shape (B, 1, S, S).
            maps: F5C maps of both frames, shape (B, 2C, S / 8, S / 8).

        Returns:
            Shape (B, 2, S, S), to the right and down.
        """
        fine = self.conv1(first)
        middle = self.conv2(fine)
        coarse = self.conv3(middle)
        other = self.conv3(self.conv2(self.conv1(second)))
        alike = functional.leaky_relu(
            correlation(coarse, other, self.widths.patch, self.widths.dilation), 0.1
        )
        third = self.conv3_1(torch.cat([self.redirect(coarse), alike, maps], dim=1))
        fourth = self.conv4(third)
        fifth = self.conv5(fourth)
        now: Tensor = self.conv6(fifth)
        skips = (fifth, fourth, third, middle, fine, first)
        for skip, up, flow, finer in zip(skips, self.ups, self.flows[:-1], self.finer, strict=True):
            now = torch.cat([skip, up(now), finer(flow(now))], dim=1)
        found: Tensor = self.flows[-1](now)
        return found


def _conv(inputs: int, outputs: int, kernel: int, stride: int, padding: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(0.1),
    )


def _up(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1, bias=False), nn.LeakyReLU(0.1)
    )
