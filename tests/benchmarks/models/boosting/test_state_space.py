import math
from functools import partial

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.models.boosting.state_space import (
    StateSpace,
    fused_call,
    fused_scan,
    selective_scan,
)


def slow_scan(u: Tensor, delta: Tensor, a: Tensor, b: Tensor, c: Tensor, skip: Tensor) -> Tensor:
    """Number by number."""
    out = torch.zeros_like(u)
    for i in range(u.shape[0]):
        for d in range(u.shape[2]):
            state = torch.zeros(a.shape[1], dtype=u.dtype)
            for t in range(u.shape[1]):
                for n in range(a.shape[1]):
                    kept = math.exp(delta[i, t, d] * a[d, n])
                    state[n] = kept * state[n] + delta[i, t, d] * b[i, t, n] * u[i, t, d]
                out[i, t, d] = (c[i, t] * state).sum() + skip[d] * u[i, t, d]
    return out


Six = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


def numbers(dtype: torch.dtype = torch.float64) -> Six:
    generator = torch.Generator().manual_seed(3)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype)

    delta = functional.softplus(draw(2, 5, 3))
    return draw(2, 5, 3), delta, -torch.exp(draw(3, 4)), draw(2, 5, 4), draw(2, 5, 4), draw(3)


@pytest.mark.parametrize("chunk", [1, 2, 8])
def test_the_scan_is_the_equation(chunk: int) -> None:
    given = numbers()
    torch.testing.assert_close(selective_scan(*given, chunk=chunk), slow_scan(*given))


def test_the_scans_gradient() -> None:
    given = [one.requires_grad_() for one in numbers()]
    assert torch.autograd.gradcheck(partial(selective_scan, chunk=2), given)


def test_one_step_by_hand() -> None:
    """dt 0.5, A -2, u 3, B 4, C 5, D 7, twice: h = 6, then 6/e + 6; y = 5 h + 21."""
    one = torch.ones(1, 2, 1, dtype=torch.float64)
    a = torch.full((1, 1), -2.0, dtype=torch.float64)
    skip = torch.full((1,), 7.0, dtype=torch.float64)
    found = selective_scan(3 * one, 0.5 * one, a, 4 * one, 5 * one, skip)
    assert found.flatten().tolist() == pytest.approx([51, 30 / math.e + 51])


def test_the_layer_is_causal_and_every_parameter_learns() -> None:
    torch.manual_seed(0)
    layer = StateSpace(width=6, states=4)
    x = torch.randn(2, 9, 6)
    changed = x.clone()
    changed[:, 5:] += 1
    first, second = layer(x), layer(changed)
    torch.testing.assert_close(first[:, :5], second[:, :5])
    assert not torch.allclose(first[:, 5], second[:, 5])
    first.square().mean().backward()
    for name, one in layer.named_parameters():
        assert one.grad is not None, name
        assert one.grad.abs().sum() > 0, name


def test_step_sizes_start_between_their_bounds() -> None:
    torch.manual_seed(0)
    size = functional.softplus(StateSpace(width=32, states=2).step.bias)
    assert 1e-3 <= size.min() < 2e-3
    assert 0.05 < size.max() <= 0.1


def test_the_fused_kernel_is_called_in_its_own_layout() -> None:
    """A stand-in with the documented signature: time last, softplus inside, float decay and skip."""
    u, _, a, b, c, skip = numbers(torch.float32)
    raw = torch.randn(2, 5, 3)

    def kernel(
        u: Tensor, delta: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor, **options: bool
    ) -> Tensor:
        assert u.shape == delta.shape == (2, 3, 5)
        assert B.shape == C.shape == (2, 4, 5)
        assert options == {"delta_softplus": True}
        step = functional.softplus(delta)
        turned = [one.transpose(1, 2) for one in (u, step, B, C)]
        return slow_scan(turned[0], turned[1], A, turned[2], turned[3], D).transpose(1, 2)

    torch.testing.assert_close(
        fused_call(kernel, u, raw, a, b, c, skip),
        selective_scan(u, functional.softplus(raw), a, b, c, skip),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.skipif(
    fused_scan() is None or not torch.cuda.is_available(), reason="needs mamba-ssm and a GPU"
)
def test_the_fused_kernel_gives_the_same() -> None:
    torch.manual_seed(0)
    plain = StateSpace(width=32, states=16, fused=False).cuda()
    fused = StateSpace(width=32, states=16).cuda()
    fused.load_state_dict(plain.state_dict())
    x = torch.randn(4, 50, 32, device="cuda")
    torch.testing.assert_close(fused(x), plain(x), rtol=1e-3, atol=1e-4)
