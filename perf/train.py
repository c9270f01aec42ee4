"""How fast a preset learns, against the bare frame encoder on the same frames in the same run.

python perf/train.py [PRESET ...]         steps of training; floor: the timm backbone's forward and backward
python perf/train.py --features [PRESET]  steps on kept features of a frozen encoder, against computing them

The floor is what any model with this encoder has to pay: frames in, tokens out, a gradient back. "of floor"
is its time divided by the whole step's (augmentation, encoder, Bi-LSTM, enhancer, heads, losses, clipping,
optimizer, averaged weights). On a GPU the model flops utilisation is printed too: three times the forward
flops of the whole model per step, over the device's peak in bf16 (989e12 for an H200).
"""

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from torch.utils.flop_counter import FlopCounterMode

from meldae.model import Meldae
from meldae.presets import get_config
from meldae.store import stored_shape
from meldae.training import make_loss, make_optimizer
from meldae.training.average import WeightAverage
from meldae.transforms import Augmentation, augment, draw_changes

PEAK_FLOPS = 989e12
ON_CPU = {"paper": (1, 16)}
"""Windows and frames per window on a CPU, where the preset's own take minutes a step."""


def seconds_of(step: Callable[[], None], device: str, least: float = 4.0) -> float:
    """Median wall seconds of a step, after one to warm up."""

    def once() -> float:
        started = time.perf_counter()
        step()
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - started

    once()
    found = [once()]
    while sum(found) < least or len(found) < 3:
        found.append(once())
    return sorted(found)[len(found) // 2]


def measure(preset: str, device: str) -> None:
    """Print one line about training steps."""
    config = get_config(preset)
    source = replace(config.model.input, fps=30.0)
    backbone = replace(config.model.backbone, pretrained=False)
    model = Meldae(replace(config.model, input=source, backbone=backbone)).to(device)
    settings = config.training
    windows, frames = settings.batch_size, settings.window
    if device == "cpu" and preset in ON_CPU:
        windows, frames = ON_CPU[preset]
    shape, kind = stored_shape(source)
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(
        0, 255, (windows, frames, *shape), generator=generator, dtype=torch.uint8
    )
    ready = (pixels if kind.__name__ == "uint8" else pixels.float() / 64 - 2).to(device)
    targets = (torch.rand(windows, frames, generator=generator) < 0.1).float().to(device)
    speaking = torch.ones(windows, device=device)
    optimizer, loss = make_optimizer(model, settings), make_loss(settings).to(device)
    average = WeightAverage(model, settings.ema)
    autocast = torch.autocast(device, torch.bfloat16, enabled=settings.precision != "32-true")

    def step() -> None:
        changed = augment(ready, draw_changes(windows, Augmentation(), generator))
        with autocast:
            output = model(changed)
        parts = loss(output, targets.amax(1), speaking, targets)
        parts["total"].backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
        optimizer.step()
        optimizer.zero_grad()
        average.update(model)

    def floor() -> None:
        with autocast:
            cls, patches = model.encoder(ready)
        (cls.float().mean() + patches.float().mean()).backward()
        model.zero_grad()

    # In turn, so that whatever else runs on the machine slows both.
    pairs = [(seconds_of(floor, device), seconds_of(step, device)) for _ in range(2)]
    bare, whole = (min(times) for times in zip(*pairs, strict=True))
    count = windows * frames
    text = f"{preset:<12} {windows} x {frames} frames  step {count / whole:8.1f} frames/s"
    text += f"  bare encoder {count / bare:8.1f} frames/s  of floor {bare / whole:5.2f}"
    if device == "cuda":
        with FlopCounterMode(display=False) as counter, torch.no_grad(), autocast:
            model(ready)
        text += f"  MFU {3 * counter.get_total_flops() / whole / PEAK_FLOPS:.2f}"
        text += f"  {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB"
    print(text)


def measure_features(preset: str, device: str) -> None:
    """Print how much cheaper a step on kept features is than one that computes them."""
    config = get_config(preset)
    source = replace(config.model.input, fps=30.0)
    backbone = replace(config.model.backbone, pretrained=False)
    model = Meldae(replace(config.model, input=source, backbone=backbone)).to(device)
    windows, frames = ON_CPU.get(preset, (4, 32)) if device == "cpu" else (16, 64)
    shape, _ = stored_shape(source)
    pixels = torch.randint(0, 255, (windows, frames, *shape), dtype=torch.uint8, device=device)
    targets = (torch.rand(windows, frames, device=device) < 0.1).float()
    settings = config.training
    for parameter in model.backbone_parameters():
        parameter.requires_grad_(False)
    optimizer, loss = make_optimizer(model, settings), make_loss(settings).to(device)
    with torch.no_grad():
        kept = model.encode(pixels).half()

    def step(given: torch.Tensor) -> None:
        parts = loss(model(given), targets.amax(1), targets.amax(1), targets)
        parts["total"].backward()
        optimizer.step()
        optimizer.zero_grad()

    computed = seconds_of(lambda: step(pixels), device)
    read = seconds_of(lambda: step(kept.float()), device)
    size = kept[0, 0].numel() * 2
    print(
        f"{preset:<12} {windows} x {frames} frames  computed {1000 * computed:8.1f} ms  kept "
        f"{1000 * read:8.1f} ms  {computed / read:5.1f} times cheaper  {size / 1e3:.0f} kB a frame"
    )


def main() -> None:
    """Print one line per preset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*")
    parser.add_argument("--features", action="store_true")
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if arguments.features:
        for preset in arguments.presets or ["paper"]:
            measure_features(preset, device)
        return
    for preset in arguments.presets or ["nano", "nano-star", "nano-rgb", "paper"]:
        measure(preset, device)


if __name__ == "__main__":
    main()
