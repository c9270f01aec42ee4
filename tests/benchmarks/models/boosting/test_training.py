import numpy as np
import pytest
import torch

from benchmarks.models.base import no_progress
from benchmarks.models.boosting.network import NetworkSize, Spotting
from benchmarks.models.boosting.targets import LEFT_OUT, FrameTargets
from benchmarks.models.boosting.training import (
    Schedule,
    Windows,
    cut_windows,
    kept_windows,
    run_network,
    train_network,
)

TINY = NetworkSize(fast=8, slow=8, states=2, drops=(0.0,))


def windows(count: int = 24, long: int = 8) -> Windows:
    """A window moves in channel 0 or not at all; class 0 to the right, class 1 to the left."""
    motion = np.zeros((count, long, 4), dtype=np.float16)
    spot = np.zeros((count, long), dtype=np.float32)
    classes = np.full((count, long), 2, dtype=np.int64)
    for index in range(count):
        kind = index % 3
        if kind < 2:
            motion[index, 3:6, 0] = 2.0 if kind == 0 else -2.0
            spot[index, 3:6] = 1
            classes[index, 3:6] = kind
    return Windows(motion, spot, classes, np.ones_like(spot))


def train(seed: int, *, recognises: bool = True, epochs: int = 30) -> Spotting:
    return train_network(
        windows(),
        TINY,
        np.ones(3, dtype=np.float32),
        recognises=recognises,
        shared=True,
        schedule=Schedule(epochs, 8, 0.02),
        seed=seed,
        progress=no_progress,
    )


def test_it_learns_when_and_what() -> None:
    given = windows(3)
    scores, logits = run_network(train(0), given.motion)
    assert logits is not None
    assert scores[:2, 4].min() > 0.6
    assert scores[2].max() < 0.3
    assert logits[0, 4, 0] > logits[0, 4, 1]
    assert logits[1, 4, 1] > logits[1, 4, 0]
    assert (logits[2].argmax(axis=1) == 2).all()


def test_the_same_seed_gives_the_same_network() -> None:
    first, second, other = (train(seed, epochs=1) for seed in (1, 1, 2))
    states = [one.state_dict() for one in (first, second, other)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert not torch.equal(states[0]["spot.weight"], states[2]["spot.weight"])


def test_spotting_alone() -> None:
    _, logits = run_network(train(0, recognises=False, epochs=1), windows(2).motion)
    assert logits is None


def test_windows_of_a_clip_know_where_it_ends() -> None:
    """
    clip       0 1 2 3 4
    window 0   0 1 2 3
    window 1     1 2 3 4
    """
    targets = FrameTargets(np.array([0, 0, 1, 0, 0], np.float32), np.array([3, 3, 1, 3, LEFT_OUT]))
    found = cut_windows(np.zeros((2, 4, 36), np.float16), [0, 1], targets)
    assert found.spot.tolist() == [[0, 0, 1, 0], [0, 1, 0, 0]]
    assert found.classes[1].tolist() == [3, 1, 3, LEFT_OUT]
    assert found.mask.all()
    short = cut_windows(np.zeros((1, 8, 36), np.float16), [0], targets)
    assert short.mask.tolist() == [[1, 1, 1, 1, 1, 0, 0, 0]]
    assert short.classes[0, 5:].tolist() == [LEFT_OUT] * 3


@pytest.mark.parametrize(("ratio", "without"), [(0.0, 0), (0.5, 2), (1.0, 4), (9.0, 6)])
def test_windows_without_an_me_are_thinned_out(ratio: float, without: int) -> None:
    """4 of 10 windows have an ME."""
    spot = np.zeros((10, 4), dtype=np.float32)
    spot[:4, 1] = 1
    every = Windows(
        np.arange(10, dtype=np.float16)[:, None, None] * np.ones((1, 4, 1), np.float16),
        spot,
        np.zeros((10, 4), np.int64),
        np.ones((10, 4), np.float32),
    )
    kept = kept_windows(every, ratio, np.random.default_rng(0))
    assert kept.spot.any(axis=1).sum() == 4
    assert len(kept.motion) == 4 + without
    assert len(set(kept.motion[:, 0, 0].tolist())) == 4 + without
