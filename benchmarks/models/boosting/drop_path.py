"""Stochastic depth: a residual branch is left out for some members of a batch."""

import torch
from torch import Tensor, nn


class DropPath(nn.Module):
    """Leaves a branch out at random in training; what stays is scaled so that the mean is the same.

    Args:
        chance: Of leaving it out, below 1.

    Reference:
        Huang et al., Deep networks with stochastic depth, ECCV 2016.
    """

    def __init__(self, chance: float) -> None:
        super().__init__()
        if not 0 <= chance < 1:
            raise ValueError(f"Expected a chance in [0, 1) but got {chance}.")
        self.chance = chance

    def forward(self, x: Tensor) -> Tensor:
        """Same shape; each member of the batch stays or goes as a whole."""
        if not self.training or self.chance == 0:
            return x
        kept = torch.rand(len(x), *[1] * (x.ndim - 1), device=x.device) >= self.chance
        return x * kept / (1 - self.chance)
