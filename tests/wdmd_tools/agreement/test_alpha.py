import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from wdmd_tools.agreement.alpha import (
    alpha_of_coincidences,
    coincidences,
    krippendorff_alpha,
    raw_agreement_of_coincidences,
    value_counts,
)

X = -1
FOUR_OBSERVERS = np.array(
    # Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section D: 4 observers, 12 units,
    # values 1 to 5 here as 0 to 4.
    [
        [0, 1, 2, 2, 1, 0, 3, 0, 1, X, X, X],
        [0, 1, 2, 2, 1, 1, 3, 0, 1, 4, X, 2],
        [X, 2, 2, 2, 1, 2, 3, 1, 1, 4, 0, X],
        [0, 1, 2, 2, 1, 3, 3, 0, 1, 4, 0, X],
    ],
    dtype=np.int8,
)
VALUES = ("1", "2", "3", "4", "5")

codes_strategy = st.tuples(st.integers(2, 5), st.integers(1, 12)).flatmap(
    lambda shape: hnp.arrays(np.int8, shape, elements=st.integers(-1, 2))
)


def one_group(codes, n_values):
    return coincidences(codes, n_values, np.zeros(codes.shape[1], dtype=np.int64), 1)[0]


def test_krippendorffs_published_example():
    result = krippendorff_alpha(FOUR_OBSERVERS, VALUES)
    assert result.value == pytest.approx(0.743, abs=5e-4)
    # Unit 12 has one value only and cannot be paired.
    assert result.units == 11


def test_krippendorffs_published_coincidence_matrix():
    # The same paper, section C/D: the diagonal and the margins of the matrix, n.. = 40.
    matrix = one_group(FOUR_OBSERVERS, 5)
    assert np.diag(matrix) == pytest.approx([7, 10, 8, 4, 3])
    assert matrix.sum(axis=0) == pytest.approx([9, 13, 10, 5, 3])
    assert alpha_of_coincidences(matrix) == pytest.approx(0.743, abs=5e-4)


def test_two_observers_by_hand():
    # a  0 0 1 1     o_00 = 4, o_11 = 2, o_01 = o_10 = 1, n = 8, n_0 = 5, n_1 = 3
    # b  0 0 1 0     alpha = 1 - 7 * 2 / (2 * 5 * 3) = 1 - 14 / 30
    codes = np.array([[0, 0, 1, 1], [0, 0, 1, 0]], dtype=np.int8)
    assert one_group(codes, 2).tolist() == [[4, 1], [1, 2]]
    assert krippendorff_alpha(codes, ("a", "b")).value == pytest.approx(1 - 14 / 30)


@given(codes_strategy, st.integers(1, 4), st.integers(0, 1000))
def test_matrices_of_groups_add_up_and_agree_with_the_package(codes, n_groups, seed):
    group = np.random.default_rng(seed).integers(0, n_groups, size=codes.shape[1])
    parts = coincidences(codes, 3, group, n_groups)
    whole = one_group(codes, 3)
    np.testing.assert_allclose(parts.sum(axis=0), whole, atol=1e-12)
    np.testing.assert_allclose(whole, whole.T, atol=1e-12)
    mine, result = float(alpha_of_coincidences(whole)), krippendorff_alpha(codes, ("a", "b", "c"))
    if result.value is None:
        assert np.isnan(mine)
        assert result.reason
    else:
        data = np.where(codes < 0, np.nan, codes.astype(float))
        package = krippendorff.alpha(
            reliability_data=data, value_domain=[0, 1, 2], level_of_measurement="nominal"
        )
        assert mine == pytest.approx(package, abs=1e-9)
        assert result.value == pytest.approx(package, abs=1e-12)
        assert result.value <= 1 + 1e-12


@given(codes_strategy, st.randoms(use_true_random=False))
def test_order_of_annotators_and_names_of_values_do_not_matter(codes, random):
    rows = list(range(codes.shape[0]))
    random.shuffle(rows)
    renamed = np.array([2, 0, 1, -1], dtype=np.int8)[codes]
    value = krippendorff_alpha(codes, ("a", "b", "c")).value
    for other in (codes[rows], renamed):
        again = krippendorff_alpha(other, ("a", "b", "c")).value
        assert (again is None) == (value is None)
        assert value is None or again == pytest.approx(value, abs=1e-12)


def test_one_value_only_is_undefined_with_its_name():
    codes = np.zeros((3, 7), dtype=np.int8)
    result = krippendorff_alpha(codes, ("speaking", "listening"), "frame")
    assert (result.value, result.units) == (None, 7)
    assert result.reason == "only one value observed: speaking"
    assert np.isnan(alpha_of_coincidences(one_group(codes, 2)))


def test_one_annotator_only_is_undefined():
    codes = np.array([[0, 1, 0, 1], [X, X, X, X]], dtype=np.int8)
    result = krippendorff_alpha(codes, ("a", "b"), "frame")
    assert (result.value, result.units) == (None, 0)
    assert result.reason == "no frame has a value from two annotators"


def test_perfect_agreement_is_one_and_always_opposite_is_below_zero():
    same = np.array([[0, 1, 0, 1], [0, 1, 0, 1]], dtype=np.int8)
    opposite = np.array([[0, 1, 0, 1], [1, 0, 1, 0]], dtype=np.int8)
    assert krippendorff_alpha(same, ("a", "b")).value == 1.0
    assert krippendorff_alpha(opposite, ("a", "b")).value < 0


def test_raw_agreement_is_the_share_of_agreeing_pairs():
    codes = np.array([[0, 0, 1, 1], [0, 0, 1, 0]], dtype=np.int8)
    assert raw_agreement_of_coincidences(one_group(codes, 2)) == pytest.approx(0.75)
    assert np.isnan(raw_agreement_of_coincidences(np.zeros((2, 2))))


def test_value_counts_ignore_missing():
    assert value_counts(FOUR_OBSERVERS, 5)[[0, 11]].tolist() == [[3, 0, 0, 0, 0], [0, 0, 1, 0, 0]]
