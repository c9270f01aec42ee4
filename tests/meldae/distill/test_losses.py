"""The teacher's share of the loss, against slow loops and values worked out by hand."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from meldae.distill.losses import binary_divergence, similarity_loss


def test_a_divergence_by_hand() -> None:
    """Teacher log 3 says 3/4, student 0 says 1/2: 3/4 log(3/2) + 1/4 log(1/2)."""
    found = binary_divergence(torch.zeros(1), torch.tensor([math.log(3.0)]))
    assert float(found) == pytest.approx(0.75 * math.log(1.5) + 0.25 * math.log(0.5), abs=1e-6)
    # Temperature 2 on twice the logits: the same two decisions, times 4.
    hot = binary_divergence(torch.zeros(1), torch.tensor([2 * math.log(3.0)]), 2.0)
    assert float(hot) == pytest.approx(4 * float(found), abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.floats(-8, 8), st.floats(-8, 8)), min_size=1, max_size=6),
    st.floats(0.5, 8),
)
def test_a_divergence_is_the_slow_loop_and_never_negative(
    pairs: list[tuple[float, float]], temperature: float
) -> None:
    total = 0.0
    for student, teacher in pairs:
        p = 1 / (1 + math.exp(-teacher / temperature))
        q = 1 / (1 + math.exp(-student / temperature))
        total += p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))
    ours, theirs = (torch.tensor(one, dtype=torch.float64) for one in zip(*pairs, strict=True))
    found = float(binary_divergence(ours, theirs, temperature))
    assert found == pytest.approx(temperature**2 * total / len(pairs), abs=1e-4)
    assert found >= -1e-5
    assert float(binary_divergence(theirs, theirs, temperature)) == pytest.approx(0, abs=1e-5)


def test_padding_counts_for_nothing_whatever_it_holds() -> None:
    mask = torch.tensor([[True, True, False]])
    ours = torch.tensor([[0.3, -1.0, float("nan")]])
    theirs = torch.tensor([[1.0, 0.5, 0.0]])
    found = binary_divergence(ours, theirs, 2.0, mask)
    short = binary_divergence(ours[:, :2], theirs[:, :2], 2.0)
    assert float(found) == pytest.approx(float(short))
    features = torch.randn(1, 3, 4)
    known = similarity_loss(features[:, :2], features.flip(1)[:, 1:])
    assert float(similarity_loss(features, features.flip(1), mask)) != pytest.approx(float(known))
    broken = features.clone()
    broken[:, 2] = 9e9
    assert float(similarity_loss(broken, features, mask)) == pytest.approx(0, abs=1e-6)


def test_no_gradient_reaches_the_teacher() -> None:
    ours, theirs = torch.randn(5, requires_grad=True), torch.randn(5, requires_grad=True)
    binary_divergence(ours, theirs, 3.0).backward()
    assert theirs.grad is None
    # d/dz of T^2 KL is T (sigmoid(z / T) - sigmoid(t / T)), over the mean.
    expected = 3.0 * (torch.sigmoid(ours / 3) - torch.sigmoid(theirs / 3)) / 5
    assert ours.grad is not None
    assert torch.allclose(ours.grad, expected.detach(), atol=1e-6)


def test_similarity_ignores_width_and_turns() -> None:
    """Right angle against 60 degrees: two of four pairs differ by cos 60 = 1/2."""
    ours = torch.tensor([[[1.0, 0.0], [0.0, 2.0]]])
    theirs = torch.tensor([[[3.0, 0.0, 0.0], [0.5, math.sqrt(0.75), 0.0]]])
    assert float(similarity_loss(ours, theirs)) == pytest.approx(2 * 0.25 / 4)
    turn = torch.linalg.qr(torch.randn(2, 2)).Q
    assert float(similarity_loss(ours @ turn, theirs)) == pytest.approx(0.125, abs=1e-6)
