r"""The linear recurrence of a state-space layer, ``h_t = a_t h_{t-1} + b_t``, without a loop over time.

Time is cut into chunks. In all chunks at once the recurrence is summed by doubling, since two steps make
one of the same form: ``(a, b)`` then ``(a', b')`` is ``(a a', a' b + b')``. Then the last state of each
chunk is carried into the next, one after the other.

    b0 b1 b2 b3 | b4 b5 b6 b7 | ...
     \_/  \_/      \_/  \_/          doubling inside chunks: log2(chunk) passes
       \__/ ------> \__/ ------>     carry: one product per chunk

With a chunk of 1 only the carry is left, which is the plain loop: the least work, and best on a CPU; a GPU
would rather do more at a time. Nothing is divided, so states that are forgotten (a near 0) are exact.

Reference:
    Blelloch, Prefix sums and their applications, 1990; Gu and Dao, Mamba, 2023, section 3.3. Their kernel
    also saves memory by never storing h; this one stores h once, and a once, for the gradient.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

GPU_CHUNK = 16
"""Steps of a chunk where there is a GPU."""


def linear_scan(a: Tensor, b: Tensor, chunk: int | None = None) -> Tensor:
    """States of ``h_t = a_t h_{t-1} + b_t`` with ``h_{-1} = 0``; differentiable once.

    Args:
        a: Shape (B, T, ...), how much of the state stays.
        b: Same shape, what comes in.
        chunk: Steps that are summed together; 1 on a CPU and `GPU_CHUNK` elsewhere when `None`.

    Returns:
        h, same shape.

    Raises:
        ValueError: Shapes differ, or the chunk is not positive.
    """
    if a.shape != b.shape or a.ndim < 2:
        raise ValueError(f"Expected two equal shapes (B, T, ...) but got {a.shape}, {b.shape}.")
    if chunk is None:
        chunk = 1 if a.device.type == "cpu" else GPU_CHUNK
    if chunk < 1:
        raise ValueError(f"Expected a positive chunk but got {chunk}.")
    states: Tensor = _Scan.apply(a, b, chunk)
    return states


class _Scan(torch.autograd.Function):
    """The gradient is the same recurrence, backwards in time."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, chunk: int) -> Tensor:
        states = _states(a, b, chunk)
        ctx.save_for_backward(a, states)
        ctx.chunk = chunk
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        a, states = ctx.saved_tensors
        # What a state is worth: its own gradient, and what is kept of it for the next state.
        if ctx.chunk == 1:
            worth = grad.clone()
            for index in range(a.shape[1] - 2, -1, -1):
                worth[:, index].addcmul_(a[:, index + 1], worth[:, index + 1])
        else:
            kept = torch.zeros_like(a)
            kept[:, 1:] = a[:, 1:].flip(1)
            worth = _states(kept, grad.flip(1), ctx.chunk).flip(1)
        before = torch.zeros_like(states)
        before[:, 1:] = states[:, :-1]
        return worth * before, worth, None


def _states(a: Tensor, b: Tensor, chunk: int) -> Tensor:
    """The recurrence itself; see `linear_scan`."""
    steps = a.shape[1]
    if steps == 0:
        return torch.zeros_like(b)
    chunk = min(chunk, steps)
    missing = -steps % chunk
    if missing:
        a = torch.cat([a, a.new_ones(a.shape[0], missing, *a.shape[2:])], 1)
        b = torch.cat([b, b.new_zeros(b.shape[0], missing, *b.shape[2:])], 1)
    shape = (a.shape[0], -1, chunk, *a.shape[2:])
    kept, states = a.reshape(shape), b.reshape(shape).clone()
    reach = 1
    while reach < chunk:
        later = states[:, :, reach:] + kept[:, :, reach:] * states[:, :, :-reach]
        states = torch.cat([states[:, :, :reach], later], 2)
        kept = torch.cat([kept[:, :, :reach], kept[:, :, reach:] * kept[:, :, :-reach]], 2)
        reach *= 2
    for index in range(1, states.shape[1]):
        states[:, index].addcmul_(kept[:, index], states[:, index - 1, -1:])
    found: Tensor = states.flatten(1, 2)[:, :steps]
    return found
