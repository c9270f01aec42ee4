"""LBP-TOP of 300 frames of 128 x 128 in 5 x 5 blocks, against scikit-image plane by plane, in one run.

    python perf/lbp.py

Prints CPU seconds of both, the ratio, where ours spends its time, and three floors measured in the same
run; codes are compared bit for bit. Exits with 1 when they differ or the ratio is below 10.

memory       the least traffic: read the volume once per plane, write one code per centre
arithmetic   the interpolations that bit-equal codes need (double precision, four corners a neighbour), on
             rows that lie in the first cache, with nothing else
increments   one histogram increment per code, bins already known, the table in the first cache
"""

import sys
import time
from collections.abc import Callable

import numba
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


@numba.njit(nogil=True)
def interpolate(row, right, down, out, times):  # type: ignore[no-untyped-def]
    """The double-precision work of four interpolated neighbours per code, on rows of 126 pixels."""
    width = out.shape[0]
    for _ in range(times):
        for k in range(4):
            shift = 2 * k
            a, b = row[shift : shift + width], row[shift + 1 : shift + 1 + width]
            c, d = row[shift + 128 : shift + 128 + width], row[shift + 129 : shift + 129 + width]
            for x in range(width):
                top = (1.0 - right[x]) * a[x] + right[x] * b[x]
                bottom = (1.0 - right[x]) * c[x] + right[x] * d[x]
                out[x] |= np.uint8((1.0 - down[x]) * top + down[x] * bottom >= row[x]) << k


@numba.njit(nogil=True)
def increment(bins, counts, times):  # type: ignore[no-untyped-def]
    """One increment per code."""
    for _ in range(times):
        for x in range(bins.shape[0]):
            counts[bins[x]] += 1


def floors(volume: npt.NDArray[np.uint8], codes: npt.NDArray[np.uint8]) -> dict[str, float]:
    """CPU seconds that each kind of work takes alone, for as many codes as the volume has."""
    lines, width = 3 * (FRAMES - 2) * (SIZE - 2), SIZE - 2
    target = np.empty((3, *volume.shape), dtype=np.uint8)

    def copy() -> None:
        for plane in range(3):
            np.copyto(target[plane], volume)

    row = np.ascontiguousarray(volume[FRAMES // 2, :3]).ravel()
    generator = np.random.default_rng(1)
    right, down = generator.random((2, width))
    out = np.zeros(width, dtype=np.uint8)
    bins = uniform_bins()[codes[0, 1, 1, 1:-1]]
    counts = np.zeros(59, dtype=np.uint16)
    interpolate(row, right, down, out, 1), increment(bins, counts, 1)
    return {
        "memory": cpu_seconds(copy, 9),
        "arithmetic": cpu_seconds(lambda: interpolate(row, right, down, out, lines), 5),
        "increments": cpu_seconds(lambda: increment(bins, counts, lines), 5),
    }


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
    least = floors(volume, codes)
    for name, seconds in least.items():
        print(
            f"floor, {name:<12} {seconds:.4f} s  {1e9 * seconds / pixels:6.3f} ns/code  "
            f"{seconds / ours:.0%} of ours"
        )
    needed = max(least["memory"], least["arithmetic"] + least["increments"])
    print(
        f"this arithmetic and these increments alone take {needed:.3f} s; ours takes "
        f"{ours / needed:.1f} times that, scikit-image's codes {theirs / needed:.0f} times"
    )
    return 0 if same_codes and same_counts and theirs / ours >= AIM else 1


if __name__ == "__main__":
    sys.exit(main())
