"""LBP-TOP of 300 frames of 128 x 128 in 5 x 5 blocks, against scikit-image plane by plane, in one run.

    python perf/lbp.py

Prints CPU seconds of both, the ratio, and where ours spends its time; codes are compared bit for bit. Exits
with 1 when they differ or the ratio is below 10.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from skimage.feature import local_binary_pattern

from benchmarks.features.blocks import BlockGrid
from benchmarks.features.lbp_codes import LbpGeometry, lbp_codes
from benchmarks.features.lbp_top import lbp_top_histograms, uniform_bins

FRAMES, SIZE, AIM = 300, 128, 10.0
GEOMETRY, GRID = LbpGeometry(neighbours=8), BlockGrid(5, 5)


def cpu_seconds(work: Callable[[], object], repeats: int) -> float:
    """Least CPU time of one thread over some repeats."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def with_scikit_image(volume: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Codes of the three planes, slice by slice."""
    codes = np.empty((3, *volume.shape), dtype=np.uint8)
    for t in range(volume.shape[0]):
        codes[0, t] = local_binary_pattern(volume[t], 8, 1)
    for y in range(volume.shape[1]):
        codes[1, :, y] = local_binary_pattern(volume[:, y], 8, 1)
    for x in range(volume.shape[2]):
        codes[2, :, :, x] = local_binary_pattern(volume[:, :, x], 8, 1)
    return codes


def count_with_numpy(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The per-frame block histograms of given codes."""
    spans = [(a + 1, b + 1) for a, b in GRID.spans(SIZE - 2, GRID.rows)]
    bins = uniform_bins()[codes]
    counts = np.zeros((FRAMES, GRID.rows, GRID.columns, 3, 59), dtype=np.int64)
    for t in range(1, FRAMES - 1):
        for row, (top, bottom) in enumerate(spans):
            for column, (left, right) in enumerate(spans):
                for plane in range(3):
                    block = bins[plane, t, top:bottom, left:right]
                    counts[t, row, column, plane] = np.bincount(block.ravel(), minlength=59)
    return counts


def main() -> int:
    """Measure, compare, print."""
    generator = np.random.default_rng(0)
    # Smooth pictures with flat regions and noise, like faces on a plain background.
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    base = 128 + 60 * np.sin(x / 9.0) * np.cos(y / 7.0)
    drift = np.arange(FRAMES)[:, None, None] * 0.05
    noise = generator.normal(0, 2, (FRAMES, SIZE, SIZE)) * (x < SIZE * 0.8)
    volume = np.clip(base + drift + noise, 0, 200).astype(np.uint8)

    lbp_top_histograms(volume[:4], GEOMETRY, GRID), lbp_codes(volume[:4], GEOMETRY)
    ours_codes = cpu_seconds(lambda: lbp_codes(volume, GEOMETRY), 5)
    ours = cpu_seconds(lambda: lbp_top_histograms(volume, GEOMETRY, GRID), 5)
    # Four neighbours lie on the axes and need no interpolation; the other four of P = 8 do.
    whole = cpu_seconds(lambda: lbp_codes(volume, LbpGeometry(neighbours=4)), 5)
    theirs = cpu_seconds(lambda: with_scikit_image(volume), 2)

    inner = np.s_[:, 1:-1, 1:-1, 1:-1]
    codes = with_scikit_image(volume)
    same_codes = np.array_equal(lbp_codes(volume, GEOMETRY)[inner], codes[inner])
    same_counts = np.array_equal(
        lbp_top_histograms(volume, GEOMETRY, GRID), count_with_numpy(codes)
    )
    pixels = 3 * (FRAMES - 2) * (SIZE - 2) ** 2
    print(
        f"LBP-TOP, {FRAMES} frames of {SIZE} x {SIZE}, P = 8, R = 1, {GRID.rows} x {GRID.columns}"
    )
    print(f"scikit-image, codes only        {theirs:.3f} s  {1e9 * theirs / pixels:6.2f} ns/code")
    print(
        f"ours, codes only                {ours_codes:.3f} s  {1e9 * ours_codes / pixels:6.2f} ns"
    )
    print(f"ours, codes and histograms      {ours:.3f} s  {1e9 * ours / pixels:6.2f} ns/code")
    print(f"ratio, codes                    {theirs / ours_codes:.1f}")
    print(f"ratio, ours with histograms     {theirs / ours:.1f}  (aim {AIM:.0f})")
    print(f"codes equal {same_codes}, histograms equal {same_counts}")
    between, counting = max(0.0, ours_codes - whole), max(0.0, ours - ours_codes)
    print(
        f"where ours goes (differences of timings, one thread): interpolated neighbours "
        f"{between / ours:.0%}, neighbours on the axes and copying {whole / ours:.0%}, "
        f"histogram increments {counting / ours:.0%}"
    )
    return 0 if same_codes and same_counts and theirs / ours >= AIM else 1


if __name__ == "__main__":
    sys.exit(main())
