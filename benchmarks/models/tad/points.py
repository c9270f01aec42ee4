"""Where the heads look, and what they should say there.

    positions     0   1   2   3   4   5   6   7   8        steps; step k is [k, k + 1)
    level 0       | . | . | . | . | . | . | . | . |          0.5, 1.5, 2.5 ...: middles of steps
    level 1       | .     | .     | .     | .     |          0.5, 2.5, 4.5 ...: every second of them
    reference             [===========)                      [2, 5), centre 3.5
                          <-- l --+-r->                      what a point inside regresses, in strides

A strided layer of the pyramid is centred on every second step, so a point stands at that step's middle.
A point is positive when it is inside a reference, within ``radius`` strides of its centre, and the longer
of its two distances lies in the range of its level; where several references claim it, the shortest wins.

Reference:
    Zhang et al., ActionFormer, ECCV 2022, section 3.3.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Points:
    """All points of all levels, finest first.

    Args:
        positions: Shape (P,), on the axis of steps.
        strides: Shape (P,), steps per point of the level.
        low: Shape (P,), the shortest distance that the level answers for, steps.
        high: Shape (P,), the longest, exclusive.
    """

    positions: Tensor
    strides: Tensor
    low: Tensor
    high: Tensor


def ranges_of(levels: int, base: float = 4.0) -> tuple[tuple[float, float], ...]:
    """Distances that each level answers for: (0, base), (base, 2 base), ... the last without end.

    Args:
        levels: How many, at least 1.
        base: Of the finest level, steps.
    """
    edges = [0.0, *(base * 2**level for level in range(levels - 1)), float("inf")]
    return tuple(itertools.pairwise(edges))


def make_points(steps: int, levels: int, base: float = 4.0) -> Points:
    """Points for a sequence.

    Args:
        steps: Length, a multiple of ``2 ** (levels - 1)``.
        levels: Level l has a point every ``2 ** l`` steps.
        base: See `ranges_of`.

    Raises:
        ValueError: The length does not fit the levels.
    """
    if steps % 2 ** (levels - 1):
        raise ValueError(f"Expected a multiple of {2 ** (levels - 1)} steps but got {steps}.")
    positions, strides, low, high = [], [], [], []
    for level, (shortest, longest) in enumerate(ranges_of(levels, base)):
        stride = 2**level
        here = torch.arange(0, steps, stride, dtype=torch.float32) + 0.5
        positions.append(here)
        strides.append(torch.full_like(here, stride))
        low.append(torch.full_like(here, shortest))
        high.append(torch.full_like(here, longest))
    return Points(torch.cat(positions), torch.cat(strides), torch.cat(low), torch.cat(high))


def make_targets(
    points: Points, references: Sequence[tuple[float, float]], radius: float = 1.5
) -> tuple[Tensor, Tensor]:
    """What the heads should say about one sequence.

    Args:
        points: See `make_points`.
        references: Start and end of each ME, on the axis of steps.
        radius: How far from the centre of a reference a point may be, in strides of its level.

    Returns:
        Whether each point is positive, shape (P,) bool; distances to the left and right end in strides,
        shape (P, 2), 0 where not positive.
    """
    n = len(points.positions)
    if not references:
        return torch.zeros(n, dtype=torch.bool), torch.zeros(n, 2)
    spans = torch.tensor(references, dtype=torch.float32)
    left = points.positions[:, None] - spans[None, :, 0]
    right = spans[None, :, 1] - points.positions[:, None]
    longest = torch.maximum(left, right)
    from_centre = (points.positions[:, None] - spans.mean(1)[None]).abs()
    inside = (left > 0) & (right > 0) & (from_centre <= radius * points.strides[:, None])
    mine = inside & (longest >= points.low[:, None]) & (longest < points.high[:, None])
    lengths = (spans[:, 1] - spans[:, 0])[None].expand(n, -1)
    shortest, which = lengths.masked_fill(~mine, float("inf")).min(1)
    positive = torch.isfinite(shortest)
    rows = torch.arange(n)
    distances = torch.stack((left[rows, which], right[rows, which]), 1) / points.strides[:, None]
    return positive, distances * positive[:, None]


def spans_of(points: Points, distances: Tensor) -> Tensor:
    """Regressed distances, shape (..., P, 2) in strides, to starts and ends on the axis of steps."""
    scaled = distances * points.strides[:, None]
    return torch.stack(
        (points.positions - scaled[..., 0], points.positions + scaled[..., 1]), dim=-1
    )
