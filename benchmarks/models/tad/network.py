"""Features of a clip to scores and distances at every point of a pyramid."""

import copy
import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.models.tad.layers import AttentionBlock, ChannelNorm, MaskedConv, halve

Pyramid = Literal["max", "attention"]


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes.

    Args:
        inputs: Channels of the features.
        pyramid: ``max``: each level is the maximum over steps of the finer one (TemporalMaxer).
            ``attention``: each level comes from a block of local attention (ActionFormer).
        dim: Channels inside.
        levels: Of the pyramid; level l has a point every ``2 ** l`` steps.
        stem: Attention blocks before the pyramid; only with ``attention``.
        heads: Of attention.
        window: Steps that attention sees, odd.
        dropout: On the features, and in attention blocks.
    """

    inputs: int
    pyramid: Pyramid
    dim: int = 96
    levels: int = 4
    stem: int = 1
    heads: int = 4
    window: int = 9
    dropout: float = 0.2


def masks_of(mask: Tensor, levels: int) -> list[Tensor]:
    """What is real at each level, (B, 1, T / 2^l) floats: where the step a point stands on is."""
    return [mask[:, None, :: 2**level].float() for level in range(levels)]


class Head(nn.Module):
    """Two convolutions and an output, the same for all levels.

    Args:
        dim: Channels.
        outputs: Channels of the output.
        bias: Of the output, at first.
    """

    def __init__(self, dim: int, outputs: int, bias: float) -> None:
        super().__init__()
        self.convs = nn.ModuleList(MaskedConv(dim, dim) for _ in range(2))
        self.norms = nn.ModuleList(ChannelNorm(dim) for _ in range(2))
        self.out = MaskedConv(dim, outputs)
        nn.init.constant_(self.out.conv.get_parameter("bias"), bias)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, dim, T) to (B, outputs, T)."""
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = functional.relu(norm(conv(x, mask)))
        found: Tensor = self.out(x, mask)
        return found


class Detector(nn.Module):
    """Anchor-free detector: one score and two distances per point.

    Args:
        config: Sizes.

    Shape:
        features: (B, C, T), T a multiple of ``2 ** (levels - 1)``.
        mask: (B, T) bool, what is not padding.
        returns: logits (B, P), distances (B, P, 2) in strides, real (B, P) bool; points as
            `benchmarks.models.tad.points.make_points` orders them.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        dim = config.dim
        self.drop = nn.Dropout(config.dropout)
        self.embed = nn.ModuleList([MaskedConv(config.inputs, dim), MaskedConv(dim, dim)])
        self.embed_norms = nn.ModuleList(ChannelNorm(dim) for _ in range(2))
        attends = config.pyramid == "attention"

        def block(stride: int) -> AttentionBlock:
            return AttentionBlock(dim, config.heads, config.window, stride, config.dropout)

        self.stem = nn.ModuleList(block(1) for _ in range(config.stem if attends else 0))
        self.down = nn.ModuleList(block(2) for _ in range(config.levels - 1 if attends else 0))
        self.level_norms = nn.ModuleList(ChannelNorm(dim) for _ in range(config.levels))
        # At first every point says 0.01, so the many negatives do not drown the loss.
        self.score = Head(dim, 1, -math.log(99))
        self.distance = Head(dim, 2, 0.0)
        self.scales = nn.Parameter(torch.ones(config.levels))

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See the class."""
        masks = masks_of(mask, self.config.levels)
        x = self.drop(features * masks[0])
        for conv, norm in zip(self.embed, self.embed_norms, strict=True):
            x = functional.relu(norm(conv(x, masks[0]))) * masks[0]
        for block in self.stem:
            x = block(x, masks[0])
        logits, distances = [], []
        for level, here in enumerate(masks):
            if level:
                x = self.down[level - 1](x, here) if len(self.down) else halve(x, here)
            level_x = self.level_norms[level](x)
            logits.append(self.score(level_x, here)[:, 0])
            # Softplus where the reference has a ReLU: a distance never gets stuck at 0.
            raw = self.distance(level_x, here) * self.scales[level]
            distances.append(functional.softplus(raw).transpose(1, 2))
        real = torch.cat(masks, dim=2)[:, 0] > 0
        return torch.cat(logits, dim=1), torch.cat(distances, dim=1), real


class Average:
    """Exponential moving average of a network's weights, which is what is tested.

    Args:
        network: Copied.
        decay: Nearer to 1 is slower; the first steps are faster, so that the random start is forgotten.
    """

    def __init__(self, network: Detector, decay: float) -> None:
        self.network, self.decay = copy.deepcopy(network).eval(), decay
        self._steps = 0

    @torch.no_grad()
    def update(self, network: Detector) -> None:
        """Move towards the weights of `network`."""
        self._steps += 1
        decay = min(self.decay, self._steps / (self._steps + 9))
        for mine, new in zip(self.network.parameters(), network.parameters(), strict=True):
            mine.lerp_(new, 1 - decay)
