"""Each loss against a slow loop written from its equation, its gradient, and its limits."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from meldae.losses import (
    BoundaryAwareLoss,
    MeldaeLoss,
    boundary_loss,
    find_boundaries,
    focal_loss,
    focal_tversky_loss,
)
from meldae.output import MeldaeOutput


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def random_clips(b: int, t: int, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Logits, targets, boundaries and a mask with padding at the end."""
    g = torch.Generator().manual_seed(seed)
    logits = torch.randn(b, t, generator=g, dtype=torch.float64) * 2
    targets = (torch.rand(b, t, generator=g) < 0.4).double()
    mask = torch.ones(b, t, dtype=torch.bool)
    for row in range(b):
        length = int(torch.randint(1, t + 1, (1,), generator=g))
        mask[row, length:] = False
    return logits, targets, find_boundaries(targets), mask


def slow_focal(logits: Tensor, targets: Tensor, alpha: float, gamma: float) -> float:
    total = 0.0
    for x, y in zip(logits.flatten().tolist(), targets.flatten().tolist(), strict=True):
        p = sigmoid(x)
        p_true, weight = (p, alpha) if y == 1 else (1 - p, 1 - alpha)
        total += -weight * (1 - p_true) ** gamma * math.log(p_true)
    return total / logits.numel()


def slow_tversky(logits: Tensor, targets: Tensor, mask: Tensor) -> float:
    clips = []
    for row in range(len(logits)):
        tp = fn = fp = 0.0
        for i in range(logits.shape[1]):
            if mask[row, i]:
                s, y = sigmoid(float(logits[row, i])), float(targets[row, i])
                tp, fn, fp = tp + s * y, fn + (1 - s) * y, fp + s * (1 - y)
        index = (tp + 1) / (tp + 0.7 * fn + 0.3 * fp + 1)
        clips.append((1 - index) ** (1 / (4 / 3)))
    return sum(clips) / len(clips)


def slow_boundary(logits: Tensor, targets: Tensor, edge: Tensor, mask: Tensor) -> float:
    clips = []
    for row in range(len(logits)):
        total, count = 0.0, 0
        for i in range(logits.shape[1]):
            if mask[row, i]:
                s, y = sigmoid(float(logits[row, i])), float(targets[row, i])
                entropy = -(y * math.log(s) + (1 - y) * math.log(1 - s))
                total += (10 if edge[row, i] else 1) * entropy
                count += 1
        clips.append(total / count)
    return sum(clips) / len(clips)


@pytest.mark.parametrize(("b", "t", "seed"), [(3, 7, 0), (5, 2, 1), (1, 40, 2)])
def test_losses_equal_slow_loops(b: int, t: int, seed: int) -> None:
    logits, targets, edge, mask = random_clips(b, t, seed)
    assert focal_loss(logits, targets).item() == pytest.approx(
        slow_focal(logits, targets, 0.25, 2.0), rel=1e-5
    )
    overlap, boundary = (
        slow_tversky(logits, targets, mask),
        slow_boundary(logits, targets, edge, mask),
    )
    assert focal_tversky_loss(logits, targets, mask).item() == pytest.approx(overlap, rel=1e-5)
    assert boundary_loss(logits, targets, edge, mask).item() == pytest.approx(boundary, rel=1e-5)
    both = BoundaryAwareLoss(boundary_lambda=1.5)(logits, targets, edge, mask)
    assert both.item() == pytest.approx(overlap + 1.5 * boundary, rel=1e-5)


def test_gradients_are_those_of_the_equations() -> None:
    logits, targets, edge, mask = random_clips(3, 6, 5)
    logits.requires_grad_()
    for loss in (
        lambda x: focal_loss(x, targets),
        lambda x: focal_tversky_loss(x, targets, mask),
        lambda x: boundary_loss(x, targets, edge, mask),
        lambda x: BoundaryAwareLoss()(x, targets, edge, mask),
    ):
        assert torch.autograd.gradcheck(loss, (logits,))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), extra=st.integers(1, 9))
