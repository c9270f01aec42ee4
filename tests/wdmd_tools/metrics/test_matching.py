"""One-to-one matching against an exhaustive search."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.matching import IouRule, match_intervals

interval_lists = st.lists(
    st.builds(lambda s, n: Interval(s, s + n), st.integers(0, 40), st.integers(1, 20)), max_size=4
)


def exhaustive(
    predictions: list[Interval], references: list[Interval], threshold: float
) -> tuple[int, float]:
    """Best (pairs, total IoU) over all one-to-one assignments."""
    best = (0, 0.0)
    size = min(len(predictions), len(references))
    for count in range(size + 1):
        for chosen in itertools.permutations(range(len(predictions)), count):
            for targets in itertools.combinations(range(len(references)), count):
                overlaps = [
                    predictions[p].iou(references[r]) for p, r in zip(chosen, targets, strict=True)
                ]
                if all(value > threshold for value in overlaps):
                    best = max(best, (count, sum(overlaps)))
    return best


@settings(max_examples=60, deadline=None)
@given(interval_lists, interval_lists, st.sampled_from([0.0, 0.3, 0.5]))
def test_matching_is_the_best_one(
    predictions: list[Interval], references: list[Interval], threshold: float
) -> None:
    pairs = match_intervals(predictions, references, threshold)
    total = sum(predictions[p].iou(references[r]) for p, r in pairs)
    count, best = exhaustive(predictions, references, threshold)
    assert len(pairs) == count
    assert total == pytest.approx(best)
    assert len({p for p, _ in pairs}) == len({r for _, r in pairs}) == len(pairs)


def test_a_prediction_serves_one_reference_only() -> None:
    # reference   |----||----|
    # prediction  |----------|      IoU 0.5 with each
    references = [Interval(0, 5), Interval(5, 10)]
    assert match_intervals([Interval(0, 10)], references, 0.5, IouRule.EXCEEDS) == []
    assert len(match_intervals([Interval(0, 10)], references, 0.5, IouRule.AT_LEAST)) == 1


def test_number_of_pairs_comes_before_total_overlap() -> None:
    # prediction 0 fits reference 0 perfectly and reference 1 well enough; prediction 1 fits only
    # reference 0, so the perfect pair must give way.
    references = [Interval(0, 10), Interval(3, 13)]
    predictions = [Interval(0, 10), Interval(-4, 7)]
    assert match_intervals(predictions, references, 0.4) == [(0, 1), (1, 0)]


def test_touching_intervals_never_match_even_at_threshold_zero() -> None:
    touching = [Interval(0, 5)], [Interval(5, 9)]
    assert match_intervals(*touching, 0.0, IouRule.AT_LEAST) == []


def test_threshold_out_of_range_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="threshold"):
        match_intervals([], [], 1.5)
