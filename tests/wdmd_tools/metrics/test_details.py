"""Details of a spotter: the same numbers as the metrics one by one, stored, summed and resampled."""

import json
from functools import reduce
from operator import add

import numpy as np
import pytest

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.catalogue import metric
from wdmd_tools.metrics.details import (
    DETAILS,
    SpottingDetails,
    detail_statistics,
    detail_values,
    spotting_details,
)
from wdmd_tools.metrics.detection import mean_average_precision, rank_predictions

Clip = tuple[list[tuple[Interval, float]], list[Interval]]


def clips(count: int = 12, seed: int = 0) -> list[Clip]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        true = [Interval(40 * i, 40 * i + 15) for i in range(int(rng.integers(1, 4)))]
        said = [(one.shift(int(rng.integers(-12, 12))), float(rng.random())) for one in true * 2]
        found.append((said, true))
    return found


def test_by_hand() -> None:
    # reference   0..10 |----------|              40..50 |----------|
    # prediction  2..9    |-------| 0.9           40..45 |-----| 0.6      exactly half
    found = detail_values(
        [
            spotting_details(
                [(Interval(2, 9), 0.9), (Interval(40, 45), 0.6)],
                [Interval(0, 10), Interval(40, 50)],
                20.0,
            )
        ]
    )
    assert found["f1_megc"] == 1.0
    # Right at tIoU 0.1 to 0.7, and at 0.1 to 0.5: AP 1 five times, then 1/2 twice.
    assert found["map"] == pytest.approx(6 / 7)
    assert found["ar_at_1"] == pytest.approx(1 / 2)
    assert found["ar_at_5"] == pytest.approx(6 / 7)
    assert (found["onset_bias_frames"], found["onset_mae_ms"]) == (2.0, 40.0)
    assert (found["offset_bias_frames"], found["offset_mae_ms"]) == (-1.0, 20.0)
    assert (found["share_short"], found["share_near"], found["share_missed"]) == (0.5, 0.5, 0.0)


def test_names_are_in_the_catalogue() -> None:
    assert [metric(name).name for name in DETAILS] == list(DETAILS)


def test_sums_of_recordings_equal_all_clips_at_once() -> None:
    every = [spotting_details(*clip, 20.0) for clip in clips()]
    joined = [reduce(add, every[:5]), reduce(add, every[5:])]
    assert detail_values(joined) == pytest.approx(detail_values(every))
    expected = mean_average_precision([rank_predictions(*clip) for clip in clips()])
    assert detail_values(every)["map"] == pytest.approx(expected.value)


def test_stored_and_read() -> None:
    one = reduce(add, [spotting_details(*clip, 1000 / 30) for clip in clips(3)])
    assert SpottingDetails.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_weights_equal_repeated_recordings() -> None:
    every = [spotting_details(*clip, 20.0) for clip in clips(6)]
    weights = np.array([[2, 0, 1, 1, 1, 1]], dtype=float)
    expected = detail_values([every[0], every[0], *every[2:]])
    for name, statistic in detail_statistics(every).items():
        assert statistic(weights)[0] == pytest.approx(expected[name]), name


def test_nothing_is_undefined() -> None:
    assert set(detail_values([]).values()) == {None}
    empty = spotting_details([], [], 20.0)
    assert set(detail_values([empty]).values()) == {None}
    missed = detail_values([spotting_details([], [Interval(0, 5)], 20.0)])
    assert (missed["f1_megc"], missed["map"], missed["ar_at_5"]) == (0.0, 0.0, 0.0)
    assert (missed["onset_mae_ms"], missed["share_short"]) == (None, None)
    assert missed["share_missed"] == 1.0
