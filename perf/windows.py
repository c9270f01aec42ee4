"""Does training wait for its windows? Frames per second read, against frames per second learnt.

    OMP_WAIT_POLICY=PASSIVE python perf/windows.py [DATA] [--presets nano,paper] [--codecs ...] [--json]

DATA is a built dataset; without it a demonstration is rendered and built first. Windows of 64 frames are
drawn from its training split as `meldae train` draws them, and read by the code that training uses
(`ClipDataset.batches`), on crops stored with each codec. The same run measures what the model takes:
forward, backward and update on frames that are already in memory.

cold        from the crop files, which the system was told to forget; 0 threads reads when the batch is
            asked for, others read ahead
cached      from the decoded file of `training.cache=true`, forgotten as well
ratio       frames read a second / frames learnt a second; above 1 the model never waits, when reading
            has cores of its own
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from meldae.config import InputConfig
from meldae.data import Batch, ClipDataset
from meldae.model import Meldae
from meldae.presets import get_config
from meldae.settings import RunConfig
from meldae.store import Frames, FrameStore, ReadCrop, clips_of, read_crop
from meldae.training import make_loss, make_optimizer
from meldae.transforms import Augmentation, augment, draw_changes
from wdmd_tools.config import BuildConfig
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.pipeline.build import build_dataset
from wdmd_tools.synth.config import make_config
from wdmd_tools.synth.generate import generate
from wdmd_tools.video.crop_codecs import CROP_CODECS
from wdmd_tools.video.crops import open_crop_writer

WINDOW = 64


@dataclass(frozen=True)
class Row:
    """One way to read for one preset, frames per second of wall time."""

    preset: str
    source: str
    threads: int
    read: float
    learnt: float
    ratio: float


def learning_rate(config: RunConfig, batches: Iterable[Batch], part: int) -> float:
    """Frames a second of forward, backward and update; `part` frames of each window are used."""
    torch.manual_seed(0)
    model = Meldae(config.model).train()
    optimizer, loss = make_optimizer(model, config.training), make_loss(config.training)
    generator = torch.Generator().manual_seed(0)
    count, seconds = 0, 0.0
    for number, batch in enumerate(batches):
        frames = batch.frames[:, :part]
        frames = frames if frames.dtype == torch.uint8 else frames.float()
        start = time.perf_counter()
        changed = augment(frames, draw_changes(len(frames), Augmentation(), generator))
        inside, boundary = batch.inside[:, :part], batch.boundary[:, :part]
        mask = batch.mask[:, :part]
        output = model(changed, mask)
        parts = loss(output, batch.has_me, batch.speaking, inside, boundary, mask)
        parts["total"].backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if number:  # The first step also warms up.
            count += int(mask.sum())
            seconds += time.perf_counter() - start
    return count / seconds


def reading_rate(data: ClipDataset, windows: int, batch_size: int) -> float:
    """Frames a second of random windows."""
    plan = data.plan_epoch(np.random.default_rng(0), WINDOW, 0.5, 0.1)
    plan = (plan * (1 + windows // len(plan)))[:windows]
    start = time.perf_counter()
    count = sum(int(batch.mask.sum()) for batch in data.batches(plan, batch_size))
    return count / (time.perf_counter() - start)


def forget(folder: Path) -> None:
    """Have the system drop what it holds of files, so that they come from the disk."""
    for path in folder.glob("*"):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def transcode(clips: Iterable[Clip], codec: str, folder: Path) -> None:
    """The crops of a dataset in another codec."""
    folder.mkdir()
    for clip in clips:
        frames = read_crop(clip.crop_path)
        rate = Fraction(clip.fps).limit_denominator(1001)
        path = folder / clip.crop_path.name
        with open_crop_writer(path, frames.shape[1], rate, CROP_CODECS[codec]) as sink:
            for frame in frames:
                sink.write(frame)


def reader_from(folder: Path) -> ReadCrop:
    """Reads the transcoded crops in place of the dataset's own."""

    def read(path: Path, start: int, stop: int | None) -> Frames:
        return read_crop(folder / path.name, start, stop)

    return read


def measure(
    dataset: Dataset, preset: str, codecs: list[str], windows: int, folder: Path
) -> list[Row]:
    """All rows of a preset."""
    config = get_config(preset)
    clips = clips_of(dataset, "train")
    source: InputConfig = replace(config.model.input, fps=clips[0].fps)
    backbone = replace(config.model.backbone, pretrained=False)
    model = replace(config.model, input=source, backbone=backbone)
    config = config.model_copy(update={"model": model})
    big = config.model.backbone.kind == "timm"
    size = 1 if big else config.training.batch_size
    stores: dict[str, tuple[FrameStore, tuple[int, ...]]] = {}
    stores["cached"] = (FrameStore(dataset, source, folder / f"cache-{preset}"), (0, 2))
    for codec in codecs:
        read = reader_from(folder / codec)
        stores[f"cold, {codec}"] = (FrameStore(dataset, source, read=read), (0, 1, 2))
    warm = ClipDataset(dataset, clips, stores["cached"][0], 0)
    plan = warm.plan_epoch(np.random.default_rng(1), WINDOW, 0.5)[: (2 if big else 10) * size]
    learnt = learning_rate(config, list(warm.batches(plan, size)), 4 if big else WINDOW)
    rows = []
    for name, (store, counts) in stores.items():
        for threads in counts:
            data = ClipDataset(dataset, clips, store, threads)
            found = []
            for _ in range(2):
                for each in (*codecs, f"cache-{preset}"):
                    forget(folder / each)
                found.append(reading_rate(data, windows, 4))
            best = max(found)
            rows.append(Row(preset, name, threads, best, learnt, best / learnt))
    return rows


def make_demo(folder: Path) -> Path:
    """A rendered and built dataset of four persons."""
    generate(make_config(recordings=4, subjects=4, seconds=8, fps=30), folder, jobs=2)
    build_dataset(folder / "ann", folder / "raw", folder / "data", BuildConfig(), jobs=2)
    return folder / "data"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--presets", default="nano,paper")
    parser.add_argument("--codecs", default=",".join(CROP_CODECS))
    parser.add_argument("--windows", type=int, default=8)
    parser.add_argument("--clips", type=int, default=8, help="of the training split, at most")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dataset = Dataset.open(given.data or make_demo(folder))
        train = [row["split"] == "train" for row in dataset.clips.to_pylist()]
        some = dataset.clips.filter(train).slice(0, given.clips)
        dataset = replace(dataset, clips=some)
        size = read_crop(next(dataset.iter_clips()).crop_path, 0, 1).shape[1]
        codecs = given.codecs.split(",")
        for codec in codecs:
            transcode(dataset.iter_clips(), codec, folder / codec)
        for preset in given.presets.split(","):
            rows += measure(dataset, preset, codecs, given.windows, folder)
    if given.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
        return
    shown = Table(title=f"windows of {WINDOW} frames, {len(some)} crops of {size} px")
    for head in ("preset", "frames from"):
        shown.add_column(head, no_wrap=True)
    for head in ("threads", "read/s", "learnt/s", "ratio"):
        shown.add_column(head, justify="right")
    for row in rows:
        numbers = (f"{row.read:.0f}", f"{row.learnt:.1f}", f"{row.ratio:.1f}")
        shown.add_row(row.preset, row.source, str(row.threads), *numbers)
    Console(width=100).print(shown)


if __name__ == "__main__":
    main()
