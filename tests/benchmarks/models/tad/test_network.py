"""The detector: gradients, padding, attention against a slow form."""

import pytest
import torch

from benchmarks.models.tad.layers import local_attention
from benchmarks.models.tad.network import Average, Detector, NetworkConfig, Pyramid
from benchmarks.models.tad.points import make_points
from benchmarks.models.tad.training import Objective, TrainingConfig

PYRAMIDS: tuple[Pyramid, ...] = ("max", "attention")


def _detector(pyramid: Pyramid, dropout: float = 0.0) -> Detector:
    torch.manual_seed(0)
    return Detector(
        NetworkConfig(inputs=5, pyramid=pyramid, dim=16, levels=3, window=5, dropout=dropout)
    )


@pytest.mark.parametrize("pyramid", PYRAMIDS)
def test_every_parameter_gets_a_gradient(pyramid: Pyramid) -> None:
    model = _detector(pyramid)
    features, mask = torch.randn(2, 5, 32), torch.ones(2, 32, dtype=torch.bool)
    # One short, one middling and one long reference, so that every level has a positive point.
    loss = Objective(TrainingConfig(), 3)(
        model(features, mask), [((3.0, 6.0), (10.0, 20.0)), ((2.0, 30.0),)], 32
    )
    loss.backward()
    without = [
        name
        for name, one in model.named_parameters()
        if one.grad is None or not torch.isfinite(one.grad).all() or one.grad.abs().sum() == 0
    ]
    # What an attention adds to every key alike cancels in the softmax.
    keys = {name for name in without if "project.1.bias" in name or "norms.1.norm.bias" in name}
    assert set(without) <= keys


@pytest.mark.parametrize("pyramid", PYRAMIDS)
def test_padding_changes_nothing(pyramid: Pyramid) -> None:
    model = _detector(pyramid).eval()
    features = torch.randn(1, 5, 24)
    alone = model(features, torch.ones(1, 24, dtype=torch.bool))
    longer = torch.cat((features, 100 * torch.randn(1, 5, 8)), dim=2)
    mask = torch.arange(32)[None] < 24
    both = model(longer, mask)
    real = both[2][0]
    torch.testing.assert_close(both[0][:, real], alone[0])
    torch.testing.assert_close(both[1][:, real], alone[1])
    assert real.sum() == 24 + 12 + 6


@pytest.mark.parametrize("pyramid", PYRAMIDS)
def test_one_output_per_point_and_scores_start_low(pyramid: Pyramid) -> None:
    logits, distances, real = _detector(pyramid)(torch.randn(1, 5, 16), torch.ones(1, 16).bool())
    points = make_points(16, 3)
    assert logits.shape == real.shape == (1, len(points.positions))
    assert distances.shape == (1, len(points.positions), 2)
    assert (distances >= 0).all()
    assert 0.002 < torch.sigmoid(logits).mean().item() < 0.05


def test_local_attention_is_full_attention_with_a_band() -> None:
    torch.manual_seed(1)
    query, key, value = torch.randn(3, 2, 3, 11, 4).unbind(0)
    mask = torch.ones(2, 1, 11)
    mask[1, :, 7:] = 0
    found = local_attention(query, key, value, mask, 5)
    band = (torch.arange(11)[:, None] - torch.arange(11)[None]).abs() <= 2
    seen = band[None, None] & (mask[:, :, None] > 0)
    logits = (query @ key.transpose(2, 3)) / 2
    slow = torch.softmax(logits.masked_fill(~seen, -torch.inf), -1).nan_to_num(0) @ value
    torch.testing.assert_close(found, slow)


def test_the_average_moves_towards_the_weights() -> None:
    model = _detector("max")
    average = Average(model, 0.9)
    before = average.network.scales.clone()
    with torch.no_grad():
        model.scales += 4.0
    average.update(model)
    # decay 1 / 10 in the first step, 2 / 11 in the second
    torch.testing.assert_close(average.network.scales, before + 3.6)
    average.update(model)
    torch.testing.assert_close(average.network.scales, before + 4 - 0.4 * 2 / 11)