def test_padding_changes_nothing(seed: int, extra: int) -> None:
    logits, targets, edge, mask = random_clips(2, 5, seed)
    mask[:] = True
    short = BoundaryAwareLoss()(logits, targets, edge, mask)
    junk = torch.full((2, extra), 1e4, dtype=logits.dtype)
    more = torch.cat((mask, torch.zeros(2, extra, dtype=torch.bool)), 1)
    false = torch.zeros(2, extra, dtype=torch.bool)
    padded = BoundaryAwareLoss()(
        torch.cat((logits, junk), 1),
        torch.cat((targets, junk), 1),
        torch.cat((edge, false), 1),
        more,
    )
    assert padded.item() == pytest.approx(short.item(), rel=1e-6)


def test_extreme_logits_stay_finite_in_half_precision() -> None:
    logits = torch.tensor([[-90.0, 90.0, -90.0, 90.0]], dtype=torch.bfloat16, requires_grad=True)
    for targets in (
        torch.tensor([[0.0, 1, 0, 1]]),
        torch.tensor([[1.0, 0, 1, 0]]),
        torch.zeros(1, 4),
    ):
        loss = BoundaryAwareLoss()(logits, targets) + focal_loss(logits, targets)
        (slope,) = torch.autograd.grad(loss, logits)
        assert torch.isfinite(loss)
        assert torch.isfinite(slope).all()


def test_missing_frames_cost_more_than_inventing_them() -> None:
    r"""Truth ..###.. ; one answer finds one frame of three, the other finds all and two more."""
    truth = torch.tensor([[0.0, 0, 1, 1, 1, 0, 0]])
    missed = torch.tensor([[0.0, 0, 0, 1, 0, 0, 0]]) * 40 - 20
    invented = torch.tensor([[0.0, 1, 1, 1, 1, 1, 0]]) * 40 - 20
    # The Tversky index is 2 of 3.4, and 4 of 4.6.
    assert focal_tversky_loss(missed, truth).item() == pytest.approx(
        (1 - 2 / 3.4) ** 0.75, rel=1e-4
    )
    assert focal_tversky_loss(invented, truth).item() == pytest.approx(
        (0.6 / 4.6) ** 0.75, rel=1e-4
    )


def test_boundaries_are_first_and_last_frames_and_not_the_edges_of_a_window() -> None:
    inside = torch.tensor([[1.0, 1, 0, 1, 1, 1, 0, 1, 0, 1]])
    #                       cut|off    on    off  both   cut on
    expected = [[0, 1, 0, 1, 0, 1, 0, 1, 0, 1]]
    assert find_boundaries(inside).int().tolist() == expected


def test_a_boundary_frame_weighs_ten_times() -> None:
    logits, targets = torch.zeros(1, 4), torch.zeros(1, 4)
    edge = torch.tensor([[False, True, False, False]])
    plain = math.log(2)
    assert boundary_loss(logits, targets, edge).item() == pytest.approx(plain * 13 / 4)


def test_total_is_the_papers_weighted_sum_and_skips_unknown_states() -> None:
    output = MeldaeOutput(torch.tensor([0.3, -1.0]), torch.tensor([2.0, 9.0]), torch.randn(2, 5))
    has_me, speaking = torch.tensor([1.0, 0.0]), torch.tensor([1.0, -1.0])
    targets = torch.tensor([[0.0, 1, 1, 0, 0], [0.0, 0, 0, 0, 0]])
    parts = MeldaeLoss()(output, has_me, speaking, targets)
    me = slow_focal(output.me_logits, has_me, 0.25, 2.0)
    state = slow_focal(output.state_logits[:1], speaking[:1], 0.25, 2.0)
    loc = BoundaryAwareLoss()(output.frame_logits, targets).item()
    assert parts["me"].item() == pytest.approx(me, rel=1e-5)
    assert parts["state"].item() == pytest.approx(state, rel=1e-5)
    assert parts["total"].item() == pytest.approx(0.5 * me + 0.2 * state + loc, rel=1e-5)
    unknown = MeldaeLoss()(output, has_me, torch.tensor([-1.0, -1.0]), targets)
    assert unknown["state"].item() == 0.0
