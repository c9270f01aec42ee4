"""The slow-fast network: a window of region motion to a score and emotion logits for every frame.

    (B, 36, T) ─► stem ─► fast: T steps ──[blocks]──┬──[blocks]──┬──[blocks]──────────► concat ─► heads
                     │                            down         down                       ▲
                     └► down ─► slow: T/2 steps ─[blocks]─ + ─[blocks]─ + ─[blocks]─► twice as long

"down" is a convolution of stride 2. All is shared by spotting and recognition but for two linear heads.

Reference:
    BoostingVRME (ACM MM 2025) and its program; the state-space layer is `StateSpace`.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from benchmarks.models.boosting.drop_path import DropPath
from benchmarks.models.boosting.state_space import StateSpace

CHANNELS = 36
"""18 regions, right and down."""


@dataclass(frozen=True)
class NetworkSize:
    """How large the network is.

    Args:
        fast: Features of the fast path.
        slow: Features of the slow path.
        states: Of each state-space layer.
        drops: Chance of leaving out each block of a stage; its length is the number of blocks.
        stages: Stages; after each but the last the slow path hears the fast one.
    """

    fast: int
    slow: int
    states: int
    drops: tuple[float, ...]
    stages: int = 3


SIZES = {
    "nano": NetworkSize(fast=24, slow=48, states=4, drops=(0.0,)),
    "paper": NetworkSize(fast=128, slow=256, states=64, drops=(0.0, 0.0, 0.067, 0.133)),
}
"""``paper`` is the published one; ``nano`` trains on a CPU in minutes."""


class Block(nn.Module):
    """``x + DropPath(LN(StateSpace(LN(x))))``, shape (B, T, width)."""

    def __init__(self, width: int, states: int, drop: float) -> None:
        super().__init__()
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix = StateSpace(width, states)
        self.drop = DropPath(drop)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape."""
        out: Tensor = x + self.drop(self.after(self.mix(self.before(x))))
        return out


class SlowFast(nn.Module):
    """The shared part.

    Args:
        size: How large.
        channels: Of the input.
    """

    def __init__(self, size: NetworkSize, channels: int = CHANNELS) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            *_convolution(channels, size.fast, 1), *_convolution(size.fast, size.fast, 1)
        )
        self.halve = nn.Sequential(*_convolution(size.fast, size.slow, 2))
        self.fast = nn.ModuleList(_stage(size.fast, size) for _ in range(size.stages))
        self.slow = nn.ModuleList(_stage(size.slow, size) for _ in range(size.stages))
        self.tell = nn.ModuleList(
            nn.Sequential(*_convolution(size.fast, size.slow, 2)) for _ in range(size.stages - 1)
        )
        self.features = size.fast + size.slow

    def forward(self, x: Tensor) -> Tensor:
        """Shape (B, channels, T) to (B, T, features).

        Raises:
            ValueError: T is odd.
        """
        if x.shape[2] % 2:
            raise ValueError(f"Expected an even number of frames but got {x.shape[2]}.")
        first = self.stem(x)
        fast, slow = first.transpose(1, 2), self.halve(first).transpose(1, 2)
        for index, (quick, calm) in enumerate(zip(self.fast, self.slow, strict=True)):
            fast, slow = quick(fast), calm(slow)
            if index < len(self.tell):
                slow = slow + self.tell[index](fast.transpose(1, 2)).transpose(1, 2)
        return torch.cat([fast, slow.repeat_interleave(2, dim=1)], dim=2)


class Spotting(nn.Module):
    """The whole: one backbone for both tasks, or one each.

    Args:
        size: How large a backbone is.
        classes: Emotions and, last, neutral; 0 for spotting alone.
        shared: Whether both heads stand on the same backbone.
        channels: Of the input.
    """

    def __init__(
        self, size: NetworkSize, classes: int, shared: bool = True, channels: int = CHANNELS
    ) -> None:
        super().__init__()
        self.backbone = SlowFast(size, channels)
        self.second = None if shared or not classes else SlowFast(size, channels)
        self.spot = nn.Linear(self.backbone.features, 1)
        self.emotion = nn.Linear(self.backbone.features, classes) if classes else None

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Shape (B, channels, T) to scores (B, T) in [0, 1] and logits (B, T, classes) or `None`."""
        seen = self.backbone(x)
        scores = torch.sigmoid(self.spot(seen).squeeze(2))
        if self.emotion is None:
            return scores, None
        return scores, self.emotion(seen if self.second is None else self.second(x))


def _convolution(channels: int, width: int, stride: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv1d(channels, width, 3, stride=stride, padding=1, bias=False),  # the norm has one
        nn.BatchNorm1d(width),
        nn.ReLU(),
    )


def _stage(width: int, size: NetworkSize) -> nn.Sequential:
    return nn.Sequential(*(Block(width, size.states, drop) for drop in size.drops))
