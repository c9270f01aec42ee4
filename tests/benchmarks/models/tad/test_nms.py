"""Soft suppression by hand and by properties."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.models.tad.nms import soft_nms


def test_three_spans_by_hand() -> None:
    # A  [0 ............ 10)            0.9
    # B       [5 ............ 15)       0.8     IoU(A, B) = 5/15
    # C                        [20..24) 0.7     alone
    # first A; B fades to 0.8 exp(-(1/9)/0.5) = 0.6406, so C is second and B third
    spans = np.array([[0.0, 10.0], [5.0, 15.0], [20.0, 24.0]])
    kept, scores = soft_nms(spans, np.array([0.9, 0.8, 0.7]))
    assert kept.tolist() == [[0.0, 10.0], [20.0, 24.0], [5.0, 15.0]]
    np.testing.assert_allclose(scores, [0.9, 0.7, 0.8 * math.exp(-2 / 9)])


def test_a_duplicate_fades_below_the_limit_and_goes() -> None:
    # IoU 1: 0.005 exp(-2) = 0.00068 < 0.001
    kept, scores = soft_nms(np.array([[3.0, 9.0], [3.0, 9.0]]), np.array([0.5, 0.005]))
    assert kept.tolist() == [[3.0, 9.0]]
    assert scores.tolist() == [0.5]


def test_at_most_so_many_and_none_of_none() -> None:
    spans = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    kept, scores = soft_nms(spans, np.array([0.2, 0.9, 0.5]), most=2)
    assert kept.tolist() == [[2.0, 3.0], [4.0, 5.0]]
    assert scores.tolist() == [0.9, 0.5]
    kept, scores = soft_nms(np.zeros((0, 2)), np.zeros(0))
    assert kept.shape == (0, 2)
    assert len(scores) == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(1, 20), st.floats(0.01, 1)),
        min_size=1,
        max_size=12,
    )
)
def test_the_best_keeps_its_score_and_no_score_rises(rows: list[tuple[int, int, float]]) -> None:
    spans = np.array([[start, start + length] for start, length, _ in rows], dtype=float)
    scores = np.array([score for *_, score in rows])
    kept, faded = soft_nms(spans, scores, min_score=0.0)
    assert len(kept) == len(rows)
    assert faded[0] == pytest.approx(scores.max())
    assert (np.diff(faded) <= 1e-12).all()
    assert (np.sort(faded) <= np.sort(scores) + 1e-12).all()
