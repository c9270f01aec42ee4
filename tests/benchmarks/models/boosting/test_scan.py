import pytest
import torch
from torch import Tensor

from benchmarks.models.boosting.scan import linear_scan


def loop(a: Tensor, b: Tensor) -> Tensor:
    """The recurrence word for word."""
    state, states = torch.zeros_like(b[:, 0]), []
    for t in range(a.shape[1]):
        state = a[:, t] * state + b[:, t]
        states.append(state)
    return torch.stack(states, 1)


def test_by_hand() -> None:
    """a = 1/2:   b  1  0  4  0
    h  1 .5 4.25 2.125
    """
    a = torch.full((1, 4, 1), 0.5)
    b = torch.tensor([1.0, 0, 4, 0]).reshape(1, 4, 1)
    for chunk in (1, 2, 3, 4, 9):
        assert linear_scan(a, b, chunk).flatten().tolist() == [1, 0.5, 4.25, 2.125]


@pytest.mark.parametrize("chunk", [None, 1, 2, 3, 4, 7, 16, 64])
@pytest.mark.parametrize("steps", [1, 2, 13, 16])
def test_chunks_do_not_show(chunk: int | None, steps: int) -> None:
    generator = torch.Generator().manual_seed(steps)
    a = torch.rand(2, steps, 3, 4, generator=generator, dtype=torch.float64)
    b = torch.randn(2, steps, 3, 4, generator=generator, dtype=torch.float64)
    a[0, steps // 2] = 0.0  # forgets everything: nothing may be divided by it
    torch.testing.assert_close(linear_scan(a, b, chunk), loop(a, b), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("chunk", [1, 3, 4])
def test_the_gradient_is_that_of_the_loop(chunk: int) -> None:
    generator = torch.Generator().manual_seed(7)
    a = torch.rand(2, 7, 2, generator=generator, dtype=torch.float64).requires_grad_()
    b = torch.randn(2, 7, 2, generator=generator, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda a, b: linear_scan(a, b, chunk), (a, b))
    weight = torch.randn(2, 7, 2, generator=generator, dtype=torch.float64)
    found = torch.autograd.grad((linear_scan(a, b, chunk) * weight).sum(), (a, b))
    expected = torch.autograd.grad((loop(a, b) * weight).sum(), (a, b))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_inputs_stay_as_they_are() -> None:
    a, b = torch.rand(1, 6, 2), torch.rand(1, 6, 2)
    kept = a.clone(), b.clone()
    linear_scan(a, b, 1)
    linear_scan(a, b, 4)
    assert torch.equal(a, kept[0])
    assert torch.equal(b, kept[1])


def test_wrong_shapes_and_chunks() -> None:
    with pytest.raises(ValueError, match="equal shapes"):
        linear_scan(torch.zeros(1, 2, 3), torch.zeros(1, 3, 3))
    with pytest.raises(ValueError, match="positive chunk"):
        linear_scan(torch.zeros(1, 2), torch.zeros(1, 2), 0)
