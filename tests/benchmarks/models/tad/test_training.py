"""Batches, cuts and the choice of the epoch."""

import numpy as np
import pytest
import torch

from benchmarks.models.tad.network import Detector, NetworkConfig, Pyramid
from benchmarks.models.tad.points import make_points, spans_of
from benchmarks.models.tad.training import Sequence1d, TrainingConfig, crop, padded, train


def _sequence(steps: int, *references: tuple[float, float]) -> Sequence1d:
    features = np.arange(2 * steps, dtype=np.float32).reshape(steps, 2)
    return Sequence1d(features, -features, references)


def test_padding_to_what_the_levels_need() -> None:
    features, mask = padded([np.ones((5, 2), np.float32), np.ones((3, 2), np.float32)], 3)
    assert features.shape == (2, 2, 8)
    assert mask.tolist() == [[True] * 5 + [False] * 3, [True] * 3 + [False] * 5]
    assert features[0].sum() == 10
    assert features[1].sum() == 6


def test_a_cut_moves_references_and_drops_what_is_mostly_outside() -> None:
    #  0 ......... 10 ......... 20 ......... 30
    #     [3, 7)       [12, 16)     [19, 25)
    sequence = _sequence(30, (3.0, 7.0), (12.0, 16.0), (19.0, 25.0))
    seen = set()
    for seed in range(60):
        part = crop(sequence, 12, np.random.default_rng(seed))
        first = int(part.features[0, 0]) // 2
        seen.add(first)
        assert part.features.shape == part.mirrored.shape == (12, 2)
        expected = []
        for start, end in sequence.references:
            inside = min(end, first + 12) - max(start, first)
            if inside >= 0.75 * (end - start):
                expected.append((max(start - first, 0.0), min(end - first, 12.0)))
        assert list(part.references) == expected
    assert len(seen) > 10


def test_a_short_clip_is_left_as_it_is() -> None:
    sequence = _sequence(8, (1.0, 4.0))
    assert crop(sequence, 8, np.random.default_rng(0)) is sequence


def test_the_epoch_that_the_validation_prefers_is_kept() -> None:
    values = iter([0.1, 0.7, 0.7, 0.2])
    scales: list[torch.Tensor] = []

    def check(network: Detector) -> tuple[float, str]:
        scales.append(network.scales.detach().clone())
        value = next(values)
        return value, f"chosen at {value}"

    epochs: list[int] = []
    network, chosen, facts = train(
        [_sequence(16, (3.0, 7.0))],
        NetworkConfig(inputs=2, pyramid="max", dim=8, levels=2),
        TrainingConfig(epochs=4, batch=1, check_every=1),
        0,
        check,
        lambda done, _total: epochs.append(done),
    )
    assert epochs == [1, 2, 3, 4]
    assert (facts["epoch"], facts["validation_objective"], chosen) == (2, 0.7, "chosen at 0.7")
    assert torch.equal(network.scales, scales[1])
    assert not torch.equal(scales[1], scales[3])


def test_training_leaves_the_callers_random_numbers_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train(
        [_sequence(8)],
        NetworkConfig(inputs=2, pyramid="max", dim=8, levels=1),
        TrainingConfig(epochs=1),
        3,
        lambda _: (0.0, None),
        lambda *_: None,
    )
    assert torch.equal(torch.rand(3), expected)


def _bump(generator: np.random.Generator) -> Sequence1d:
    """48 steps of noise; an ME lifts the first of three channels for 5 to 11 steps."""
    features = generator.normal(0, 0.3, (48, 3)).astype(np.float32)
    length = int(generator.integers(5, 12))
    start = int(generator.integers(2, 46 - length))
    features[start : start + length, 0] += 2
    return Sequence1d(features, features, ((float(start), float(start + length)),))


@pytest.mark.parametrize("pyramid", ["max", "attention"])
def test_it_finds_what_is_plain_to_see(pyramid: Pyramid) -> None:
    generator = np.random.default_rng(3)
    learn, held = [_bump(generator) for _ in range(32)], [_bump(generator) for _ in range(12)]
    network, _, _ = train(
        learn,
        NetworkConfig(inputs=3, pyramid=pyramid, dim=24, levels=2, dropout=0.0),
        TrainingConfig(epochs=12, batch=4, rate=3e-3, check_every=12),
        0,
        lambda _: (0.0, None),
        lambda *_: None,
    )
    features, mask = padded([one.features for one in held], 2)
    with torch.inference_mode():
        logits, distances, _ = network(features, mask)
    spans = spans_of(make_points(48, 2), distances)
    right = 0
    for row, one in enumerate(held):
        (start, end), ((true_start, true_end),) = spans[row, logits[row].argmax()], one.references
        common = min(float(end), true_end) - max(float(start), true_start)
        union = max(float(end), true_end) - min(float(start), true_start)
        right += common / union > 0.5
    assert right >= 10
