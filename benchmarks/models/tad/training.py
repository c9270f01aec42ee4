"""The epochs. The validation split alone decides which epoch is kept, and its threshold."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from benchmarks.models.tad.losses import diou_loss, focal_loss
from benchmarks.models.tad.network import Average, Detector, NetworkConfig
from benchmarks.models.tad.points import make_points, make_targets

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sequence1d:
    """One clip on the steps of the network.

    Args:
        features: Shape (T, C).
        mirrored: The same of the mirrored face.
        references: Start and end of each ME, on the axis of steps.
    """

    features: Array
    mirrored: Array
    references: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class TrainingConfig:
    """How a detector is trained.

    Args:
        epochs: Passes over the training clips.
        batch: Clips per step.
        rate: Largest learning rate of AdamW; warmed up over the first tenth, then a half cosine.
        decay: Weight decay.
        average: Of the weights, per step.
        longest: Steps of a training sequence; longer clips are cut at random.
        check_every: Epochs between looks at the validation split.
        regression: Weight of the loss of distances.
        base: See `benchmarks.models.tad.points.ranges_of`.
    """

    epochs: int = 30
    batch: int = 8
    rate: float = 1e-3
    decay: float = 0.05
    average: float = 0.98
    longest: int = 256
    check_every: int = 2
    regression: float = 1.0
    base: float = 4.0


def padded(arrays: Sequence[Array], levels: int) -> tuple[Tensor, Tensor]:
    """A batch of sequences of different lengths.

    Returns:
        Features (B, C, T) and mask (B, T); T is the longest, rounded up to what the levels need.
    """
    unit = 2 ** (levels - 1)
    steps = unit * math.ceil(max(len(one) for one in arrays) / unit)
    features = torch.zeros(len(arrays), arrays[0].shape[1], steps)
    mask = torch.zeros(len(arrays), steps, dtype=torch.bool)
    for row, one in enumerate(arrays):
        features[row, :, : len(one)] = torch.from_numpy(one.T.copy())
        mask[row, : len(one)] = True
    return features, mask


def crop(one: Sequence1d, longest: int, generator: np.random.Generator) -> Sequence1d:
    """At most `longest` steps from a random place; MEs cut to less than three quarters are left out."""
    steps = len(one.features)
    if steps <= longest:
        return one
    first = int(generator.integers(0, steps - longest + 1))
    kept = []
    for start, end in one.references:
        low, high = max(start - first, 0.0), min(end - first, float(longest))
        if high - low >= 0.75 * (end - start):
            kept.append((low, high))
    part = slice(first, first + longest)
    return Sequence1d(one.features[part], one.mirrored[part], tuple(kept))


class Objective:
    """Both losses, divided by a running mean of the number of positive points.

    Args:
        config: Weights and ranges.
        levels: Of the pyramid.
    """

    def __init__(self, config: TrainingConfig, levels: int) -> None:
        self.config, self.levels = config, levels
        self.positives = 100.0

    def __call__(
        self,
        said: tuple[Tensor, Tensor, Tensor],
        references: Sequence[tuple[tuple[float, float], ...]],
        steps: int,
    ) -> Tensor:
        """The loss of a batch.

        Args:
            said: What `Detector` returns.
            references: Of each row.
            steps: Length of the padded sequences.
        """
        logits, distances, real = said
        points = make_points(steps, self.levels, self.config.base)
        targets = [make_targets(points, one) for one in references]
        positive = torch.stack([one for one, _ in targets]) & real
        wanted = torch.stack([one for _, one in targets])
        self.positives = 0.9 * self.positives + 0.1 * max(1, int(positive.sum()))
        scores = (focal_loss(logits, positive.float()) * real).sum()
        spans = diou_loss(distances[positive], wanted[positive]).sum()
        return (scores + self.config.regression * spans) / self.positives


def train(
    clips: Sequence[Sequence1d],
    network: NetworkConfig,
    config: TrainingConfig,
    seed: int,
    check: Callable[[Detector], tuple[float, Any]],
    progress: Callable[[int, int], None],
) -> tuple[Detector, Any, dict[str, Any]]:
    """Train a detector.

    Args:
        clips: Training clips, at least one.
        network: Sizes.
        config: How.
        seed: Of weights, order, cuts, mirroring and dropout.
        check: Judges a network on the validation split: its value, larger is better, and what was chosen
            with it.
        progress: Told about epochs.

    Returns:
        The best averaged network, what `check` chose with it, and facts: epoch, value, parameters.
    """
    generator = np.random.default_rng([seed, 17])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Detector(network)
        average = Average(model, config.average)
        optimizer = torch.optim.AdamW(model.parameters(), config.rate, weight_decay=config.decay)
        objective = Objective(config, network.levels)
        batches = math.ceil(len(clips) / config.batch)
        total = batches * config.epochs
        best_value, best, chosen, best_epoch, step = -math.inf, average.network, None, 0, 0
        for epoch in range(1, config.epochs + 1):
            model.train()
            order = generator.permutation(len(clips))
            for part in np.array_split(order, batches):
                for group in optimizer.param_groups:
                    group["lr"] = config.rate * _share_of_rate(step, total)
                batch = [crop(clips[i], config.longest, generator) for i in part]
                flip = generator.random(len(batch)) < 0.5
                shown = [
                    one.mirrored if turn else one.features
                    for one, turn in zip(batch, flip, strict=True)
                ]
                features, mask = padded(shown, network.levels)
                said = model(features, mask)
                loss = objective(said, [one.references for one in batch], features.shape[2])
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                average.update(model)
                step += 1
            progress(epoch, config.epochs)
            if epoch % config.check_every and epoch != config.epochs:
                continue
            value, how = check(average.network)
            if value > best_value:
                best_value, chosen, best_epoch = value, how, epoch
                best = Average(average.network, 0).network
    facts = {
        "epoch": best_epoch,
        "validation_objective": round(best_value, 4),
        "parameters": sum(one.numel() for one in model.parameters()),
    }
    return best, chosen, facts


def _share_of_rate(step: int, total: int) -> float:
    warm = max(1, total // 10)
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm)))
