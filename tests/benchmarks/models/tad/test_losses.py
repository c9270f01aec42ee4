"""Losses against slow loops and numbers by hand."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.models.tad.losses import diou_loss, focal_loss, iou_1d

DISTANCES = st.lists(st.tuples(*(st.floats(0.01, 20) for _ in range(4))), min_size=1, max_size=8)


def _slow(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """IoU and distance IoU loss of two intervals, written out."""
    common = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
    union = (a[1] - a[0]) + (b[1] - b[0]) - common
    around = max(a[1], b[1]) - min(a[0], b[0])
    apart = (a[0] + a[1]) / 2 - (b[0] + b[1]) / 2
    return common / union, 1 - common / union + apart**2 / around**2


@given(DISTANCES)
def test_iou_and_its_loss_are_those_of_a_slow_loop(rows: list[tuple[float, ...]]) -> None:
    table = torch.tensor(rows, dtype=torch.float64)
    iou, loss = iou_1d(table[:, :2], table[:, 2:]), diou_loss(table[:, :2], table[:, 2:])
    for index, (left, right, other_left, other_right) in enumerate(rows):
        # Both spans hold the point, here 100.
        slow = _slow((100 - left, 100 + right), (100 - other_left, 100 + other_right))
        assert float(iou[index]) == pytest.approx(slow[0], abs=1e-9)
        assert float(loss[index]) == pytest.approx(slow[1], abs=1e-9)


def test_distance_iou_by_hand() -> None:
    # said  [2 ....... 6)         true [4 ........... 10), the point is at 5
    # common 2, union 8, around 8, centres 4 and 7:  1 - 1/4 + (3/8)^2
    loss = diou_loss(torch.tensor([[3.0, 1.0]]), torch.tensor([[1.0, 5.0]]))
    assert loss.item() == pytest.approx(0.75 + 9 / 64)
    assert diou_loss(torch.tensor([[2.0, 3.0]]), torch.tensor([[2.0, 3.0]])).item() == 0.0


def test_focal_loss_by_hand() -> None:
    # p = 0.8 said of a positive:   0.25 x 0.2^2 x -log 0.8;  of a negative: 0.75 x 0.8^2 x -log 0.2
    logit = torch.tensor([math.log(4.0), math.log(4.0)])
    found = focal_loss(logit, torch.tensor([1.0, 0.0]))
    assert found[0].item() == pytest.approx(-0.25 * 0.04 * math.log(0.8), rel=1e-5)
    assert found[1].item() == pytest.approx(-0.75 * 0.64 * math.log(0.2), rel=1e-5)


def test_focal_loss_without_focus_is_half_the_cross_entropy() -> None:
    logits, targets = torch.randn(20), torch.randint(0, 2, (20,)).float()
    plain = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    torch.testing.assert_close(focal_loss(logits, targets, alpha=0.5, gamma=0.0), 0.5 * plain)
