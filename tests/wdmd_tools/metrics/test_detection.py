"""AP, mAP and AR@k: by hand, and against slow loops."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.bootstrap import cluster_bootstrap
from wdmd_tools.metrics.detection import (
    TIOUS,
    MapStatistic,
    Ranked,
    ap_by_tiou,
    ap_counts,
    average_recall,
    average_recall_statistic,
    mean_average_precision,
    rank_predictions,
    recall_counts,
    score_levels,
)

Predictions = list[tuple[Interval, float]]

intervals = st.builds(lambda s, n: Interval(s, s + n), st.integers(0, 30), st.integers(1, 15))
clips = st.lists(
    st.tuples(
        st.lists(
            st.tuples(intervals, st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9])),
            max_size=5,
            unique=True,
        ),
        st.lists(intervals, max_size=3),
    ),
    min_size=1,
    max_size=3,
)


def slow_ap(dataset: list[tuple[Predictions, list[Interval]]], tiou: float) -> float:
    """One threshold, one loop: for each step of the scores the best precision at or after it."""
    marked: list[tuple[float, bool]] = []
    for predictions, references in dataset:
        free = sorted(references)
        for said, score in sorted(predictions, key=lambda one: (-one[1], one[0])):
            best = None
            for reference in free:
                if said.iou(reference) >= tiou and (
                    best is None or said.iou(reference) > said.iou(best)
                ):
                    best = reference
            if best is not None:
                free.remove(best)
            marked.append((score, best is not None))
    total = sum(len(references) for _, references in dataset)
    curve = []
    for level in sorted({score for score, _ in marked}, reverse=True):
        kept = [right for score, right in marked if score >= level]
        curve.append((sum(kept) / total, sum(kept) / len(kept)))
    area, before = 0.0, 0.0
    for index, (recall, _) in enumerate(curve):
        area += (recall - before) * max(precision for _, precision in curve[index:])
        before = recall
    return area


def test_by_hand() -> None:
    # references  |---|   |---|   |---|
    # predictions |---| 0.9   |-| 0.8 (nowhere)   |---| 0.5 (second)   0.4 (nowhere)
    references = [Interval(0, 10), Interval(20, 30), Interval(40, 50)]
    predictions = [
        (Interval(0, 10), 0.9),
        (Interval(12, 18), 0.8),
        (Interval(20, 30), 0.5),
        (Interval(60, 70), 0.4),
    ]
    ranked = rank_predictions(predictions, references)
    assert mean_average_precision([ranked]).value == pytest.approx(5 / 9)


def test_a_duplicate_is_wrong_and_the_next_reference_is_taken() -> None:
    # references   0..10, 4..14; both predictions fit the first best
    references = [Interval(0, 10), Interval(4, 14)]
    predictions = [(Interval(0, 10), 0.9), (Interval(1, 11), 0.8), (Interval(0, 9), 0.7)]
    ranked = rank_predictions(predictions, references, [0.5])
    assert ranked.right[:, 0].tolist() == [True, True, False]


@settings(max_examples=80, deadline=None)
@given(clips, st.sampled_from([(0.5,), (0.1, 0.7), TIOUS]))
def test_against_a_slow_loop(
    dataset: list[tuple[Predictions, list[Interval]]], tious: tuple[float, ...]
) -> None:
    ranked = [rank_predictions(*clip, tious) for clip in dataset]
    value = mean_average_precision(ranked)
    if not any(references for _, references in dataset):
        assert str(value) == "n/a (no reference)"
        return
    assert value.value == pytest.approx(np.mean([slow_ap(dataset, tiou) for tiou in tious]))
    assert 0.0 <= (value.value or 0.0) <= 1.0


@settings(max_examples=40, deadline=None)
@given(clips, st.randoms(use_true_random=False))
def test_order_is_without_effect(
    dataset: list[tuple[Predictions, list[Interval]]], random: object
) -> None:
    value = mean_average_precision([rank_predictions(*clip) for clip in dataset])
    mixed = [(list(said), list(true)) for said, true in dataset]
    for part in (mixed, *itertools.chain.from_iterable(mixed)):
        random.shuffle(part)  # type: ignore[attr-defined]
    assert mean_average_precision([rank_predictions(*clip) for clip in mixed]) == value


@settings(max_examples=40, deadline=None)
@given(clips)
def test_perfect_predictions_and_worse_ones(
    dataset: list[tuple[Predictions, list[Interval]]],
) -> None:
    if not any(references for _, references in dataset):
        return
    perfect = [([(one, 0.8) for one in true], true) for _, true in dataset]
    assert mean_average_precision([rank_predictions(*clip) for clip in perfect]).value == 1.0
    # A false alarm below every other score changes nothing; one above every other never helps.
    plain = mean_average_precision([rank_predictions(*clip) for clip in dataset]).value
    far = Interval(500, 510)
    below, above = (
        mean_average_precision(
            [rank_predictions([*said, (far, score)], true) for said, true in dataset]
        ).value
        for score in (0.0, 1.0)
    )
    assert below == pytest.approx(plain)
    assert above is not None
    assert plain is not None
    assert above <= plain


def test_nothing_right_is_zero() -> None:
    assert mean_average_precision([rank_predictions([], [Interval(0, 5)])]).value == 0.0


def test_clips_without_references_count() -> None:
    good = rank_predictions([(Interval(0, 10), 0.5)], [Interval(0, 10)])
    alarm = rank_predictions([(Interval(0, 10), 0.9)], [])
    assert mean_average_precision([good]).value == 1.0
    assert mean_average_precision([good, alarm]).value == pytest.approx(0.5)


def many(recordings: int = 12) -> list[Ranked]:
    rng = np.random.default_rng(2)
    result = []
    for _ in range(recordings):
        true = [Interval(40 * i, 40 * i + 15) for i in range(6)]
        said = [
            (one.shift(int(rng.integers(-9, 9))), float(rng.random())) for one in true for _ in "ab"
        ]
        result.append(rank_predictions(said, true))
    return result


def test_counts_add_up_and_can_be_resampled() -> None:
    ranked = many()
    levels = score_levels(ranked)
    counts = np.stack([ap_counts(one, levels) for one in ranked])
    value = mean_average_precision(ranked).value
    assert value is not None
    assert MapStatistic()(counts.sum(axis=0, keepdims=True))[0] == pytest.approx(value)
    interval = cluster_bootstrap(counts, MapStatistic(), draws=500)
    assert interval is not None
    assert interval.low < value < interval.high
    # One draw by hand: the first recording twice, the second out.
    weights = np.ones(len(ranked))
    weights[:2] = 2, 0
    expected = mean_average_precision([ranked[0], *ranked[:1], *ranked[2:]]).value
    assert MapStatistic()(weights[None] @ counts)[0] == pytest.approx(expected)


def test_fewer_levels_stay_close() -> None:
    ranked = many(40)
    levels = score_levels(ranked, at_most=100)
    assert len(levels) == 100
    sums = np.sum([ap_counts(one, levels) for one in ranked], axis=0)[None]
    assert sums[0, -1] == 240
    assert ap_by_tiou(sums, 7).mean() == pytest.approx(
        mean_average_precision(ranked).value, abs=0.01
    )


def test_joined_clips_equal_one_by_one() -> None:
    ranked = many(4)
    joined = sum(ranked[1:], ranked[0])
    assert mean_average_precision([joined]) == mean_average_precision(ranked)


def slow_recall(predictions: Predictions, references: list[Interval], k: int, tiou: float) -> int:
    """Most references found by the k best, over all assignments."""
    best = [said for said, _ in sorted(predictions, key=lambda one: (-one[1], one[0]))[:k]]
    size = max(len(best), len(references))
    most = 0
    for order in itertools.permutations(range(size)):
        found = sum(
            order[i] < len(references) and best[i].iou(references[order[i]]) >= tiou
            for i in range(len(best))
        )
        most = max(most, found)
    return most


@settings(max_examples=40, deadline=None)
@given(clips, st.integers(1, 4))
def test_average_recall_against_all_assignments(
    dataset: list[tuple[Predictions, list[Interval]]], k: int
) -> None:
    tious = (0.1, 0.5)
    sums = np.sum([recall_counts(*clip, k, tious) for clip in dataset], axis=0)
    total = sum(len(true) for _, true in dataset)
    found = [sum(slow_recall(*clip, k, tiou) for clip in dataset) for tiou in tious]
    assert sums.tolist() == [*found, total]
    more = np.sum([recall_counts(*clip, k + 1, tious) for clip in dataset], axis=0)
    assert (more >= sums).all()
    if total:
        assert average_recall(sums).value == pytest.approx(np.mean(found) / total)
    else:
        assert str(average_recall(sums)) == "n/a (no reference)"


def test_average_recall_of_the_first_guess() -> None:
    # reference |----------|  0..10 ; best guess 3..10: IoU 0.7, found at all seven tIoUs
    references = [Interval(0, 10), Interval(20, 30)]
    predictions = [(Interval(3, 10), 0.9), (Interval(20, 30), 0.2)]
    assert average_recall(recall_counts(predictions, references, 1)).value == pytest.approx(0.5)
    assert average_recall(recall_counts(predictions, references, 2)).value == 1.0
    assert average_recall_statistic(np.array([[1.0, 1.0, 4.0]]))[0] == 0.25


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="tIoU"):
        rank_predictions([], [], [0.0])
    with pytest.raises(ValueError, match="NaN"):
        rank_predictions([(Interval(0, 1), float("nan"))], [])
    with pytest.raises(ValueError, match="`k`"):
        recall_counts([], [], 0)
