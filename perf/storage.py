"""How crops may be stored: size, speed, windows, and what each does to motion smaller than a pixel.

    python perf/storage.py [CROPS ...] [--frames N] [--json]

CROPS are lossless crop videos, or built datasets of which the first clips are taken; without any, a
demonstration recording is rendered and built first (half a minute more). All codecs see the same frames in
one run. Times are CPU seconds of one thread, so that they compare on a busy machine.

Motion is registered by enhanced correlation (Evangelidis and Psarakis 2008, in OpenCV) of textured patches
of the grey picture, which has nothing to do with the alignment of crops nor with our models:

known    a still face with camera noise, in which a patch moves up and back by 0.7 px: the root mean square
         error against the truth, and the slope, the share of the movement that survives
real     the crops themselves: movement of patches over 4 frames, against that in the lossless frames
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from wdmd_tools.config import load_config
from wdmd_tools.pipeline.build import build_dataset
from wdmd_tools.synth.config import make_config
from wdmd_tools.synth.generate import generate
from wdmd_tools.video.crop_codecs import CROP_CODECS, CropCodec, ffv1, h264
from wdmd_tools.video.crops import Frames, open_crop_writer, read_crop, read_crop_window

WINDOW, AMPLITUDE, NOISE, LAG = 64, 0.7, 1.5, 4
Points = list[tuple[int, int]]


def candidates() -> list[CropCodec]:
    """What is compared; the offered ones first."""
    return [
        *CROP_CODECS.values(),
        ffv1("FFV1, groups of 16", g=16),
        _plain("PNG", {"vcodec": "png", "pix_fmt": "rgb24", "g": 1}),
        h264("H.264 RGB lossless", crf=0, gop=16, rgb=True, preset="ultrafast"),
        h264("H.264 RGB lossless, fast", crf=0, gop=16, rgb=True),
        h264("H.264 RGB lossless, intra", crf=0, gop=1, rgb=True, preset="ultrafast"),
        h264("H.264 RGB crf 12", crf=12, gop=16, rgb=True),
        h264("H.264 RGB crf 16", crf=16, gop=16, rgb=True),
        h264("H.264 4:4:4 crf 8", crf=8, gop=16),
        h264("H.264 4:4:4 crf 12, groups of 32", crf=12, gop=32),
        h264("H.264 4:4:4 crf 12, intra", crf=12, gop=1),
        h264("H.264 4:4:4 crf 18", crf=18, gop=16),
    ]


def _plain(name: str, options: dict[str, object]) -> CropCodec:
    return CropCodec(name, True, 1, MappingProxyType(options))


@dataclass(frozen=True)
class Row:
    """One codec at one frame size.

    Args:
        codec: Name.
        size: Height and width, px.
        bytes_per_frame: Mean over all crops.
        encode: Frames per CPU second, the encoder's start included.
        decode: Frames per CPU second, read through.
        window_ms: CPU time of one random window of 64 frames.
        known_px: Error against a known movement.
        known_slope: Share of the known movement that is measured.
        real_px: Error against the lossless frames.
        equal: Whether frames come back bit by bit.
    """

    codec: str
    size: int
    bytes_per_frame: float
    encode: float
    decode: float
    window_ms: float
    known_px: float
    known_slope: float
    real_px: float
    equal: bool


def grey(frames: Frames) -> npt.NDArray[np.float32]:
    """(T, H, W) luma."""
    return np.stack([cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in frames]).astype(np.float32)


def textured(picture: npt.NDArray[np.float32], half: int, count: int) -> Points:
    """Centres of the patches of the middle of the face with most corner-like texture, without overlap."""
    strength = cv2.boxFilter(cv2.cornerMinEigenVal(picture, 3), -1, (2 * half, 2 * half))
    margin = picture.shape[0] // 4
    inner = np.zeros_like(strength)
    inner[margin:-margin, margin:-margin] = strength[margin:-margin, margin:-margin]
    points: Points = []
    for _ in range(count):
        y, x = np.unravel_index(int(inner.argmax()), inner.shape)
        points.append((int(y), int(x)))
        inner[max(0, y - 2 * half) : y + 2 * half, max(0, x - 2 * half) : x + 2 * half] = 0
    return points


def shift(
    first: npt.NDArray[np.float32],
    second: npt.NDArray[np.float32],
    point: tuple[int, int],
    half: int,
) -> tuple[float, float]:
    """How far a patch has moved, px right and down; nan when the registration does not converge."""
    y, x = point
    box = np.s_[y - half : y + half, x - half : x + half]
    warp = np.eye(2, 3, dtype=np.float32)
    everywhere = np.full((2 * half, 2 * half), 255, np.uint8)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-5)
    try:
        _, found = cv2.findTransformECC(
            first[box], second[box], warp, cv2.MOTION_TRANSLATION, stop, everywhere, 3
        )
    except cv2.error:
        return float("nan"), float("nan")
    moved = np.asarray(found, dtype=np.float64)[:, 2]
    return float(moved[0]), float(moved[1])


def known_movement(face: Frames, point: tuple[int, int], half: int) -> tuple[Frames, list[float]]:
    """A noisy still face in which the patch around `point` moves; and its displacement down, px.

    frames  0 ..... 10 ....... 22 ..... 40      raised cosine, 12 frames
    down    0        0 .. -0.7 .. 0       0
    """
    size, generator = face.shape[0], np.random.default_rng(0)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    distance = np.hypot(y - point[0], x - point[1])
    # Rigid where it is measured, fading outside.
    weight = np.clip((3.5 * half - distance) / (1.5 * half), 0, 1).astype(np.float32)
    truth = [
        -AMPLITUDE * (1 - np.cos(2 * np.pi * (t - 10) / 12)) / 2 if 10 <= t < 22 else 0.0
        for t in range(40)
    ]
    pictures = []
    for down in truth:
        moved = cv2.remap(
            face.astype(np.float32), x, y - np.float32(down) * weight, cv2.INTER_CUBIC
        )
        noise = generator.normal(0, NOISE, face.shape)
        pictures.append(np.clip(np.rint(moved + noise), 0, 255).astype(np.uint8))
    return np.stack(pictures), truth


def known_error(
    frames: Frames, truth: Sequence[float], point: tuple[int, int], half: int
) -> tuple[float, float]:
    """Root mean square error in both directions, and slope, against the mean of the first 10 frames."""
    pictures = grey(frames)
    rest = pictures[:10].mean(0)
    found = np.array([shift(rest, one, point, half) for one in pictures])
    error = found - np.stack((np.zeros(len(truth)), np.array(truth)), axis=1)
    slope = float(np.dot(found[:, 1], truth) / np.dot(truth, truth))
    return float(np.sqrt(np.nanmean(error**2))), slope


@dataclass(frozen=True)
class Movement:
    """Movement of one patch over `LAG` frames in the lossless crop, px right and down."""

    start: int
    point: tuple[int, int]
    moved: tuple[float, float]


def movements(frames: Frames, points: Points, half: int) -> list[Movement]:
    """At up to 30 places of a clip, those that register forwards as backwards within 0.05 px."""
    pictures, found = grey(frames), []
    for start in np.linspace(0, len(frames) - LAG - 1, min(30, len(frames) - LAG)).astype(int):
        first, second = pictures[start], pictures[start + LAG]
        for point in points:
            there, back = shift(first, second, point, half), shift(second, first, point, half)
            if np.hypot(there[0] + back[0], there[1] + back[1]) < 0.05:
                found.append(Movement(int(start), point, there))
    return found


def changes(frames: Frames, truth: Sequence[Movement], half: int) -> list[float]:
    """By how much the same movements differ in other frames, px, both directions."""
    pictures, found = grey(frames), []
    for one in truth:
        moved = shift(pictures[one.start], pictures[one.start + LAG], one.point, half)
        found += [moved[0] - one.moved[0], moved[1] - one.moved[1]]
    return found


def encode(path: Path, frames: Frames, codec: CropCodec) -> float:
    """Write a crop; returns CPU seconds of the encoder."""
    before = _children()
    with open_crop_writer(path, frames.shape[1], Fraction(30), codec) as sink:
        for frame in frames:
            sink.write(frame)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class Clip:
    """A lossless crop and what moves in it."""

    frames: Frames
    points: Points
    movements: list[Movement]

    @property
    def size(self) -> int:
        """Height and width, px."""
        return int(self.frames.shape[1])


def half_patch(size: int) -> int:
    """Half the width of the patches that are registered."""
    return max(8, size // 14)


def load(path: Path, count: int) -> Clip:
    """A crop and the movement in it."""
    frames = read_crop(path)[:count]
    half = half_patch(frames.shape[1])
    points = textured(grey(frames[:1])[0], half, 6)
    return Clip(frames, points, movements(frames, points, half))


def measure(codec: CropCodec, clips: Sequence[Clip], folder: Path) -> Row:
    """All numbers of one codec over clips of one size."""
    size = clips[0].size
    half = half_patch(size)
    seconds = {"encode": 0.0, "decode": 0.0, "window": 0.0}
    total = windows = 0
    weights, equal = 0, True
    known: list[tuple[float, float]] = []
    real: list[float] = []
    path = folder / "clip.mkv"
    for number, clip in enumerate(clips):
        frames = clip.frames
        seconds["encode"] += encode(path, frames, codec)
        weights += path.stat().st_size
        total += len(frames)
        start = time.process_time()
        back = read_crop(path)
        seconds["decode"] += time.process_time() - start
        equal = equal and np.array_equal(back, frames)
        generator = np.random.default_rng(number)
        for first in generator.integers(0, max(1, len(frames) - WINDOW + 1), 5):
            start = time.process_time()
            part = read_crop_window(path, int(first), min(len(frames), int(first) + WINDOW))
            seconds["window"] += time.process_time() - start
            windows += 1
            if not np.array_equal(part, back[first : first + WINDOW]):
                raise SystemExit(f"{codec.name}: a window differs from reading through")
        real += changes(back, clip.movements, half)
        still, truth = known_movement(frames[0], clip.points[0], half)
        encode(path, still, codec)
        known.append(known_error(read_crop(path), truth, clip.points[0], half))
    return Row(
        codec.name,
        size,
        weights / total,
        total / seconds["encode"],
        total / seconds["decode"],
        1000 * seconds["window"] / windows,
        float(np.sqrt(np.mean([error**2 for error, _ in known]))),
        float(np.mean([slope for _, slope in known])),
        float(np.sqrt(np.nanmean(np.square(real)))),
        equal,
    )


def crops_of(paths: Sequence[Path], folder: Path) -> Iterator[Path]:
    """The crop videos that are named, or those of a rendered recording."""
    if not paths:
        generate(make_config(recordings=1, subjects=1, seconds=8, fps=30), folder)
        for size in (224, 112):
            config = load_config(None, [f"crop.size={size}"])
            build_dataset(folder / "ann", folder / "raw", folder / str(size), config)
        paths = [folder / "224", folder / "112"]
    for path in paths:
        yield from sorted((path / "crops").glob("*.mkv"))[:2] if path.is_dir() else [path]


def main() -> int:
    """Measure every candidate at every frame size, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crops", nargs="*", type=Path)
    parser.add_argument("--frames", type=int, default=120, help="of each crop, at most")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    console = Console(stderr=options.json, width=110)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        paths = crops_of(options.crops, Path(name))
        clips = [load(path, options.frames) for path in paths]
        for size in sorted({clip.size for clip in clips}, reverse=True):
            same = [clip for clip in clips if clip.size == size]
            rows += [measure(codec, same, Path(name)) for codec in candidates()]
            if not options.json:
                console.print(table([row for row in rows if row.size == size], len(same)))
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    offered = [row for row in rows if row.codec in CROP_CODECS]
    return 0 if all(row.equal for row in offered if CROP_CODECS[row.codec].lossless) else 1


def table(rows: Sequence[Row], clips: int) -> Table:
    """Rows of one frame size."""
    shown = Table(title=f"{rows[0].size} px, {clips} clips")
    shown.add_column("codec", no_wrap=True)
    for head in ("kB", "enc/s", "dec/s", "win ms", "real px", "known px", "slope"):
        shown.add_column(head, justify="right")
    shown.add_column("equal")
    for row in rows:
        shown.add_row(
            row.codec,
            f"{row.bytes_per_frame / 1000:.2f}",
            f"{row.encode:.0f}",
            f"{row.decode:.0f}",
            f"{row.window_ms:.0f}",
            f"{row.real_px:.4f}",
            f"{row.known_px:.4f}",
            f"{row.known_slope:.3f}",
            "yes" if row.equal else "no",
        )
    return shown


if __name__ == "__main__":
    sys.exit(main())
