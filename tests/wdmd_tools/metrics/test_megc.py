"""MEGC counts: published counts and F1, exact halves, and the public copies' ways to count."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.metrics.events import EventCounts
from wdmd_tools.metrics.megc import Fork, MegcCounts, fork_counts, megc_counts

frames = st.lists(
    st.builds(lambda on, n: (on, on + n), st.integers(1, 40), st.integers(0, 15)), max_size=6
)


@pytest.mark.parametrize(
    ("micro", "macro", "published"),
    [
        # MEGC 2020 baseline (MDMD): micro, macro, overall
        (EventCounts(21, 5014, 36), EventCounts(109, 1414, 191), (0.0082, 0.1196, 0.0376)),
        (EventCounts(29, 1407, 130), EventCounts(22, 334, 321), (0.0364, 0.0629, 0.0445)),
    ],
    ids=["cas(me)2", "samm-lv"],
)
def test_published_baseline(
    micro: EventCounts, macro: EventCounts, published: tuple[float, float, float]
) -> None:
    both = MegcCounts(micro) + MegcCounts(macro=macro)
    assert both.micro.f1 == pytest.approx(published[0], abs=5e-5)
    assert both.macro.f1 == pytest.approx(published[1], abs=5e-5)
    assert both.overall.f1 == pytest.approx(published[2], abs=5e-5)


def test_inclusive_frames_and_exactly_one_half() -> None:
    # reference   1..10   |----------|      10 frames
    # prediction  1..5    |-----|            5 frames: IoU 5 / 10
    #             1..4    |----|             4 frames: IoU 4 / 10
    assert megc_counts([(1, 5)], [(1, 10)]).tp == 1
    assert megc_counts([(1, 4)], [(1, 10)]).tp == 0
    # One common frame of two touching inclusive intervals: 1 / 3 of (5..6, 6..7)
    assert megc_counts([(5, 6)], [(6, 7)], threshold=1 / 3).tp == 1


@settings(max_examples=50, deadline=None)
@given(frames, frames, st.randoms(use_true_random=False))
def test_order_is_without_effect(
    said: list[tuple[int, int]], true: list[tuple[int, int]], random: object
) -> None:
    counts = megc_counts(said, true)
    mixed, shuffled = list(said), list(true)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert megc_counts(mixed, shuffled) == counts
    assert counts.tp <= min(len(said), len(true))
    assert (counts.tp + counts.fp, counts.tp + counts.fn) == (len(said), len(true))
    perfect = megc_counts(true, true)
    assert (perfect.fp, perfect.fn) == (0, 0)


@settings(max_examples=50, deadline=None)
@given(frames, frames)
def test_copies_against_ours(said: list[tuple[int, int]], true: list[tuple[int, int]]) -> None:
    """Looking at the best reference only can but lose hits; using one twice can but win them."""
    ours = megc_counts(said, true)
    assert fork_counts(said, true, Fork.BEST_ONLY).tp <= ours.tp
    assert fork_counts(said, true, Fork.REUSE).tp >= ours.tp


def test_a_reference_used_twice_is_found_twice() -> None:
    # reference    |----------|
    # predictions  |----------|
    #              |---------|
    said, true = [(1, 10), (1, 9)], [(1, 10)]
    assert fork_counts(said, true, Fork.REUSE) == EventCounts(tp=2, fp=0, fn=0)
    assert fork_counts(said, true, Fork.BEST_ONLY) == EventCounts(tp=1, fp=1, fn=0)
    assert megc_counts(said, true) == EventCounts(tp=1, fp=1, fn=0)


def test_the_best_reference_taken_is_a_miss_only_in_the_copy() -> None:
    # references   1..10 and 4..13;  both predictions fit the first best, the second fits both
    true, said = [(1, 10), (4, 13)], [(1, 10), (2, 11)]
    assert fork_counts(said, true, Fork.BEST_ONLY) == EventCounts(tp=1, fp=1, fn=1)
    assert megc_counts(said, true) == EventCounts(tp=2, fp=0, fn=0)


def test_reversed_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="start_ms"):
        megc_counts([(9, 3)], [])
