import numpy as np
import pytest

from wdmd_tools.agreement.bootstrap import (
    Measure,
    bootstrap_measures,
    resampled_sums,
    sum_by_cluster,
)
from wdmd_tools.metrics.bootstrap import ratio


def share(sums):
    return ratio(sums[:, 0], sums[:, 1])


def test_resamples_have_the_mean_and_spread_of_sums_of_independent_draws():
    values = np.array([[1.0], [2.0], [4.0], [9.0], [0.0]])
    sums = resampled_sums(values, 40_000, seed=1)[:, 0]
    assert sums.mean() == pytest.approx(16.0, rel=0.01)
    assert sums.var() == pytest.approx(5 * values.var(), rel=0.03)


def test_the_interval_of_a_share_has_the_binomial_width():
    generator = np.random.default_rng(5)
    counts = np.stack([generator.random(400) < 0.3, np.ones(400)], axis=1).astype(float)
    point = counts[:, 0].mean()
    found = bootstrap_measures(
        {"x": counts}, {"share": Measure("x", share)}, np.arange(400), draws=4000, seed=2
    )["share"]
    half = 1.96 * np.sqrt(point * (1 - point) / 400)
    assert found.low == pytest.approx(point - half, abs=0.006)
    assert found.high == pytest.approx(point + half, abs=0.006)
    assert found.clusters == 400


def test_clusters_that_move_together_widen_the_interval():
    # 20 recordings of 10 clips each; a recording is all ones or all zeros.
    recording = np.repeat(np.arange(20), 10)
    counts = np.stack([recording % 2, np.ones(200)], axis=1).astype(float)
    measure = {"share": Measure("x", share)}
    clips = bootstrap_measures({"x": counts}, measure, np.arange(200), draws=2000)["share"]
    recordings = bootstrap_measures({"x": counts}, measure, recording, draws=2000)["share"]
    width = clips.high - clips.low
    assert recordings.high - recordings.low == pytest.approx(np.sqrt(10) * width, rel=0.2)


def test_the_seed_decides():
    counts = np.random.default_rng(0).random((30, 2))
    measure = {"share": Measure("x", share)}
    same = [bootstrap_measures({"x": counts}, measure, np.arange(30), seed=s) for s in (1, 1, 2)]
    assert same[0] == same[1] != same[2]


def test_blocks_of_different_width_keep_apart():
    blocks = {"a": np.full((4, 3), 1.0), "b": np.full((4, 2), 7.0)}
    measures = {
        "a": Measure("a", lambda sums: sums[:, 2]),
        "b": Measure("b", lambda sums: sums[:, 0]),
    }
    found = bootstrap_measures(blocks, measures, np.arange(4), draws=10)
    assert (found["a"].low, found["a"].high) == (4.0, 4.0)
    assert (found["b"].low, found["b"].high) == (28.0, 28.0)


def test_one_cluster_or_a_mostly_undefined_statistic_has_no_interval():
    measure = {"share": Measure("x", share)}
    lonely = bootstrap_measures({"x": np.ones((3, 2))}, measure, np.zeros(3, dtype=np.int64))
    never = bootstrap_measures({"x": np.zeros((3, 2))}, measure, np.arange(3))
    assert lonely["share"] is None
    assert never["share"] is None


def test_rows_of_one_cluster_are_added_up():
    counts = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert sum_by_cluster(counts, np.array([7, 2, 7])).tolist() == [[3.0, 4.0], [6.0, 8.0]]
