"""Groups dealt to parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.split.deal import deal
from wdmd_tools.split.groups import Group


def group(name: str, *weights: float) -> Group:
    return Group(name, (name,), weights)


def test_the_largest_go_first_and_fill_up_evenly() -> None:
    """6 | 5 1 of clips: the two parts end with 6 each."""
    groups = [group("a", 1), group("b", 6), group("c", 5)]
    parts = deal(groups, [0.5, 0.5], 0)
    assert parts[0] == parts[2] != parts[1]


def test_mes_are_spread_even_where_clips_would_be_even_anyhow() -> None:
    """Four groups of 10 clips; two hold all MEs: one goes to each side."""
    groups = [group("a", 10, 8), group("b", 10, 8), group("c", 10, 0), group("d", 10, 0)]
    for seed in range(5):
        parts = deal(groups, [0.5, 0.5], seed)
        assert parts[0] != parts[1]
        assert parts[2] != parts[3]


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 20)), min_size=3, max_size=30),
    st.integers(0, 9),
)
def test_no_part_is_empty_and_order_does_not_matter(
    sizes: list[tuple[int, int]], seed: int
) -> None:
    groups = [group(f"g{i:02d}", *size) for i, size in enumerate(sizes)]
    shares = [0.6, 0.15, 0.25]
    parts = deal(groups, shares, seed)
    assert set(parts) == {0, 1, 2}
    assert list(reversed(deal(list(reversed(groups)), shares, seed))) == parts


def test_shares_are_near_their_aims_with_many_groups() -> None:
    rng = np.random.default_rng(0)
    groups = [group(f"g{i}", *rng.integers(1, 9, 3).tolist()) for i in range(60)]
    parts = np.array(deal(groups, [0.6, 0.15, 0.25], 1))
    weights = np.array([g.weights for g in groups])
    for part, share in enumerate((0.6, 0.15, 0.25)):
        assert weights[parts == part].sum(0) / weights.sum(0) == pytest.approx(share, abs=0.03)


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 groups"):
        deal([group("a", 1)], [0.5, 0.5], 0)
    with pytest.raises(ValueError, match="add up to 1"):
        deal([group("a", 1)], [0.5], 0)
