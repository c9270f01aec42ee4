"""Hits, misses and false alarms by hand, and the numbers that follow."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from builders import clip_row

from benchmarks.sensitivity.factors import analyse, clusters_of, level_edges
from benchmarks.sensitivity.footage import Film, Footage, Injected
from benchmarks.sensitivity.outcomes import FilmOutcome, film_outcome, film_outcomes
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction


def me(name: str, start: int, end: int, amplitude: float, speaking: bool = True) -> Injected:
    return Injected(
        name,
        Interval(start, end),
        amplitude,
        100.0 * (end - start),
        0.3 if speaking else 0.02,
        speaking,
    )


def film(name: str, *injected: Injected, source: str = "", control: bool = False) -> Film:
    """A minute of 600 frames, of which the first half is speech."""
    speaking = np.arange(600) < 300
    return Film(
        name, source or name, control, 10.0, np.where(speaking, 0.3, 0.02), speaking,
        np.ones(600, bool), injected, 0,
    )  # fmt: skip


def dataset_of(clips: list[dict[str, Any]]) -> Dataset:
    """A dataset of which only the clips table is there."""
    return Dataset(Path("x"), {}, pa.Table.from_pylist(clips), pa.table({}))


def test_hits_misses_and_alarms() -> None:
    # frame      0    10   20   30   40   50   60   70
    # ME               [---A----)         [-B-)
    # detection        [--1--)[2)      [-----3----)   [4-)
    a, b = me("x", 10, 20, 1.0), me("x", 50, 55, 2.0)
    said = [Interval(10, 18), Interval(18, 21), Interval(45, 62), Interval(70, 74)]
    found = film_outcome(film("x", a, b), said)
    assert found.hits == (True, False)  # 8/10 > 0.5; 5/17 is too little
    assert found.near == (1, 1)  # 2 is a second detection of A
    assert found.background == (72,)
    assert found.alarms == 3


def test_half_an_overlap_is_not_enough_and_one_detection_serves_one_me() -> None:
    assert film_outcome(film("x", me("x", 0, 10, 1)), [Interval(0, 5)]).hits == (False,)
    assert film_outcome(film("x", me("x", 0, 10, 1)), [Interval(0, 6)]).hits == (True,)
    two = film("x", me("x", 0, 6, 1), me("x", 6, 12, 1))
    assert film_outcome(two, [Interval(0, 10)]).hits == (True, False)


def test_recall_precision_and_alarms_of_a_model_by_hand() -> None:
    outcomes = [
        # 4 MEs at 1 %, one found; 4 at 2 %, three found; one alarm near a 2 % ME, two in the background
        FilmOutcome(
            film("a", *[me("a", 20 * k, 20 * k + 3, 1.0) for k in range(4)]),
            (True, False, False, False), (0, 0, 0, 0), (10,),
        ),
        FilmOutcome(
            film("b", *[me("b", 20 * k, 20 * k + 3, 2.0, speaking=False) for k in range(4)]),
            (True, True, True, False), (0, 0, 0, 1), (400,),
        ),
        FilmOutcome(film("c", source="a", control=True), (), (), (5, 6, 7)),
    ]  # fmt: skip
    result = analyse(outcomes, 0.0, draws=100, curve_draws=50)
    assert result.overall["recall"].value == pytest.approx(4 / 8)
    assert result.overall["precision"].value == pytest.approx(4 / 7)
    assert result.overall["f1"].value == pytest.approx(8 / 15)
    assert result.overall["alarms_per_minute"].value == pytest.approx(3 / 2)
    assert result.overall["control_alarms_per_minute"].value == pytest.approx(3.0)
    one, two = result.factors[0].levels
    assert (one.injected, one.found, two.injected, two.found) == (4, 1, 4, 3)
    # each level bears half of the two background alarms: 1 / (1 + 0 + 1) and 3 / (3 + 1 + 1)
    assert one.precision.value == pytest.approx(1 / 2)
    assert two.precision.value == pytest.approx(3 / 5)
    assert result.factors[0].curve is None  # 8 MEs are too few
    # speech: half of each film; alarms in it: frame 10 of a. Not in it: the near one and frame 400 of b.
    assert result.speaking["speaking"]["recall"].value == pytest.approx(1 / 4)
    assert result.speaking["speaking"]["alarms_per_minute"].value == pytest.approx(1.0)
    assert result.speaking["not_speaking"]["alarms_per_minute"].value == pytest.approx(2.0)
    quiet, loud = result.factors[2].levels
    assert (quiet.minutes, loud.minutes) == (1.0, 1.0)
    assert quiet.alarms_per_minute is not None
    assert quiet.alarms_per_minute.value == pytest.approx(2.0)


def test_seen_compares_the_highest_scores_with_the_control_film() -> None:
    # frames of the ME     4 5 6 7
    # with the ME          .2 .9 .3 .1     highest .9
    # control              .2 .4 .6 .1     highest .6    -> seen
    clips = [
        clip_row(name, 600, recording_id=name, source_video=f"{name}.mp4", fps=10) for name in "abc"
    ]
    footage = Footage(
        Path("x"), dataset_of(clips),
        (
            film("a", me("a", 4, 8, 1.0), source="s"),
            film("b", me("b", 4, 8, 1.0), me("b", 20, 24, 2.0), source="s"),
            film("c", source="s", control=True),
        ), {}, {},
    )  # fmt: skip
    scores = {name: np.full(600, 0.1, np.float32) for name in "abc"}
    scores["a"][4:8] = [0.2, 0.9, 0.3, 0.1]
    scores["c"][4:8] = [0.2, 0.4, 0.6, 0.1]
    said = {name: ClipPrediction(name, frame_scores=scores[name]) for name in "abc"}
    a, b, c = film_outcomes(footage, said)
    assert a.seen == (1.0,)
    assert b.seen == (0.0, 0.5)  # .1 against .6; then .1 against .1
    assert c.seen == ()
    result = analyse([a, b, c], 0.0, draws=100)
    assert result.overall["seen"].value == pytest.approx(1.5 / 3)
    # at 1 % one of two, at 2 % a tie
    assert [level.seen.value for level in result.factors[0].levels] == [0.5, 0.5]
    del said["c"]
    assert film_outcomes(footage, said)[0].seen == (None,)


def test_nothing_said_has_no_precision() -> None:
    outcomes = [
        FilmOutcome(
            film(name, me(name, 0, 9, 1.0), me(name, 30, 39, 1.0)), (False, False), (0, 0), ()
        )
        for name in "ab"
    ]
    result = analyse(outcomes, None, draws=100)
    assert result.overall["precision"].value is None
    assert result.overall["recall"].value == 0.0
    assert result.guess is None
    assert result.overall["control_alarms_per_minute"].value is None


def test_levels_hold_every_value_once() -> None:
    rng = np.random.default_rng(0)
    values = rng.random(103)
    edges = level_edges(values)
    assert len(edges) == 5
    holding = [sum(low <= value <= high for low, high in edges) for value in values]
    assert set(holding) == {1}
    assert level_edges(np.array([1.0, 2.0, 1.0, 4.0, 2.0, 4.0])) == [(1, 1), (2, 2), (4, 4)]


def test_few_sources_are_resampled_film_by_film_many_by_source() -> None:
    few = [FilmOutcome(film(f"f{k}", source=f"s{k % 3}"), (), (), ()) for k in range(9)]
    assert clusters_of(few).tolist() == list(range(9))
    many = [FilmOutcome(film(f"f{k}", source=f"s{k % 8}"), (), (), ()) for k in range(16)]
    assert clusters_of(many).tolist() == [*range(8), *range(8)]
