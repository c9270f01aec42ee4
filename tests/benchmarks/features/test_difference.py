import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.feature import local_binary_pattern

from benchmarks.features.blocks import BlockGrid
from benchmarks.features.difference import chi_squared, contrast, feature_difference
from benchmarks.features.lbp_codes import LbpGeometry
from benchmarks.features.lbp_frame import LbpFrameFeature, lbp_frame_histograms
from benchmarks.features.lbp_top import uniform_bins


def test_chi_squared_by_hand() -> None:
    """(3-1)^2/4 + (0-2)^2/2 + 0/0 -> 1 + 2 + 0."""
    found = chi_squared(np.array([3.0, 0.0, 0.0]), np.array([1.0, 2.0, 0.0]))
    assert found == pytest.approx(3.0)


@given(st.integers(0, 999))
def test_chi_squared_of_shares_lies_between_0_and_2_and_has_no_direction(seed: int) -> None:
    generator = np.random.default_rng(seed)
    a, b = generator.dirichlet(np.ones(5)), generator.dirichlet(np.ones(5))
    assert 0 <= chi_squared(a, b) <= 2
    assert chi_squared(a, b) == pytest.approx(chi_squared(b, a))
    assert chi_squared(a, a) == 0
    assert chi_squared(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 2


def slowly(counts: np.ndarray, k: int, largest: int) -> list[float]:
    """Frame by frame and block by block."""
    found = [0.0] * len(counts)
    for i in range(k, len(counts) - k):
        differences = []
        for block in range(counts.shape[1]):
            tail, current, head = (
                counts[j, block] / counts[j, block].sum() for j in (i - k, i, i + k)
            )
            average = [(t + h) / 2 for t, h in zip(tail, head, strict=True)]
            differences.append(
                sum((c - a) ** 2 / (c + a) for c, a in zip(current, average, strict=True) if c + a)
            )
        found[i] = sum(sorted(differences, reverse=True)[:largest]) / largest
    return found


def test_the_difference_is_that_of_the_definition() -> None:
    counts = np.random.default_rng(0).integers(0, 5, (15, 6, 4)) + np.eye(4, dtype=int)[0]
    for k, largest in ((1, 6), (3, 2)):
        found = feature_difference(counts, k, largest)
        np.testing.assert_allclose(found, slowly(counts, k, largest), atol=1e-12)
        assert not found[:k].any()
        assert not found[-k:].any()
    assert not feature_difference(counts[:6], 3, 2).any()  # no frame has a tail and a head


def test_the_contrast_by_hand() -> None:
    """k = 2, frames 0 1 and 8 9 have no F:

    frame     0  1  2  3  4  5  6  7  8  9
    F         .  .  1  1  6  1  3  1  .  .
    tail F    .  .  -  -  1  1  6  1  .  .      F two frames before; the head's where there is none
    head F    .  .  6  1  3  1  -  -  .  .
    contrast  0  0  0  0  4  0  0  0  0  0
    """
    difference = np.array([0, 0, 1, 1, 6, 1, 3, 1, 0, 0], dtype=float)
    np.testing.assert_allclose(contrast(difference, 2), [0, 0, 0, 0, 4, 0, 0, 0, 0, 0])
    # Frame 6 has only its tail's F, and stands out when it is larger than that.
    difference[6] = 9
    np.testing.assert_allclose(contrast(difference, 2)[[4, 6]], [6 - 0.5 * (1 + 9), 3])
    assert not contrast(np.ones(3), 2).any()


def test_a_short_change_stands_out_and_a_lasting_one_hardly() -> None:
    """One block of 36 changes for 6 frames in one film, and for good in the other; k = 6.

    Inside, F is 2 in one block of 12; k frames before and after (1/2)^2 / (3/2) + (1/2)^2 / (1/2) = 2/3.
    """
    still = np.zeros((60, 36, 2), dtype=int)
    still[:, :, 0] = 10
    short, lasting = still.copy(), still.copy()
    short[27:33, 0] = (0, 10)
    lasting[30:, 0] = (0, 10)
    peaks = [contrast(feature_difference(one, 6, 12), 6) for one in (short, lasting)]
    assert 27 <= int(np.argmax(peaks[0])) < 33
    assert peaks[0].max() == pytest.approx((2 - 2 / 3) / 12)
    assert peaks[1].max() < 0.5 * peaks[0].max()


def test_histograms_are_those_of_scikit_images_codes() -> None:
    volume = np.random.default_rng(1).integers(0, 6, (4, 20, 23)).astype(np.uint8)
    found = lbp_frame_histograms(volume, LbpGeometry(8, 1, 1, 1), BlockGrid(2, 3))
    bins = uniform_bins()
    for t in range(4):
        codes = bins[local_binary_pattern(volume[t], 8, 1).astype(int)][1:-1, 1:-1]
        for row in range(2):
            for column in range(3):
                block = codes[9 * row : 9 * row + 9, 7 * column : 7 * column + 7]
                expected = np.bincount(block.ravel(), minlength=59)
                np.testing.assert_array_equal(found[t, row, column], expected)


def test_every_setting_is_in_the_key() -> None:
    one = LbpFrameFeature(1, BlockGrid(6, 6), 112)
    others = (
        LbpFrameFeature(2, BlockGrid(6, 6), 112),
        LbpFrameFeature(1, BlockGrid(5, 6), 112),
        LbpFrameFeature(1, BlockGrid(6, 6), 64),
    )
    assert len({one.key("a"), one.key("b"), *(other.key("a") for other in others)}) == 5
