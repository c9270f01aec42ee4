"""From values per frame to one number: what masks and ``reduction`` mean, once for every loss."""

from typing import Literal

import torch
from torch import Tensor

Reduction = Literal["mean", "sum", "none"]
"""Over clips: their mean, their sum, or one value each."""


def full_precision(values: Tensor) -> Tensor:
    """float32, or float64 where it was: half precision loses what small losses are made of."""
    return values if values.dtype == torch.float64 else values.float()


def masked_mean(values: Tensor, mask: Tensor | None) -> Tensor:
    """Mean over the last axis of what counts; 0 where nothing does.

    Args:
        values: (..., T).
        mask: Same shape, bool; all count when `None`. What does not count may be infinite or NaN.

    Returns:
        (...)
    """
    if mask is None:
        return values.mean(-1)
    length = mask.sum(-1).clamp_min(1).to(values.dtype)
    return values.masked_fill(~mask, 0.0).sum(-1) / length


def reduce(per_clip: Tensor, reduction: Reduction) -> Tensor:
    """Mean, sum or nothing, over clips.

    Args:
        per_clip: (B,).
        reduction: See `Reduction`.

    Raises:
        ValueError: Another reduction.
    """
    if reduction == "mean":
        return per_clip.mean()
    if reduction == "sum":
        return per_clip.sum()
    if reduction == "none":
        return per_clip
    raise ValueError(f"Expected `reduction` mean, sum or none but got {reduction!r}.")
