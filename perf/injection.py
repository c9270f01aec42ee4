"""What putting MEs and other movement into windows adds to a step of training.

python perf/injection.py [PRESET ...]

Processor seconds of drawing and putting in events, as `training.inject=0.5` does, over those of a step
without (augmentation, forward, backward, optimizer), in turn in the same run; other work on the machine
counts in neither. The face is noise: the work does not depend on what is shown.
"""

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch

from meldae.data import Batch
from meldae.injection import Event, Injector, draw_events
from meldae.model import Meldae
from meldae.presets import get_config
from meldae.settings import TrainingConfig
from meldae.store import stored_shape
from meldae.training import make_loss, make_optimizer
from meldae.transforms import Augmentation, augment, draw_changes


def _seconds(what: Callable[[], object]) -> float:
    started = time.process_time()
    what()
    return time.process_time() - started


def measure(preset: str, rounds: int) -> None:
    """Print one line."""
    config = get_config(preset)
    source = replace(config.model.input, fps=30.0)
    model = Meldae(replace(config.model, input=source))
    settings = config.training.model_copy(update={"inject": 0.5})
    b, t = settings.batch_size, settings.window
    shape, kind = stored_shape(source)
    frames = torch.randint(0, 255, (b, t, *shape), dtype=torch.uint8)
    ready = frames if kind is np.uint8 else (frames.float() / 64 - 2).half()
    inside = torch.zeros(b, t)
    batch = Batch(
        ready, torch.ones(b, t, dtype=torch.bool), inside, inside > 0, torch.zeros(b), torch.ones(b)
    )
    picture = torch.rand(source.size, source.size)
    injector, rng = Injector(source), np.random.default_rng(0)
    generator = torch.Generator().manual_seed(0)
    optimizer, loss = make_optimizer(model, settings), make_loss(settings)

    def put() -> None:
        events = [_draw(rng, settings) for _ in range(b)]
        injector.apply(batch, events, lambda _: picture)

    def step() -> None:
        given = ready if kind is np.uint8 else ready.float()
        output = model(augment(given, draw_changes(b, Augmentation(), generator)))
        loss(output, inside.amax(1), torch.ones(b), inside)["total"].backward()
        optimizer.step()
        optimizer.zero_grad()

    put()
    step()
    pairs = [(_seconds(put), _seconds(step)) for _ in range(rounds)]
    added, whole = (sum(times) / rounds for times in zip(*pairs, strict=True))
    print(
        f"{preset:<12} {b} x {t} frames  step {1000 * whole:7.1f} ms  events {1000 * added:6.1f} ms  "
        f"{100 * added / whole:4.1f} % more"
    )


def _draw(rng: np.random.Generator, settings: TrainingConfig) -> tuple[Event, ...]:
    return draw_events(rng, settings.inject, settings.inject_negatives, settings.inject_amplitude)


def main() -> None:
    """Print one line per preset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    for preset in arguments.presets or ["nano-plus", "nano-rgb", "nano-motion"]:
        measure(preset, arguments.rounds)


if __name__ == "__main__":
    main()
