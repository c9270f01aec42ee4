"""LBP codes against scikit-image, plane by plane, bit for bit."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import local_binary_pattern

from benchmarks.features.lbp_codes import LbpGeometry, lbp_codes

Volume = npt.NDArray[np.uint8]


def reference(volume: Volume, neighbours: int, radius: int) -> Volume:
    codes = np.zeros((3, *volume.shape), dtype=np.uint8)
    frames, height, width = volume.shape
    for t in range(frames):
        codes[0, t] = local_binary_pattern(volume[t], neighbours, radius)
    for y in range(height):
        codes[1, :, y] = local_binary_pattern(volume[:, y], neighbours, radius)
    for x in range(width):
        codes[2, :, :, x] = local_binary_pattern(volume[:, :, x], neighbours, radius)
    return codes


def interior(codes: Volume, radius: int) -> Volume:
    inner = slice(radius, -radius)
    return codes[:, inner, inner, inner]


@st.composite
def volumes(draw: st.DrawFn) -> tuple[Volume, int]:
    """Volumes with ties: few grey levels, flat regions, flat frames."""
    radius = draw(st.integers(1, 3))
    least = 2 * radius + 1
    shape = tuple(draw(st.integers(least, least + 9)) for _ in range(3))
    generator = np.random.default_rng(draw(st.integers(0, 2**31)))
    levels = draw(st.sampled_from([1, 2, 3, 5, 256]))
    offset = draw(st.integers(0, 256 - levels))
    volume = generator.integers(offset, offset + levels, shape).astype(np.uint8)
    if draw(st.booleans()):
        volume[:, : shape[1] // 2] = draw(st.integers(0, 255))
    if draw(st.booleans()):
        volume[shape[0] // 2] = draw(st.integers(0, 255))
    return volume, radius


@given(volumes(), st.sampled_from([4, 8]))
@settings(max_examples=60, deadline=None)
def test_codes_equal_those_of_scikit_image(case: tuple[Volume, int], neighbours: int) -> None:
    volume, radius = case
    geometry = LbpGeometry(neighbours, radius, radius, radius)
    ours, theirs = lbp_codes(volume, geometry), reference(volume, neighbours, radius)
    np.testing.assert_array_equal(interior(ours, radius), interior(theirs, radius))


def test_ties_far_from_the_origin_are_decided_alike() -> None:
    """The fraction of ``r + offset`` changes in its last bits with r, and ties hang on it."""
    volume = np.random.default_rng(3).integers(0, 3, (70, 40, 150)).astype(np.uint8)
    theirs = reference(volume, 8, 1)
    ours = lbp_codes(volume, LbpGeometry())
    np.testing.assert_array_equal(interior(ours, 1), interior(theirs, 1))


@pytest.mark.parametrize("grey", range(0, 256, 5))
def test_a_flat_region_sets_every_bit(grey: int) -> None:
    codes = lbp_codes(np.full((5, 6, 7), grey, dtype=np.uint8), LbpGeometry())
    assert (interior(codes, 1) == 255).all()


def test_unequal_radii_equal_scikit_image_on_every_fourth_frame() -> None:
    """With four neighbours on the axes, R_t = 4 is R = 1 on each phase ``volume[phase::4]``."""
    volume = np.random.default_rng(5).integers(0, 30, (24, 9, 11)).astype(np.uint8)
    ours = lbp_codes(volume, LbpGeometry(4, 1, 1, 4))
    for phase in range(4):
        theirs = reference(volume[phase::4], 4, 1)
        np.testing.assert_array_equal(
            ours[1:, phase::4, 1:-1, 1:-1][:, 1:-1], theirs[1:, 1:-1, 1:-1, 1:-1]
        )


def test_centres_near_an_edge_have_no_code() -> None:
    codes = lbp_codes(np.zeros((7, 8, 9), dtype=np.uint8), LbpGeometry(8, 2, 1, 1))
    inner = np.zeros(codes.shape[1:], dtype=bool)
    inner[1:-1, 2:-2, 2:-2] = True
    assert (codes[:, inner] == 255).all()
    assert not codes[:, ~inner].any()


def test_a_volume_too_small_for_any_centre_has_only_zeros() -> None:
    assert not lbp_codes(np.zeros((2, 2, 9), dtype=np.uint8), LbpGeometry()).any()


@pytest.mark.parametrize("volume", [np.zeros((3, 3), np.uint8), np.zeros((3, 3, 3), np.float32)])
def test_other_shapes_and_types_are_refused(volume: Volume) -> None:
    with pytest.raises(ValueError, match="uint8"):
        lbp_codes(volume, LbpGeometry())


@pytest.mark.parametrize("wrong", [{"neighbours": 6}, {"radius_t": 0}])
def test_impossible_geometry_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="Expected"):
        LbpGeometry(**wrong)
