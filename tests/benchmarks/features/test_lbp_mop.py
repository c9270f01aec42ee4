from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from builders import tiny_dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import local_binary_pattern

from benchmarks.features.blocks import BlockGrid
from benchmarks.features.lbp_codes import LbpGeometry
from benchmarks.features.lbp_mop import (
    STEPS,
    MopFeature,
    lbp_mop_histograms,
    mean_picture,
    picture_codes,
)
from benchmarks.features.lbp_top import uniform_bins
from wdmd_tools.errors import ManifestError

Volume = npt.NDArray[np.uint8]


@st.composite
def volumes(draw: st.DrawFn) -> Volume:
    """With ties: few grey levels, a flat half."""
    shape = tuple(draw(st.integers(9, 14)) for _ in range(3))
    generator = np.random.default_rng(draw(st.integers(0, 2**31)))
    levels = draw(st.sampled_from([1, 2, 5, 256]))
    volume = generator.integers(0, levels, shape).astype(np.uint8)
    if draw(st.booleans()):
        volume[:, :, : shape[2] // 2] = draw(st.integers(0, 255))
    return volume


@given(volumes(), st.sampled_from([4, 8]), st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_codes_of_mean_pictures_equal_those_of_scikit_image(
    volume: Volume, neighbours: int, radius: int
) -> None:
    geometry = LbpGeometry(neighbours, radius, radius, radius)
    inner = (slice(radius, -radius),) * 2
    for axis, plane in ((0, "XY"), (1, "XT"), (2, "YT")):
        picture = mean_picture(volume, axis)
        ours = picture_codes(picture, geometry, plane)
        theirs = local_binary_pattern(picture, neighbours, radius)
        np.testing.assert_array_equal(ours[inner], theirs[inner])
        outside = np.ones(picture.shape, dtype=bool)
        outside[inner] = False
        assert not ours[outside].any()


def test_another_radius_in_time_has_its_own_rows() -> None:
    """With P = 4 only rows t +- R_t count; each phase of time alone is then radius 1 in scikit-image."""
    generator = np.random.default_rng(0)
    picture = generator.integers(0, 4, (24, 15)).astype(np.uint8)
    ours = picture_codes(picture, LbpGeometry(4, 1, 1, 4), "XT")
    for phase in range(4):
        theirs = local_binary_pattern(picture[phase::4], 4, 1)
        np.testing.assert_array_equal(ours[phase::4][1:-1, 1:-1], theirs[1:-1, 1:-1])


def test_means_are_exact_in_256ths_with_halves_up() -> None:
    volume = np.array([[[0]], [[1]], [[1]]], dtype=np.uint8)
    assert mean_picture(volume, 0)[0, 0] == 171  # 2/3 of 256 is 170.67
    halves = np.zeros((512, 1, 1), dtype=np.uint8)
    halves[0] = 1
    assert mean_picture(halves, 0)[0, 0] == 1  # 1/512 is half a step
    assert mean_picture(np.full((3, 2, 2), 255, np.uint8), 1).max() == 255 * STEPS


def slowly(volume: Volume, geometry: LbpGeometry, grid: BlockGrid, start: int, length: int) -> list:
    """The histograms of one window by its definition, a block at a time."""
    window = volume[start : start + length]
    bins, reach, border = uniform_bins(geometry.neighbours), geometry.radius_t, geometry.border
    found = []
    for top, bottom in grid.spans(volume.shape[1] - 2 * border, grid.rows):
        for left, end in grid.spans(volume.shape[2] - 2 * border, grid.columns):
            rows, columns = (
                slice(top + border, bottom + border),
                slice(left + border, end + border),
            )
            pictures = (
                (mean_picture(window, 0), rows, columns),
                (mean_picture(window[:, rows], 1), slice(reach, length - reach), columns),
                (mean_picture(window[:, :, columns], 2), slice(reach, length - reach), rows),
            )
            for picture, first, second in pictures:
                codes = local_binary_pattern(picture, geometry.neighbours, 1).astype(int)
                kinds = int(bins.max()) + 1
                found.append(np.bincount(bins[codes[first, second]].ravel(), minlength=kinds))
    return found


def test_a_windows_histograms_are_those_of_the_window_cut_out() -> None:
    volume = np.random.default_rng(1).integers(0, 256, (20, 17, 14)).astype(np.uint8)
    geometry, grid, length = LbpGeometry(8, 1, 1, 1), BlockGrid(3, 2), 7
    counts = lbp_mop_histograms(volume, geometry, grid, length).astype(int)
    assert counts.shape == (20, 3, 2, 3, 59)
    for start in (0, 5, 13):
        moving = counts[start + 1 : start + length - 1, :, :, 1:].sum(axis=0)
        whole = np.concatenate([counts[start, :, :, :1], moving], axis=2)
        expected = np.array(slowly(volume, geometry, grid, start, length)).reshape(3, 2, 3, 59)
        np.testing.assert_array_equal(whole, expected)
    assert not counts[14:, :, :, 0].any()


def test_a_clip_shorter_than_a_window_is_one_window() -> None:
    volume = np.random.default_rng(2).integers(0, 256, (5, 9, 9)).astype(np.uint8)
    short = lbp_mop_histograms(volume, LbpGeometry(), BlockGrid(1, 1), 30)
    assert short[0, 0, 0, 0].sum() == 49
    np.testing.assert_array_equal(
        short, lbp_mop_histograms(volume, LbpGeometry(), BlockGrid(1, 1), 5)
    )


def test_settings_are_in_the_key_and_a_small_crop_is_named(tmp_path: Path) -> None:
    one = MopFeature(LbpGeometry(), BlockGrid(2, 2), 64, 10)
    assert one.key("a") == MopFeature(LbpGeometry(), BlockGrid(2, 2), 64, 10).key("a")
    assert (
        len(
            {
                one.key("a"),
                one.key("b"),
                MopFeature(LbpGeometry(), BlockGrid(2, 2), 64, 11).key("a"),
            }
        )
        == 3
    )
    assert one.parts == (59, 59, 59)
    dataset = tiny_dataset(tmp_path, n_recordings=1, clips_per_recording=1, with_crops=True)
    crop = next(dataset.iter_clips()).crop_path
    with pytest.raises(ManifestError, match="too small for lbp-mop"):
        MopFeature(LbpGeometry(), BlockGrid(40, 40), 64, 10).compute(crop)
