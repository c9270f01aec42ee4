"""Event counts, by hand."""

import pytest

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.events import EventCounts, event_counts


def test_counts_of_a_hit_an_invention_and_a_miss() -> None:
    # reference   |--------|               |------|
    # prediction    |--------|    |---|
    references = [Interval(0, 10), Interval(40, 48)]
    predictions = [Interval(2, 12), Interval(25, 29)]  # IoU 8 / 12 with the first
    counts = event_counts(predictions, references)
    assert counts == EventCounts(tp=1, fp=1, fn=1)
    assert counts.precision == 0.5
    assert counts.recall == 0.5
    assert counts.f1 == 0.5


def test_counts_add_up() -> None:
    assert EventCounts(1, 2, 3) + EventCounts(4, 0, 1) == EventCounts(5, 2, 4)


@pytest.mark.parametrize(
    ("counts", "precision", "recall", "f1"),
    [
        (EventCounts(0, 0, 0), None, None, None),
        (EventCounts(0, 0, 4), None, 0.0, 0.0),
        (EventCounts(0, 3, 0), 0.0, None, 0.0),
        (EventCounts(2, 0, 0), 1.0, 1.0, 1.0),
    ],
)
def test_undefined_is_none_and_no_hit_is_zero(
    counts: EventCounts, precision: float | None, recall: float | None, f1: float | None
) -> None:
    assert (counts.precision, counts.recall, counts.f1) == (precision, recall, f1)
