"""How the windows of one optimizer step are shared among processes, and each share among passes.

    step of 8 windows      0 1 2 3 4 5 6 7
    process 0 of 2         0   2   4   6          every second one
      passes of 3          0   2   4 | 6          gradients add up
    process 1 of 2           1   3   5   7

Every pass weighs as many windows as it has, so that the gradient is that of the whole step in one go.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch.distributed

Value = TypeVar("Value")


@dataclass(frozen=True)
class Pass:
    """One forward and backward pass.

    Args:
        rows: Which windows of the step.
        weight: Factor on the mean loss of these windows.
        is_last: Of this process in this step: the one after which gradients are exchanged.
    """

    rows: tuple[int, ...]
    weight: float
    is_last: bool


def share_step(n_windows: int, rank: int, processes: int, at_once: int = 0) -> list[Pass]:
    """The passes of one process in one step.

    Args:
        n_windows: Of the whole step, at least 1.
        rank: Of the process, from 0.
        processes: How many there are; their gradients are averaged.
        at_once: Most windows of a pass; 0 for no limit.

    Returns:
        At least one pass. A process without a window passes the first one with weight 0, since all have
        to take part in the exchange.

    Example:
        >>> share_step(3, 1, 2)
        [Pass(rows=(1,), weight=0.6666666666666666, is_last=True)]
    """
    rows = range(rank, n_windows, processes)
    if not rows:
        return [Pass((0,), 0.0, is_last=True)]
    size = at_once or len(rows)
    parts = [tuple(rows[start : start + size]) for start in range(0, len(rows), size)]
    return [
        Pass(part, len(part) * processes / n_windows, is_last=place == len(parts) - 1)
        for place, part in enumerate(parts)
    ]


def is_first_process() -> bool:
    """Whether this process writes and speaks: rank 0, or the only one."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank() == 0
    return int(os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0"))) == 0


def merge(mine: Mapping[str, Value]) -> dict[str, Value]:
    """The mappings of all processes as one; keys are disjoint."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return dict(mine)
    found: list[Any] = [None] * torch.distributed.get_world_size()
    torch.distributed.all_gather_object(found, dict(mine))
    return {key: value for one in found for key, value in one.items()}


def share(items: Sequence[Value], rank: int, processes: int) -> Sequence[Value]:
    """Every `processes`-th item, from the `rank`-th."""
    return items[rank::processes]
