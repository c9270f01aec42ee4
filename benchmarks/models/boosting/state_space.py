"""A selective state-space layer (Mamba) in plain PyTorch, for CPU and GPU.

    x ──► in ──┬─► depthwise causal conv ─► SiLU ─► u ─► selective scan ─► y ──┬─► out
               └──────────────────────── z ─────────────────────► SiLU(z) ─────┘ product

    h_t = exp(dt_t A) h_{t-1} + dt_t B_t u_t,    y_t = C_t h_t + D u_t

dt, B and C are computed from u, so that each step decides what to keep (this is the "selective" part).

Reference:
    Gu and Dao, Mamba: linear-time sequence modeling with selective state spaces, 2023, section 3 and
    algorithm 2. The input matrix is discretised by Euler's rule, as there.
"""

import importlib
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.models.boosting.scan import linear_scan

FusedScan = Callable[..., Any]


@lru_cache(maxsize=1)
def fused_scan() -> FusedScan | None:
    """The CUDA kernel of the package mamba-ssm; `None` when that is not installed or does not load."""
    try:
        module = importlib.import_module("mamba_ssm.ops.selective_scan_interface")
    except (ImportError, OSError, RuntimeError):
        return None
    return cast("FusedScan | None", getattr(module, "selective_scan_fn", None))


def selective_scan(
    u: Tensor,
    delta: Tensor,
    a: Tensor,
    b: Tensor,
    c: Tensor,
    skip: Tensor,
    chunk: int | None = None,
) -> Tensor:
    """The selective state-space recurrence of the module's drawing.

    Args:
        u: Input, shape (B, T, D).
        delta: Step sizes, positive, shape (B, T, D).
        a: Decay rates, negative, shape (D, N).
        b: What the input writes, shape (B, T, N).
        c: What is read, shape (B, T, N).
        skip: Straight connection, shape (D,).
        chunk: See `linear_scan`.

    Returns:
        Shape (B, T, D).
    """
    kept = torch.exp(delta.unsqueeze(-1) * a)
    written = (delta * u).unsqueeze(-1) * b.unsqueeze(2)
    states = linear_scan(kept, written, chunk)
    return torch.einsum("btdn,btn->btd", states, c) + skip * u


class StateSpace(nn.Module):
    """The layer.

    Args:
        width: Features of the input and output.
        states: N, numbers remembered per inner feature.
        taps: Of the causal convolution.
        expand: Inner features per feature.
        fused: Whether the CUDA kernel is used where it is installed and the input is on a GPU.
    """

    def __init__(
        self, width: int, states: int, taps: int = 4, expand: int = 2, fused: bool = True
    ) -> None:
        super().__init__()
        self.inner, self.states = expand * width, states
        self.rank = math.ceil(width / 16)
        self.fused = fused
        self.enter = nn.Linear(width, 2 * self.inner, bias=False)
        self.local = nn.Conv1d(self.inner, self.inner, taps, groups=self.inner, padding=taps - 1)
        self.select = nn.Linear(self.inner, self.rank + 2 * states, bias=False)
        self.step = nn.Linear(self.rank, self.inner)
        self.log_decay = nn.Parameter(
            torch.log(torch.arange(1, states + 1).float()).repeat(self.inner, 1)
        )
        self.skip = nn.Parameter(torch.ones(self.inner))
        self.leave = nn.Linear(self.inner, width, bias=False)
        self._start_steps()

    def _start_steps(self, least: float = 1e-3, most: float = 0.1) -> None:
        """Step sizes start between `least` and `most`, evenly on a log scale (Mamba, section 3.6)."""
        spread = self.rank**-0.5
        nn.init.uniform_(self.step.weight, -spread, spread)
        with torch.no_grad():
            size = torch.exp(
                torch.rand(self.inner) * (math.log(most) - math.log(least)) + math.log(least)
            )
            # The inverse of softplus.
            self.step.bias.copy_(size + torch.log(-torch.expm1(-size)))

    def forward(self, x: Tensor) -> Tensor:
        """Shape (B, T, width) to the same shape; step t sees steps up to t only."""
        steps = x.shape[1]
        u, gate = self.enter(x).chunk(2, dim=-1)
        u = functional.silu(self.local(u.transpose(1, 2))[..., :steps].transpose(1, 2))
        low, b, c = self.select(u).split([self.rank, self.states, self.states], dim=-1)
        delta = self.step(low)
        a = -torch.exp(self.log_decay)
        kernel = fused_scan() if self.fused and x.is_cuda else None
        if kernel is None:
            y = selective_scan(u, functional.softplus(delta), a, b, c, self.skip)
        else:
            y = fused_call(kernel, u, delta, a, b, c, self.skip)
        out: Tensor = self.leave(y * functional.silu(gate))
        return out


def fused_call(
    kernel: FusedScan, u: Tensor, delta: Tensor, a: Tensor, b: Tensor, c: Tensor, skip: Tensor
) -> Tensor:
    """`selective_scan` by the kernel of mamba-ssm, which has time last and takes softplus itself.

    Args:
        kernel: ``selective_scan_fn``.
        u: Shape (B, T, D).
        delta: Before softplus, shape (B, T, D).
        a: Shape (D, N).
        b: Shape (B, T, N).
        c: Shape (B, T, N).
        skip: Shape (D,).

    Returns:
        Shape (B, T, D).
    """
    last = [one.transpose(1, 2).contiguous() for one in (u, delta, b, c)]
    found: Tensor = kernel(
        last[0], last[1], a.float(), last[2], last[3], skip.float(), delta_softplus=True
    )
    return found.transpose(1, 2)
