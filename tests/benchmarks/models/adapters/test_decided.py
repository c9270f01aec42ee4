"""Scores that lie close together are spread before thresholds are tried."""

import numpy as np
import pytest

from benchmarks.models.adapters.decided import SPREAD, spread_of
from meldae.calibration import rescale


def test_spread_by_hand() -> None:
    # Logits -0.1 and 0.3: mean 0.1, deviation 0.2; so -SPREAD and SPREAD come out.
    logits = np.array([-0.1, 0.3])
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    scale, bias = spread_of([scores[:1], scores[1:]])
    found = rescale(scores, scale, bias)
    expected = 1 / (1 + np.exp(-np.array([-SPREAD, SPREAD])))
    assert found == pytest.approx(expected, abs=1e-4)


def test_equal_scores_stay() -> None:
    assert spread_of([np.full(3, 0.4, np.float32)]) == (1.0, 0.0)
    assert spread_of([]) == (1.0, 0.0)
