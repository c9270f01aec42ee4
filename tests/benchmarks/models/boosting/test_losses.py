import math

import pytest
import torch

from benchmarks.models.boosting.losses import emotion_loss, joint_loss, spot_loss
from benchmarks.models.boosting.targets import LEFT_OUT


def test_squared_error_by_hand() -> None:
    """Errors 0.5 and 0.2 count, the frame behind the end does not: (0.25 + 0.04) / 2."""
    scores, spot = torch.tensor([[0.5, 0.2, 0.9]]), torch.tensor([[1.0, 0, 0]])
    mask = torch.tensor([[1.0, 1, 0]])
    assert spot_loss(scores, spot, mask).item() == pytest.approx(0.145)
    assert spot_loss(scores, spot, torch.zeros(1, 3)).item() == 0


def test_weighted_cross_entropy_by_hand() -> None:
    """Equal logits: log 2 for every frame whatever the weights; a frame of logits (log 3, 0) with class 1
    costs log 4. Weights 1 and 3: (log 2 + 3 log 4) / 4."""
    logits = torch.tensor([[[0.0, 0], [math.log(3), 0], [9.0, 0], [0, 9.0]]])
    classes = torch.tensor([[0, 1, LEFT_OUT, 0]])
    mask = torch.tensor([[1.0, 1, 1, 0]])
    weights = torch.tensor([1.0, 3])
    expected = (math.log(2) + 3 * math.log(4)) / 4
    assert emotion_loss(logits, classes, mask, weights).item() == pytest.approx(expected)
    assert emotion_loss(logits, classes, torch.zeros(1, 4), weights).item() == 0


def test_nothing_to_learn_from_gives_no_gradient_but_zeros() -> None:
    logits = torch.zeros(1, 2, 3, requires_grad=True)
    loss = emotion_loss(logits, torch.full((1, 2), LEFT_OUT), torch.ones(1, 2), torch.ones(3))
    loss.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert not logits.grad.any()


def test_the_shares() -> None:
    scores, spot, mask = torch.full((1, 2), 0.5), torch.zeros(1, 2), torch.ones(1, 2)
    logits, classes = torch.zeros(1, 2, 2), torch.zeros(1, 2, dtype=torch.long)
    found = joint_loss(scores, logits, spot, classes, mask, torch.ones(2))
    assert found.item() == pytest.approx(0.9 * 0.25 + 0.1 * math.log(2))
    assert joint_loss(scores, None, spot, classes, mask, torch.ones(2)).item() == 0.25
