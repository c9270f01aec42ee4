"""Dense inverse search against TV-L1 on the crops of a dataset, in one run: cost and agreement.

    python perf/flow.py DATA [PAIRS]

Draws pairs of frames from clips of the training split (no label, no test clip), computes SOFTNet's
pictures from both flows, and prints CPU time per pair and the correlation of the pictures.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np

from benchmarks.features.flow import flow_pictures
from benchmarks.features.grey import to_grey
from wdmd_tools.manifest import Dataset
from wdmd_tools.video.crops import read_crop

K = 6


def main() -> int:
    """Measure, compare, print."""
    if len(sys.argv) not in (2, 3):
        print("usage: python perf/flow.py DATA [PAIRS]")
        return 2
    cv2.setNumThreads(1)
    clips = list(Dataset.open(Path(sys.argv[1])).iter_clips("train"))
    wanted = int(sys.argv[2]) if len(sys.argv) == 3 else 60
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
