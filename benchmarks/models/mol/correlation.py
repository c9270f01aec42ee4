"""Correlation of two feature maps, as FlowNetC has it, in plain PyTorch."""

from functools import lru_cache

import torch
from torch import Tensor


def correlation(first: Tensor, second: Tensor, patch: int, dilation: int) -> Tensor:
    """Mean product of each vector of one map with those of the other around the same place.

    All products of any two places are one matrix product; those that are wanted are picked from it.

    Args:
        first: Shape (B, C, H, W).
        second: The same shape; what lies outside of it is 0.
        patch: Displacements along each axis, odd.
        dilation: Between two displacements, positions.

    Returns:
        Shape (B, patch * patch, H, W); channel ``r * patch + c`` is the displacement
        ``dilation * (r - patch // 2)`` down and ``dilation * (c - patch // 2)`` to the right.

    Raises:
        ValueError: `patch` is even.
    """
    if patch % 2 == 0:
        raise ValueError(f"a patch of odd size is needed, {patch} is even")
    batch, channels, height, width = first.shape
    products = first.flatten(2).transpose(1, 2) @ second.flatten(2) / channels  # (B, HW, HW)
    where, inside = _places(height, width, patch, dilation)
    picked = products.gather(2, where.to(first.device)[None].expand(batch, -1, -1))
    found = picked * inside.to(first.device)
    return found.transpose(1, 2).reshape(batch, patch * patch, height, width)


@lru_cache(maxsize=8)
def _places(height: int, width: int, patch: int, dilation: int) -> tuple[Tensor, Tensor]:
    """For each place (row) and displacement (column): the other place, and whether it exists."""
    steps = dilation * (torch.arange(patch) - patch // 2)
    down, right = (part.flatten() for part in torch.meshgrid(steps, steps, indexing="ij"))
    rows, columns = (
        part.flatten()
        for part in torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    )
    row, column = rows[:, None] + down, columns[:, None] + right
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    place = row.clamp(0, height - 1) * width + column.clamp(0, width - 1)
    return place, inside
