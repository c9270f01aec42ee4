"""Regions kept, and the one warp."""

from pathlib import Path

import numpy as np
import pytest

from wdmd_tools.faces.crop import warp
from wdmd_tools.faces.spool import RegionSpool


@pytest.mark.parametrize("limit", [0, 500, 10**6])
def test_regions_come_back_in_order_from_memory_and_disk(tmp_path: Path, limit: int) -> None:
    rng = np.random.default_rng(1)
    regions = [rng.integers(0, 256, (5 + k, 7, 3), dtype=np.uint8) for k in range(6)]
    with RegionSpool(tmp_path, limit) as spool:
        for k, region in enumerate(regions):
            spool.put(region, (k, 2 * k))
        for _ in range(2):
            found = list(spool)
            assert [corner for _, corner in found] == [(k, 2 * k) for k in range(6)]
            assert all((a == b).all() for (a, _), b in zip(found, regions, strict=True))
    assert list(tmp_path.iterdir()) == []


def test_a_region_gives_the_same_crop_as_the_whole_frame() -> None:
    picture = np.random.default_rng(2).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    affine = np.array([[0.9, -0.2, -20.0], [0.2, 0.9, -30.0]])
    whole = warp(picture, (0, 0), affine, 40)
    part = warp(picture[10:85, 20:115], (20, 10), affine, 40)
    # Both interpolate at 1/32 px; the rounding of the shift may differ by one step.
    assert np.abs(whole.astype(int) - part).mean() < 2


def test_a_shift_by_whole_pixels_copies() -> None:
    picture = np.random.default_rng(2).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    affine = np.array([[1.0, 0.0, -7.0], [0.0, 1.0, -9.0]])
    assert (warp(picture, (0, 0), affine, 32) == picture[9:41, 7:39]).all()


def test_strong_reduction_does_not_alias() -> None:
    """A fine checkerboard reduced five times is grey, wherever it lies."""
    board = (np.indices((200, 200)).sum(axis=0) % 2 * 255).astype(np.uint8)
    picture = np.repeat(board[..., None], 3, axis=2)
    affine = np.array([[0.2, 0.0, 0.03], [0.0, 0.2, 0.41]])
    crop = warp(picture, (0, 0), affine, 36).astype(int)
    assert np.abs(crop[4:-4, 4:-4] - 127).max() <= 4
