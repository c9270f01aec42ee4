from dataclasses import replace

import pytest
import torch

from benchmarks.models.boosting.drop_path import DropPath
from benchmarks.models.boosting.network import SIZES, NetworkSize, SlowFast, Spotting

TINY = NetworkSize(fast=4, slow=6, states=3, drops=(0.0, 0.5))


def count(network: torch.nn.Module) -> int:
    return sum(one.numel() for one in network.parameters())


def layer(width: int, states: int) -> int:
    """Parameters of a block by hand: both norms, enter, local, select, step, decay, skip, leave."""
    inner, rank = 2 * width, -(-width // 16)
    mix = width * 2 * inner + inner * 4 + inner + inner * (rank + 2 * states)
    mix += rank * inner + inner + inner * states + inner + inner * width
    return 4 * width + mix


@pytest.mark.parametrize("name", ["nano", "paper"])
def test_parameters_by_hand(name: str) -> None:
    size = SIZES[name]
    fast, slow = size.fast, size.slow
    stem = 36 * fast * 3 + 2 * fast + fast * fast * 3 + 2 * fast
    down = fast * slow * 3 + 2 * slow
    blocks = 3 * len(size.drops) * (layer(fast, size.states) + layer(slow, size.states))
    heads = (fast + slow) * (1 + 5) + 1 + 5
    assert count(Spotting(size, 5)) == stem + 3 * down + blocks + heads


def test_shapes_and_every_parameter_learns() -> None:
    torch.manual_seed(0)
    for shared in (True, False):
        network = Spotting(replace(TINY, drops=(0.0, 0.0)), 4, shared)
        scores, logits = network(torch.randn(3, 36, 10))
        assert scores.shape == (3, 10)
        assert logits is not None
        assert logits.shape == (3, 10, 4)
        assert ((scores > 0) & (scores < 1)).all()
        (scores.square().mean() + logits.square().mean()).backward()
        for parameter_name, one in network.named_parameters():
            assert one.grad is not None, parameter_name
            assert one.grad.abs().sum() > 0, parameter_name


def test_separate_backbones_share_nothing() -> None:
    torch.manual_seed(0)
    network = Spotting(TINY, 4, shared=False)
    _, logits = network(torch.randn(3, 36, 10))
    assert logits is not None
    logits.sum().backward()
    assert all(one.grad is None for one in network.backbone.parameters())
    assert count(network.backbone) * 2 == count(network) - count(network.spot) - (10 * 4 + 4)


def test_spotting_alone_has_no_emotions() -> None:
    scores, logits = Spotting(TINY, 0)(torch.randn(2, 36, 6))
    assert scores.shape == (2, 6)
    assert logits is None


def test_slow_steps_stand_for_two_frames() -> None:
    torch.manual_seed(0)
    found = SlowFast(TINY).eval()(torch.randn(1, 36, 8))
    assert found.shape == (1, 8, 10)
    slow = found[0, :, 4:]
    torch.testing.assert_close(slow[0::2], slow[1::2])
    assert not torch.allclose(found[0, 0, :4], found[0, 1, :4])


def test_odd_windows_are_refused() -> None:
    with pytest.raises(ValueError, match="even number"):
        SlowFast(TINY)(torch.randn(1, 36, 7))


def test_a_branch_is_left_out_as_a_whole() -> None:
    torch.manual_seed(0)
    drop = DropPath(0.25)
    found = drop(torch.ones(4000, 2, 3))
    left = (found == 0).all((1, 2))
    torch.testing.assert_close(found[~left], torch.full_like(found[~left], 4 / 3))
    assert left.float().mean().item() == pytest.approx(0.25, abs=0.03)
    assert torch.equal(drop.eval()(torch.ones(5, 1)), torch.ones(5, 1))
    with pytest.raises(ValueError, match="chance"):
        DropPath(1.0)
