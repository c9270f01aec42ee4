"""Clip-level scores against scikit-learn and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from wdmd_tools.metrics.clips import BinaryCounts, auroc, binary_counts

pairs = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]), st.booleans()), min_size=2)


def test_never_scores_the_majority_share() -> None:
    counts = binary_counts([0.0] * 9, [True] * 2 + [False] * 7)
    assert counts == BinaryCounts(tp=0, fp=0, tn=7, fn=2)
    assert counts.accuracy == pytest.approx(7 / 9)
    assert counts.balanced_accuracy == 0.5


@given(pairs)
def test_against_scikit_learn(rows: list[tuple[float, bool]]) -> None:
    scores, truths = [row[0] for row in rows], [row[1] for row in rows]
    if len(set(truths)) < 2:
        assert auroc(scores, truths) is None
        assert binary_counts(scores, truths).balanced_accuracy is None
        return
    assert auroc(scores, truths) == pytest.approx(roc_auc_score(truths, scores))
    expected = balanced_accuracy_score(truths, np.array(scores) >= 0.5)
    assert binary_counts(scores, truths).balanced_accuracy == pytest.approx(expected)


def test_nothing_is_undefined() -> None:
    assert BinaryCounts().accuracy is None
    assert auroc([], []) is None


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="as many"):
        binary_counts([0.1], [])


@given(st.lists(st.tuples(st.floats(allow_nan=False), st.booleans()), max_size=30))
def test_auroc_equals_that_of_scipys_ranks(rows: list[tuple[float, bool]]) -> None:
    from scipy.stats import rankdata

    scores, truths = [row[0] for row in rows], np.array([row[1] for row in rows], dtype=bool)
    n = int(truths.sum())
    if not 0 < n < len(rows):
        assert auroc(scores, truths.tolist()) is None
        return
    excess = rankdata(scores)[truths].sum() - n * (n + 1) / 2
    assert auroc(scores, truths.tolist()) == excess / (n * (len(rows) - n))


def test_auroc_refuses_nan_and_unequal_lengths() -> None:
    with pytest.raises(ValueError, match="NaN"):
        auroc([0.1, float("nan")], [True, False])
    with pytest.raises(ValueError, match="as many"):
        auroc([0.1], [True, False])
