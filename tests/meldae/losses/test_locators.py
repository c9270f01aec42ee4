"""The localisation losses of figure 4: slow loops, gradients, padding, reductions, half precision."""

import math
from typing import get_args

import pytest
import torch
from torch import Tensor

from meldae.losses import LOCATORS, bce_loss, focal_loss, make_locator, smooth_l1_loss
from meldae.losses.locators import LocatorName
from meldae.settings import LocatorName as SettingsLocatorName

POINTWISE = {
    "bce": lambda p, y: -(y * math.log(p) + (1 - y) * math.log(1 - p)),
    "mae": lambda p, y: abs(p - y),
    "mse": lambda p, y: (p - y) ** 2,
    "smooth-l1": lambda p, y: (p - y) ** 2 if abs(p - y) < 0.5 else abs(p - y) - 0.25,
}


def clips(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)
    logits = torch.randn(3, 7, generator=g, dtype=torch.float64) * 2
    targets = (torch.rand(3, 7, generator=g) < 0.4).double()
    mask = torch.ones(3, 7, dtype=torch.bool)
    mask[1, 4:] = False
    mask[2, 1:] = False
    return logits, targets, mask


def slow(name: str, logits: Tensor, targets: Tensor, mask: Tensor) -> list[float]:
    """One value per clip, frame by frame from the equation."""
    result = []
    for row in range(len(logits)):
        frames = [
            (1 / (1 + math.exp(-float(x))), float(y))
            for x, y, real in zip(logits[row], targets[row], mask[row], strict=True)
            if real
        ]
        if name == "iou":
            both = sum(p * y for p, y in frames)
            either = sum(p + y - p * y for p, y in frames)
            result.append(1 - (both + 1) / (either + 1))
        else:
            result.append(sum(POINTWISE[name](p, y) for p, y in frames) / len(frames))
    return result


@pytest.mark.parametrize("name", ["bce", "mae", "mse", "smooth-l1", "iou"])
def test_equals_the_slow_loop_clip_by_clip(name: str) -> None:
    logits, targets, mask = clips()
    loss = make_locator(name)
    expected = slow(name, logits, targets, mask)
    loss.reduction = "none"
    assert loss(logits, targets, None, mask).tolist() == pytest.approx(expected)
    loss.reduction = "sum"
    assert loss(logits, targets, None, mask).item() == pytest.approx(sum(expected))
    loss.reduction = "mean"
    assert loss(logits, targets, None, mask).item() == pytest.approx(sum(expected) / 3)


@pytest.mark.parametrize("name", list(LOCATORS))
def test_gradient_is_right_and_padding_gets_none(name: str) -> None:
    logits, targets, mask = clips(1)
    logits.requires_grad_()
    loss = make_locator(name)
    assert torch.autograd.gradcheck(lambda x: loss(x, targets, None, mask), (logits,))
    (slope,) = torch.autograd.grad(loss(logits, targets, None, mask), logits)
    assert (slope[~mask] == 0).all()
    assert (slope[mask] != 0).all()


@pytest.mark.parametrize("name", list(LOCATORS))
def test_padding_may_hold_anything(name: str) -> None:
    logits, targets, mask = clips(2)
    loss = make_locator(name)
    before = loss(logits, targets, None, mask)
    logits[~mask] = float("nan")
    assert loss(logits, targets, None, mask).item() == pytest.approx(before.item())


@pytest.mark.parametrize("name", list(LOCATORS))
def test_perfect_is_nearly_nothing_and_wrong_is_more(name: str) -> None:
    r"""Truth ..###.. against itself, against nothing found, against everything found."""
    truth = torch.tensor([[0.0, 0, 1, 1, 1, 0, 0]])
    loss = make_locator(name)
    perfect = loss(truth * 40 - 20, truth).item()
    assert 0 <= perfect < 1e-4
    assert loss(torch.full_like(truth, -20.0), truth).item() > 0.2
    assert loss(torch.full_like(truth, 20.0), truth).item() > 0.2


@pytest.mark.parametrize("name", list(LOCATORS))
def test_half_precision_gives_the_full_value_of_the_same_logits(name: str) -> None:
    logits = torch.tensor([[-30.0, 30.0, -2.5, 3.5, 0.0]], dtype=torch.bfloat16)
    targets = torch.tensor([[0.0, 1, 1, 0, 1]])
    loss = make_locator(name)
    assert loss(logits, targets).dtype == torch.float32
    assert loss(logits, targets).item() == pytest.approx(
        loss(logits.double(), targets.double()).item(), rel=1e-5
    )


def test_names_are_the_same_in_settings() -> None:
    assert get_args(LocatorName) == get_args(SettingsLocatorName) == tuple(LOCATORS)


def test_bal_takes_its_numbers() -> None:
    logits, targets, mask = clips(3)
    parts = [make_locator("bal", lam, 10.0)(logits, targets, None, mask) for lam in (0, 1, 2)]
    assert (parts[2] - parts[1]).item() == pytest.approx((parts[1] - parts[0]).item())
    assert parts[1] > parts[0]


def test_focal_reductions() -> None:
    logits, targets, mask = clips(4)
    each = focal_loss(logits, targets, mask=mask, reduction="none")
    assert (each[~mask] == 0).all()
    total = focal_loss(logits, targets, mask=mask, reduction="sum")
    assert total.item() == pytest.approx(each.sum().item())
    mean = focal_loss(logits, targets, mask=mask)
    assert mean.item() == pytest.approx(each.sum().item() / int(mask.sum()))


def test_wrong_names_are_refused() -> None:
    logits, targets, _ = clips()
    with pytest.raises(ValueError, match="bal, bce"):
        make_locator("dice")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="mean, sum or none"):
        bce_loss(logits, targets, reduction="median")  # type: ignore[arg-type]


def test_smooth_l1_bends_where_it_is_told() -> None:
    logit = torch.logit(torch.tensor([[0.3]]))
    zero = torch.zeros(1, 1)
    assert smooth_l1_loss(logit, zero, beta=1.0).item() == pytest.approx(0.045)
    assert smooth_l1_loss(logit, zero, beta=0.1).item() == pytest.approx(0.25)
