"""The steps of training. The validation split alone decides after which of them the network is kept."""

import copy
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.models.base import Progress
from benchmarks.models.mol.config import MolConfig, TrainingConfig
from benchmarks.models.mol.losses import class_loss, flow_loss, landmark_loss
from benchmarks.models.mol.material import Batch, Material, Sequence8
from benchmarks.models.mol.network import MolNetwork


def device() -> torch.device:
    """A GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def train_network(
    config: MolConfig,
    classes: int,
    material: Material,
    sequences: Sequence[Sequence8],
    truth: Tensor,
    weights: Tensor | None,
    check: Callable[[MolNetwork], float],
    seed: int,
    progress: Progress,
) -> tuple[MolNetwork, dict[str, Any]]:
    """Train MOL.

    Args:
        config: Network and training.
        classes: Numbers of the sequence head.
        material: Of the clips.
        sequences: N to learn from.
        truth: Shape (N,) or (N, classes), see `class_loss`.
        weights: Of the classes, see `class_loss`.
        check: Value of a network on the validation split, larger is better; NaN where it has nothing.
        seed: Of weights, order, cuts and dropout.
        progress: Told about steps.

    Returns:
        The network at the best of the looked-at steps, in evaluation mode; facts for the result.
    """
    how, where = config.training, device()
    generator = np.random.default_rng([seed, 29])
    begin = time.perf_counter()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = MolNetwork(config.network, classes).to(where)
        optimizer = torch.optim.AdamW(network.parameters(), how.rate, weight_decay=how.decay)
        best, best_value, best_step = copy.deepcopy(network.state_dict()), -math.inf, 0
        queue: list[int] = []
        last = {"class": 0.0, "flow": 0.0, "landmarks": 0.0}
        for step in range(1, how.steps + 1):
            network.train()
            while len(queue) < how.batch:
                queue += generator.permutation(len(sequences)).tolist()
            chosen, queue = queue[: how.batch], queue[how.batch :]
            batch = material.batch(
                [sequences[index] for index in chosen],
                [material.random_cut(generator) for _ in chosen],
            )
            pairs = _drawn(config, generator)
            parts = _losses(network, batch, truth[chosen], weights, pairs, where)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(_total(parts, how))
            optimizer.step()
            last = {
                name: 0.9 * last[name] + 0.1 * float(one.detach()) for name, one in parts.items()
            }
            progress("training MOL, steps", step, how.steps)
            if step % how.check_every and step != how.steps:
                continue
            value = check(network.eval())
            # Without anything to look at every step is as good as any: the last is kept.
            if math.isnan(value) or value > best_value:
                best, best_value, best_step = copy.deepcopy(network.state_dict()), value, step
        network.load_state_dict(best)
    facts = {
        "parameters": sum(one.numel() for one in network.parameters()),
        "training_seconds": round(time.perf_counter() - begin, 1),
        "step": best_step,
        "validation": None if math.isnan(best_value) else round(best_value, 4),
        "losses": {name: round(one, 4) for name, one in last.items()},
        "sequences": len(sequences),
    }
    return network.eval(), facts


def _drawn(config: MolConfig, generator: np.random.Generator) -> Tensor:
    """The pairs of frames whose flow is predicted at a step."""
    count = config.network.frames - 1
    wanted = min(count, config.training.flow_pairs or count)
    return torch.from_numpy(np.sort(generator.permutation(count)[:wanted]))


def _losses(
    network: MolNetwork,
    batch: Batch,
    truth: Tensor,
    weights: Tensor | None,
    pairs: Tensor,
    where: torch.device,
) -> dict[str, Tensor]:
    said = network(batch.frames.to(where), pairs=pairs.to(where))
    factor = None if weights is None else weights.to(where)
    zero = said.logits.new_zeros(())
    flow = landmarks = zero
    if said.flow is not None and batch.flow is not None:
        flow = flow_loss(said.flow, batch.flow[:, pairs].to(where), batch.flow.shape[1])
    if said.landmarks is not None and batch.landmarks is not None:
        landmarks = landmark_loss(said.landmarks, batch.landmarks.to(where))
    return {
        "class": class_loss(said.logits, truth.to(where), factor),
        "flow": flow,
        "landmarks": landmarks,
    }


def _total(parts: dict[str, Tensor], how: TrainingConfig) -> Tensor:
    return (
        parts["class"] + how.flow_weight * parts["flow"] + how.landmark_weight * parts["landmarks"]
    )


def say(
    network: MolNetwork, material: Material, sequences: Sequence[Sequence8], at_once: int = 32
) -> Tensor:
    """Logits of sequences, cut from the middle.

    Args:
        network: In evaluation mode.
        material: Of their clips.
        sequences: N.
        at_once: In one go.

    Returns:
        Shape (N, classes), on the processor.
    """
    where, found = device(), []
    with torch.inference_mode():
        for start in range(0, len(sequences), at_once):
            part = sequences[start : start + at_once]
            plain = Material(material.size, material.scale, material.canvases)
            frames = plain.batch(part, [plain.middle] * len(part)).frames
            found.append(network(frames.to(where), tasks=False).logits.float().cpu())
    return torch.cat(found)
