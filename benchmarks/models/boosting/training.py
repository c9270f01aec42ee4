"""Training on windows, and the network's word on every frame of a clip."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from benchmarks.models.base import Progress
from benchmarks.models.boosting.losses import joint_loss
from benchmarks.models.boosting.network import NetworkSize, Spotting
from benchmarks.models.boosting.targets import LEFT_OUT, FrameTargets

Float = npt.NDArray[np.float32]
Half = npt.NDArray[np.float16]

LOUDER = 0.1
"""Motion of a training window is multiplied by 0.9 to 1.1."""


@dataclass(frozen=True)
class Windows:
    """What is learnt from.

    Args:
        motion: Shape (N, T, channels).
        spot: Shape (N, T).
        classes: Shape (N, T).
        mask: Shape (N, T), 1 for frames that exist.
    """

    motion: Half
    spot: Float
    classes: npt.NDArray[np.int64]
    mask: Float


@dataclass(frozen=True)
class Schedule:
    """How it is learnt.

    Args:
        epochs: Passes.
        batch: Windows per step.
        rate: Largest learning rate of the one cycle (Adam).
    """

    epochs: int
    batch: int
    rate: float


def cut_windows(motion: Half, starts: Sequence[int], targets: FrameTargets) -> Windows:
    """The windows of a clip with their targets.

    Args:
        motion: Shape (W, T, channels).
        starts: First used frame of each window.
        targets: Of the clip's used frames.
    """
    shape = motion.shape[:2]
    spot, mask = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    classes = np.full(shape, LEFT_OUT, dtype=np.int64)
    for index, start in enumerate(starts):
        part = targets.spot[start : start + shape[1]]
        spot[index, : len(part)] = part
        classes[index, : len(part)] = targets.classes[start : start + shape[1]]
        mask[index, : len(part)] = 1
    return Windows(motion, spot, classes, mask)


def joined(parts: Sequence[Windows]) -> Windows:
    """The windows of several clips."""
    return Windows(
        np.concatenate([one.motion for one in parts]),
        np.concatenate([one.spot for one in parts]),
        np.concatenate([one.classes for one in parts]),
        np.concatenate([one.mask for one in parts]),
    )


def kept_windows(windows: Windows, negatives: float, generator: np.random.Generator) -> Windows:
    """All windows with an ME, and at most `negatives` times as many without, drawn at random."""
    positive = windows.spot.any(axis=1)
    without = np.flatnonzero(~positive)
    many = min(len(without), round(negatives * int(positive.sum())))
    drawn = generator.choice(without, many, replace=False) if many else without[:0]
    chosen = np.sort(np.concatenate([np.flatnonzero(positive), drawn]))
    return Windows(
        windows.motion[chosen],
        windows.spot[chosen],
        windows.classes[chosen],
        windows.mask[chosen],
    )


def train_network(
    windows: Windows,
    size: NetworkSize,
    weights: Float,
    *,
    recognises: bool,
    shared: bool,
    schedule: Schedule,
    seed: int,
    progress: Progress,
) -> Spotting:
    """Train; the last epoch's weights, none is chosen.

    Args:
        windows: At least two.
        size: Of the network.
        weights: Of the classes, neutral last.
        recognises: Whether there is anything to recognise.
        shared: See `Spotting`.
        schedule: Epochs, batch, rate.
        seed: Of weights, order and augmentation.
        progress: Told about epochs.

    Returns:
        The network on the device that it was trained on, set to evaluation.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    channels = windows.motion.shape[2]
    network = Spotting(size, len(weights) if recognises else 0, shared, channels).to(device)
    motion = torch.from_numpy(np.ascontiguousarray(windows.motion.transpose(0, 2, 1)))
    rest = [torch.from_numpy(one) for one in (windows.spot, windows.classes, windows.mask)]
    class_weights = torch.from_numpy(weights).to(device)
    batches = _batches(len(motion), schedule.batch)
    optimiser = torch.optim.Adam(network.parameters(), lr=schedule.rate)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, schedule.rate, total_steps=schedule.epochs * len(batches)
    )
    generator = torch.Generator().manual_seed(seed)
    network.train()
    for epoch in range(schedule.epochs):
        order = torch.randperm(len(motion), generator=generator)
        for first, last in batches:
            chosen = order[first:last]
            louder = 1 + LOUDER * (2 * torch.rand(len(chosen), 1, 1, generator=generator) - 1)
            seen = (motion[chosen].float() * louder).to(device)
            scores, logits = network(seen)
            spot, classes, mask = (one[chosen].to(device) for one in rest)
            loss = joint_loss(scores, logits, spot, classes, mask, class_weights)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            cycle.step()
        progress("training", epoch + 1, schedule.epochs)
    return network.eval()


def run_network(network: Spotting, motion: Half) -> tuple[Float, Float | None]:
    """Scores and logits of windows.

    Args:
        network: Trained.
        motion: Shape (W, T, channels).

    Returns:
        Shapes (W, T) and (W, T, K), the latter `None` without recognition.
    """
    device = next(network.parameters()).device
    with torch.inference_mode():
        seen: Tensor = torch.from_numpy(motion.astype(np.float32)).transpose(1, 2).to(device)
        scores, logits = network(seen)
    return scores.cpu().numpy(), None if logits is None else logits.cpu().numpy()


def _batches(count: int, size: int) -> list[tuple[int, int]]:
    """Bounds of batches; a last one of a single window goes to the one before it.

    Batch normalisation learns nothing from one window of few frames.
    """
    edges = [*range(0, count, size), count]
    if len(edges) > 2 and edges[-1] - edges[-2] == 1:
        del edges[-2]
    return list(itertools.pairwise(edges))
