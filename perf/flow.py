"""Optical flow: what extraction costs over OpenCV's flow alone, and how far the methods agree.

    python perf/flow.py DATA [PAIRS]                 dense inverse search against TV-L1
    python perf/flow.py DATA --film 10 [--method farneback] [--codec ffv1]   ten minutes at 128 px

The first draws pairs of frames from clips of the training split (no label, no test clip), computes
SOFTNet's pictures from both flows, and prints CPU time per pair and the correlation of the pictures.

The second strings clips of the training split together to a crop film at 128 px and 30 fps, and takes its
flow twice in one run: by OpenCV alone on grey frames that lie in memory, and by `FeatureStore` from the
file to the cache file (decoding, grey, flow, rounding, compression, writing), both minute by minute in
turn. CPU time of all threads is what one core would take; in the wall time a thread decodes ahead, and the
rest of the machine is at work.
"""

import argparse
import hashlib
import os
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from benchmarks.features.dense_flow import DenseFlow
from benchmarks.features.flow import flow_pictures
from benchmarks.features.flow_methods import flow_function
from benchmarks.features.grey import to_grey
from benchmarks.features.store import FeatureStore
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.video.crop_codecs import CROP_CODECS
from wdmd_tools.video.crops import iter_crop, open_crop_writer, read_crop

K = 6
SIDE = 128
FPS = 30


def main() -> int:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("pairs", type=int, nargs="?", default=60)
    parser.add_argument("--film", type=float, help="minutes")
    parser.add_argument("--method", choices=["farneback", "tvl1", "dis"], default="farneback")
    parser.add_argument("--codec", choices=sorted(CROP_CODECS), default="ffv1", help="of the film")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    clips = list(Dataset.open(given.data).iter_clips("train"))
    if given.film is None:
        agreement(clips, given.pairs)
    else:
        film(clips, given.film, given.method, given.codec)
    return 0


def agreement(clips: list[Clip], wanted: int) -> None:
    """Cost and correlation of two methods."""
    generator = np.random.default_rng(0)
    seconds = {"tvl1": 0.0, "dis": 0.0}
    correlations = []
    for _ in range(wanted):
        clip = clips[int(generator.integers(len(clips)))]
        start = int(generator.integers(clip.n_frames - K))
        pair = to_grey(read_crop(clip.crop_path))[[start, start + K]]
        pictures = {}
        for method in ("tvl1", "dis"):
            began = time.process_time()
            pictures[method] = flow_pictures(pair, 1, method)[0].astype(float)
            seconds[method] += time.process_time() - began
        correlations.append(
            [
                float(
                    np.corrcoef(pictures["tvl1"][..., c].ravel(), pictures["dis"][..., c].ravel())[
                        0, 1
                    ]
                )
                for c in range(3)
            ]
        )
    for method, total in seconds.items():
        print(f"{method:<6}{1000 * total / wanted:8.2f} ms per pair of frames")
    print(f"ratio {seconds['tvl1'] / seconds['dis']:.0f}")
    middle = np.median(correlations, axis=0)
    low = np.quantile(correlations, 0.1, axis=0)
    for name, typical, worst in zip(("size of u", "size of v", "strain"), middle, low, strict=True):
        print(f"correlation of {name:<10} median {typical:.2f}, tenth percentile {worst:.2f}")


def film(clips: list[Clip], minutes: float, method: Any, codec: str) -> None:
    """Cost of extraction over that of the flow."""
    spent = {"alone": np.zeros(2), "extraction": np.zeros(2)}
    frames, size = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        done = 0.0
        while done < minutes - 1e-9:
            part = min(1.0, minutes - done)
            path = Path(folder) / f"part{done:.2f}.mkv"
            count = write_film(clips, path, round(part * 60 * FPS), frames, codec)
            grey = [
                np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
                for one in iter_crop(path)
            ]
            began = np.array([time.process_time(), time.perf_counter()])
            flow_of = flow_function(method)
            for index in range(count - 1):
                flow_of(grey[index], grey[index + 1])
            middle = np.array([time.process_time(), time.perf_counter()])
            size += extract(path, Path(folder) / "cache", method, count)
            end = np.array([time.process_time(), time.perf_counter()])
            spent["alone"] += middle - began
            spent["extraction"] += end - middle
            frames += count
            done += part
            path.unlink()
    for name, (cpu, wall) in spent.items():
        print(
            f"{name:<11}{cpu:8.1f} s CPU {wall:8.1f} s wall {1000 * cpu / frames:7.2f} ms a frame"
        )
    ratio = spent["extraction"] / spent["alone"]
    print(
        f"ratio {ratio[0]:.2f} CPU, {ratio[1]:.2f} wall; {frames} frames, {size / frames / 1024:.0f} kB"
    )
    print(f"{method}, film in {codec}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


def write_film(clips: list[Clip], path: Path, wanted: int, first: int, codec: str) -> int:
    """Clips in turn, scaled to 128 px, until there are enough frames."""
    written, index = 0, first // 60
    with open_crop_writer(path, SIDE, Fraction(FPS), CROP_CODECS[codec]) as sink:
        while written < wanted:
            for frame in iter_crop(clips[index % len(clips)].crop_path):
                if written < wanted:
                    sink.write(np.asarray(cv2.resize(frame, (SIDE, SIDE)), dtype=np.uint8))
                    written += 1
            index += 1
    return written


def extract(path: Path, cache: Path, method: Any, count: int) -> int:
    """The flow of a film into a cache file; its size in bytes."""
    clip = Clip("film", "film", "someone", "train", count, FPS, False, None, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    table = SimpleNamespace(clips=pa.table({"clip_id": ["film"], "crop_sha256": [digest]}))
    store = FeatureStore(cache, lambda _fps: DenseFlow(side=SIDE, method=method), workers=1)
    for _, flow in store.each(table, [clip]):  # type: ignore[arg-type]
        if len(flow) != count:
            raise ValueError(f"Expected {count} frames but got {len(flow)}.")
    (file,) = (cache / "dense-flow").iterdir()
    size = file.stat().st_size
    file.unlink()
    return size


if __name__ == "__main__":
    sys.exit(main())
