"""F1 by conversational state, and its zero and undefined cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.dialogue import (
    DialogueCounts,
    dialogue_counts,
    harmonic_mean,
    majority_state,
)
from wdmd_tools.metrics.events import EventCounts


def states(text: str) -> np.ndarray:
    """S speaking, L listening, . no state."""
    return np.array([{"S": 1, "L": 0, ".": -1}[c] for c in text], dtype=np.int8)


def test_events_go_to_the_state_of_their_reference() -> None:
    # frame       0         10        20
    # state       SSSSSSSSSSLLLLLLLLLL
    # reference     |----|     |----|
    # prediction    |----|  |-|             hit in speech; invention in listening; a miss there
    speaking = states("S" * 10 + "L" * 10)
    counts = dialogue_counts(
        [Interval(2, 7), Interval(10, 12)], [Interval(2, 7), Interval(13, 18)], speaking
    )
    assert counts.speaking == EventCounts(tp=1, fp=0, fn=0)
    assert counts.listening == EventCounts(tp=0, fp=1, fn=1)
    assert counts.f1_dr == 0.0


def test_a_hit_across_the_change_counts_where_its_reference_lies() -> None:
    # state       SSSSSLLLLL
    # reference      |---|        frames 3..6: two of each, a tie, so speaking
    # prediction      |---|       frames 4..7, three of four in listening
    counts = dialogue_counts([Interval(4, 8)], [Interval(3, 7)], states("SSSSSLLLLL"))
    assert counts.speaking == EventCounts(tp=1)
    assert counts.listening == EventCounts()


def test_frames_without_a_state_have_no_vote() -> None:
    assert majority_state(Interval(0, 6), states("...LL.")) == "listening"
    assert majority_state(Interval(0, 3), states("...LL.")) == "unknown"
    counts = dialogue_counts([], [Interval(0, 3)], states("...LL."))
    assert counts.unknown == EventCounts(fn=1)
    assert counts.f1_dr is None


@pytest.mark.parametrize(
    ("speaking", "listening", "expected"),
    [
        (None, 0.5, None),
        (0.0, None, None),
        (0.0, 0.0, 0.0),
        (0.0, 0.8, 0.0),
        (0.5, 0.5, 0.5),
        (0.2, 0.6, 0.3),
    ],
)
def test_f1_dr_zero_and_undefined(
    speaking: float | None, listening: float | None, expected: float | None
) -> None:
    assert harmonic_mean(speaking, listening) == (
        None if expected is None else pytest.approx(expected)
    )


@given(st.lists(st.sampled_from("SL"), min_size=30, max_size=30), st.data())
def test_states_share_out_all_events(text: list[str], data: st.DataObject) -> None:
    """No event is lost or counted twice: the states' counts add up to the plain counts."""
    from wdmd_tools.metrics.events import event_counts

    draw = st.lists(
        st.builds(lambda s, n: Interval(s, min(s + n, 30)), st.integers(0, 25), st.integers(1, 9)),
        max_size=4,
    )
    predictions, references = data.draw(draw), data.draw(draw)
    counts = dialogue_counts(predictions, references, states("".join(text)))
    assert counts.total == event_counts(predictions, references)
    assert counts + DialogueCounts() == counts
