"""UF1 and UAR against scikit-learn, and by hand."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score

from wdmd_tools.metrics.bootstrap import cluster_bootstrap
from wdmd_tools.metrics.recognition import (
    confusion_counts,
    uar,
    uar_statistic,
    uf1,
    uf1_statistic,
)

CLASSES = ("negative", "positive", "surprise")
samples = st.lists(
    st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), min_size=3, max_size=40
)


def test_by_hand() -> None:
    # true \ said   neg pos sur other     F1: neg 2*3/(6+1+1) = 3/4, pos 2*2/(4+1+1) = 2/3,
    # neg             3   1   0   0           sur 2*1/(2+0+1) = 2/3
    # pos             0   2   0   1     recall: 3/4, 2/3, 1/2
    # sur             1   0   1   0
    confusion = np.array([[3, 1, 0, 0], [0, 2, 0, 1], [1, 0, 1, 0]], dtype=float)
    assert uf1(confusion, CLASSES).value == pytest.approx((3 / 4 + 2 / 3 + 2 / 3) / 3)
    assert uar(confusion, CLASSES).value == pytest.approx((3 / 4 + 2 / 3 + 1 / 2) / 3)


@given(samples)
def test_against_scikit_learn(rows: list[tuple[str, str]]) -> None:
    said, true = [row[0] for row in rows], [row[1] for row in rows]
    assume(set(true) == set(CLASSES))
    confusion = confusion_counts(said, true, CLASSES)
    assert uf1(confusion, CLASSES).value == pytest.approx(f1_score(true, said, average="macro"))
    assert uar(confusion, CLASSES).value == pytest.approx(balanced_accuracy_score(true, said))


@given(samples, st.randoms(use_true_random=False))
def test_order_is_without_effect_and_the_truth_scores_one(
    rows: list[tuple[str, str]], random: object
) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    tables = [
        confusion_counts([row[0] for row in some], [row[1] for row in some], CLASSES)
        for some in (rows, mixed)
    ]
    assert np.array_equal(*tables)
    true = [row[1] for row in rows]
    assume(set(true) == set(CLASSES))
    perfect = confusion_counts(true, true, CLASSES)
    assert uf1(perfect, CLASSES).value == uar(perfect, CLASSES).value == 1.0


def test_an_absent_class_is_undefined_and_named() -> None:
    confusion = confusion_counts(["negative", "surprise"], ["negative", "negative"], CLASSES)
    assert str(uf1(confusion, CLASSES)) == "n/a (class 'positive' is neither true nor said)"
    assert str(uar(confusion, CLASSES)) == "n/a (class 'positive' never occurs)"


def test_a_class_never_found_scores_zero() -> None:
    confusion = confusion_counts(["negative"] * 3, list(CLASSES), CLASSES)
    assert uf1(confusion, CLASSES).value == pytest.approx((2 / 4) / 3)
    assert uar(confusion, CLASSES).value == pytest.approx(1 / 3)


def test_classes_outside_the_protocol() -> None:
    """A true "others" is left out; a said one is a miss and no class's false positive."""
    confusion = confusion_counts(["others", "positive"], ["negative", "others"], CLASSES)
    assert confusion.tolist() == [[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_pooling_is_not_averaging_over_subjects() -> None:
    one = confusion_counts(["a", "a", "a", "b"], ["a", "a", "a", "b"], "ab")
    other = confusion_counts(["b", "a"], ["a", "b"], "ab")
    mean = (uf1(one, "ab").value or 0) / 2 + (uf1(other, "ab").value or 0) / 2
    assert uf1(one + other, "ab").value == pytest.approx((6 / 8 + 2 / 4) / 2)
    assert uf1(one + other, "ab").value != pytest.approx(mean)


def test_statistics_of_many_draws_equal_the_scores() -> None:
    counts = np.random.default_rng(1).integers(1, 9, size=(12, 3, 4)).astype(float)
    flat = counts.reshape(12, -1)
    assert uf1_statistic(flat)[4] == pytest.approx(uf1(counts[4], CLASSES).value)
    assert uar_statistic(flat)[4] == pytest.approx(uar(counts[4], CLASSES).value)
    interval = cluster_bootstrap(flat, uf1_statistic, draws=500)
    value = uf1(counts.sum(axis=0), CLASSES).value
    assert interval is not None
    assert value is not None
    assert interval.low < value < interval.high


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="distinct"):
        confusion_counts([], [], ["a", "a"])
    with pytest.raises(ValueError, match="zip"):
        confusion_counts(["a"], [], ["a"])
    with pytest.raises(ValueError, match="columns"):
        uf1_statistic(np.zeros((2, 5)))
