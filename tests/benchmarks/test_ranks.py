import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from benchmarks.ranks import average_ranks, ranks_of
from benchmarks.scoring import Score
from wdmd_tools.metrics.dialogue import DialogueCounts
from wdmd_tools.metrics.events import EventCounts


def score(*hits: int) -> Score:
    """One recording per number: so many of four references found in each state, nothing else said."""
    return Score(
        {
            f"r{k}": DialogueCounts(EventCounts(h, 0, 4 - h), EventCounts(h, 0, 4 - h))
            for k, h in enumerate(hits)
        },
        (),
    )


@given(
    st.lists(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=4, max_size=4), min_size=1)
)
def test_ranks_are_those_of_scipy(rows: list[list[float]]) -> None:
    assert np.allclose(ranks_of(rows), rankdata(-np.array(rows), axis=-1))


def test_ranks_are_averaged_and_ties_shared() -> None:
    first = {"a": [score(4, 4)], "b": [score(2, 2)], "c": [score(2, 2)]}
    second = {"a": [score(1, 1)], "b": [score(3, 3)], "c": [score(2, 2)]}
    found = average_ranks({"one": first, "two": second}, draws=50)
    assert {name: one.value for name, one in found.items()} == {"a": 2.0, "b": 1.75, "c": 2.25}
    assert found["a"].ranks == {"one": 1.0, "two": 3.0}
    # All recordings of a model are alike, so no resample changes its rank.
    assert (found["a"].low, found["a"].high) == (2.0, 2.0)


def test_a_model_that_misses_a_dataset_is_ranked_nowhere() -> None:
    first = {"a": [score(1)], "best": [score(4)], "b": [score(2)]}
    found = average_ranks({"one": first, "two": {"a": [score(1)], "b": [score(2)]}}, draws=20)
    assert {name: one.value for name, one in found.items()} == {"a": 2.0, "b": 1.0}
    assert found["b"].low is None  # one recording: nothing to resample


def test_an_undefined_value_is_no_rank() -> None:
    nothing = Score({"r0": DialogueCounts()}, ())
    first = {"a": [score(1)], "b": [score(2)], "c": [nothing]}
    second = {name: [score(2)] for name in "abc"}
    assert set(average_ranks({"one": first, "two": second}, draws=20)) == {"a", "b"}


def test_seeds_are_averaged_before_ranking() -> None:
    # F1 of 1 of 4 found is 2/5, of 4 of 4 is 1: mean 0.7; 3 of 4 is 6/7.
    first = {"a": [score(1), score(4)], "b": [score(3), score(3)]}
    found = average_ranks({"one": first, "two": first}, "f1", draws=20)
    assert (found["a"].value, found["b"].value) == (2.0, 1.0)


@pytest.mark.parametrize("count", [0, 1])
def test_one_dataset_has_no_average_rank(count: int) -> None:
    models = {"a": [score(1)], "b": [score(2)]}
    assert average_ranks({str(k): models for k in range(count)}) == {}


def test_the_interval_shows_how_easily_ranks_turn() -> None:
    # Half of the recordings favour each model: both ranks are in doubt.
    models = {"a": [score(4, 0, 4, 0)], "b": [score(0, 4, 0, 4)]}
    found = average_ranks({"one": models, "two": models}, draws=400)
    assert found["a"].value == 1.5
    low, high = found["a"].low, found["a"].high
    assert low is not None
    assert high is not None
    assert low == 1.0
    assert high == 2.0
