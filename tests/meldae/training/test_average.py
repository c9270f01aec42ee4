"""Averaged weights: by hand, and whole after a resume."""

import pytest
import torch
from torch import nn

from meldae.training.average import WeightAverage


def test_by_hand_young_averages_follow_quickly() -> None:
    # decay = min(0.5, n / (n + 10)): 1/11, then 2/12
    layer = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        layer.weight.fill_(0.0)
    average = WeightAverage(layer, 0.5)
    with torch.no_grad():
        layer.weight.fill_(11.0)
    average.update(layer)
    assert average.tensors["weight"].item() == pytest.approx(10.0)
    with torch.no_grad():
        layer.weight.fill_(22.0)
    average.update(layer)
    assert average.tensors["weight"].item() == pytest.approx(10.0 * 2 / 12 + 22.0 * 10 / 12)


def test_without_decay_it_is_the_weights() -> None:
    layer = nn.Linear(2, 2)
    average = WeightAverage(layer, 0.0)
    with torch.no_grad():
        layer.weight.add_(1.0)
    average.update(layer)
    found = average.weights(layer)
    assert torch.equal(found["weight"], layer.weight)
    with torch.no_grad():
        layer.weight.add_(1.0)
    assert not torch.equal(found["weight"], layer.weight)


def test_counters_are_taken_as_they_are() -> None:
    norm = nn.BatchNorm1d(2)
    average = WeightAverage(norm, 0.9)
    norm(torch.randn(4, 2))
    average.update(norm)
    assert average.tensors["num_batches_tracked"].item() == 1


def test_a_restored_average_goes_on_as_the_old_one() -> None:
    layer = nn.Linear(2, 2)
    one = WeightAverage(layer, 0.9)
    one.update(layer)
    other = WeightAverage(nn.Linear(2, 2), 0.9)
    other.restore({name: value.clone() for name, value in one.tensors.items()}, one.steps)
    with torch.no_grad():
        layer.weight.add_(1.0)
    one.update(layer)
    other.update(layer)
    assert torch.equal(one.tensors["weight"], other.tensors["weight"])
