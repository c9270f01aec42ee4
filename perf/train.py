"""How fast a preset learns: frames per CPU second of one training step, and where it goes.

python perf/train.py [PRESET ...]
"""

import os
import sys
import time
from dataclasses import replace

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

from meldae.model import Meldae
from meldae.presets import get_config
from meldae.store import stored_shape
from meldae.training import make_loss, make_optimizer
from meldae.transforms import Augmentation, augment, draw_changes

STEPS = 10


def measure(preset: str) -> tuple[float, float]:
    """Frames per second of wall time, and of CPU time, of a training step on random frames."""
    config = get_config(preset)
    source = replace(config.model.input, fps=30.0)
    model = Meldae(replace(config.model, input=source))
    training = config.training
    batch, window = training.batch_size, training.window
    shape, kind = stored_shape(source)
    generator = torch.Generator().manual_seed(0)
    frames = torch.randint(0, 255, (batch, window, *shape), generator=generator, dtype=torch.uint8)
    ready = frames if kind.__name__ == "uint8" else frames.float() / 64 - 2
    targets = (torch.rand(batch, window, generator=generator) < 0.1).float()
    optimizer, loss = make_optimizer(model, training), make_loss(training)

    def step() -> None:
        output = model(augment(ready, draw_changes(batch, Augmentation(), generator)))
        parts = loss(output, targets.amax(1), torch.ones(batch), targets)
        parts["total"].backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), training.clip_norm)
        optimizer.step()
        optimizer.zero_grad()

    step()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(STEPS):
        step()
    count = STEPS * batch * window
    return count / (time.perf_counter() - wall), count / (time.process_time() - cpu)


def main() -> None:
    """Print one line per preset."""
    for preset in sys.argv[1:] or ["nano", "nano-star", "nano-rgb"]:
        wall, cpu = measure(preset)
        print(f"{preset:<14} {wall:8.0f} frames/s  {cpu:8.0f} frames per CPU second")


if __name__ == "__main__":
    main()
