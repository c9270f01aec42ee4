"""Recall, precision and false alarms per minute by level of a factor, with intervals.

A level's precision is what it would be if every micro-expression (ME) of the films were of that level:

    precision = hits / (hits + near + background * MEs of the level / all MEs)

where *near* are the false alarms that overlap an ME of the level. Background false alarms have no amplitude
and no duration, so each level bears its share; they have a place in the film, so for speech those that lie
in the level are counted, and the level has minutes of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from benchmarks.sensitivity.footage import Injected
from benchmarks.sensitivity.outcomes import FilmOutcome
from benchmarks.sensitivity.psychometric import FittedFactor, fit_with_interval
from benchmarks.sensitivity.values import Value, ratio_of, summed, values_of
from wdmd_tools.metrics.bootstrap import ratio

FloatArray = npt.NDArray[np.float64]

LEVELS = 5
"""Levels of a factor that was drawn from a range: about equally many MEs in each."""
FEW_VALUES = 8
"""A factor with at most this many values, each twice on average, has one level a value."""
SOURCES_ENOUGH = 8
"""From this many source films on they are what is resampled, below it the injected films."""


@dataclass(frozen=True)
class Factor:
    """What recall is looked at as a function of.

    Args:
        name: ``amplitude``, ``duration`` or ``speech``.
        label: For pictures and tables, with its unit.
        logarithmic: Whether it acts by its ratio.
        falls: Whether more of it makes an ME harder to find.
        value: Of an ME.
        by_place: Whether every frame of the film has a value too.
    """

    name: str
    label: str
    logarithmic: bool
    falls: bool
    value: Callable[[Injected], float]
    by_place: bool = False


FACTORS = (
    Factor(
        "amplitude",
        "amplitude, % of the inter-ocular distance",
        True,
        False,
        lambda one: one.amplitude_percent,
    ),
    Factor("duration", "duration, ms", True, False, lambda one: one.duration_ms),
    Factor(
        "speech",
        "lip movement around the ME, inter-ocular distances per second",
        False,
        True,
        lambda one: one.activity,
        by_place=True,
    ),
)


@dataclass(frozen=True)
class Level:
    """What a model did at one level of a factor.

    Args:
        low: Smallest value.
        high: Largest value; the same as `low` where the factor has few values.
        middle: Median value of its MEs.
        injected: MEs of the level.
        found: Those found.
        recall: found / injected.
        precision: See the module.
        seen: Share of forced choices that are right (`outcomes`); 0.5 is chance.
        alarms_per_minute: For a factor that every frame has; else `None`.
        minutes: Of film in the level; likewise.
    """

    low: float
    high: float
    middle: float
    injected: int
    found: int
    recall: Value
    precision: Value
    seen: Value
    alarms_per_minute: Value | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class FactorResult:
    """A model's recall as a function of one factor.

    Args:
        factor: Which.
        levels: From low to high.
        curve: Through the single MEs; `None` where it cannot be fitted.
    """

    factor: Factor
    levels: tuple[Level, ...]
    curve: FittedFactor | None


@dataclass(frozen=True)
class ModelResult:
    """All about one model.

    Args:
        overall: Recall, precision and false alarms per minute over all films with MEs, and per minute in
            the control films, by name.
        guess: Share of MEs that the detections in the control films would hit; `None` without controls.
        factors: One per factor.
        speaking: Recall and false alarms per minute where the subject is guessed to speak, and where not.
    """

    overall: dict[str, Value]
    guess: float | None
    factors: tuple[FactorResult, ...]
    speaking: dict[str, dict[str, Value]] = field(default_factory=dict)


def analyse(
    outcomes: Sequence[FilmOutcome],
    guess: float | None,
    *,
    draws: int = 10_000,
    curve_draws: int = 200,
    seed: int = 0,
) -> ModelResult:
    """Everything about one model.

    Args:
        outcomes: Of every film, controls too.
        guess: See `guess_rate`; 0 is taken for the curves where it is not known.
        draws: Resamples for intervals of ratios.
        curve_draws: Resamples for curves.
        seed: Of the resampling.
    """
    injected = [one for one in outcomes if not one.film.control]
    controls = [one for one in outcomes if one.film.control]
    names = clusters_of(injected)
    results = tuple(
        _factor(factor, injected, names, guess or 0.0, draws, curve_draws, seed)
        for factor in FACTORS
    )
    overall = _overall(injected, names, draws, seed)
    quiet = np.array([[one.alarms, _minutes(one)] for one in controls], dtype=float)
    overall["control_alarms_per_minute"] = ratio_of(quiet, 0, 1, draws, seed)
    return ModelResult(overall, guess, results, _by_state(injected, names, draws, seed))


def clusters_of(outcomes: Sequence[FilmOutcome]) -> npt.NDArray[np.int64]:
    """Which films are resampled together, (F,).

    Films made of one source share a face and a light, so sources are the better choice; with fewer than
    `SOURCES_ENOUGH` of them their intervals would mean nothing, and each film counts by itself: the
    intervals then hold for these sources only.

    Args:
        outcomes: Of F films.
    """
    sources = [one.film.source for one in outcomes]
    names = list(dict.fromkeys(sources))
    if len(names) >= SOURCES_ENOUGH:
        return np.array([names.index(source) for source in sources], dtype=np.int64)
    return np.arange(len(outcomes), dtype=np.int64)


def level_edges(values: FloatArray) -> list[tuple[float, float]]:
    """The levels of a factor, as closed ranges that hold every value once.

    Args:
        values: Of all MEs, finite.

    Returns:
        One a value where there are few values, else about equally full ones.
    """
    distinct = np.unique(values)
    # Values drawn from a range hardly ever come twice.
    if len(distinct) <= FEW_VALUES and len(values) >= 2 * len(distinct):
        return [(float(one), float(one)) for one in distinct]
    parts = [part for part in np.array_split(np.sort(values), LEVELS) if len(part)]
    edges: list[tuple[float, float]] = []
    for part in parts:
        low, high = float(part[0]), float(part[-1])
        if edges and low <= edges[-1][1]:
            low = float(np.nextafter(edges[-1][1], np.inf))
        if low <= high:
            edges.append((low, high))
    return edges


def _factor(
    factor: Factor,
    outcomes: Sequence[FilmOutcome],
    clusters: npt.NDArray[np.int64],
    guess: float,
    draws: int,
    curve_draws: int,
    seed: int,
) -> FactorResult:
    x = np.array([factor.value(event) for one in outcomes for event in one.film.injected])
    hit = np.array([found for one in outcomes for found in one.hits], dtype=bool)
    counts = [len(one.hits) for one in outcomes]
    cluster = np.repeat(clusters, counts)
    known = np.isfinite(x)
    if not known.any():
        return FactorResult(factor, (), None)
    edges = level_edges(x[known])
    levels = tuple(
        _level(factor, outcomes, clusters, edges, number, draws, seed)
        for number in range(len(edges))
    )
    curve = fit_with_interval(
        x[known],
        hit[known],
        cluster[known],
        guess,
        logarithmic=factor.logarithmic,
        falls=factor.falls,
        draws=curve_draws,
        seed=seed,
    )
    return FactorResult(factor, levels, curve)


def _level(
    factor: Factor,
    outcomes: Sequence[FilmOutcome],
    clusters: npt.NDArray[np.int64],
    edges: Sequence[tuple[float, float]],
    number: int,
    draws: int,
    seed: int,
) -> Level:
    low, high = edges[number]
    # By place a level reaches up to the next one and has no end outwards: each frame is in one level.
    first = -np.inf if number == 0 else edges[number - 1][1]
    last = np.inf if number == len(edges) - 1 else high
    rows, values = [], []
    for one in outcomes:
        mine = np.array(
            [bool(low <= factor.value(event) <= high) for event in one.film.injected], dtype=bool
        )
        values += [factor.value(e) for e, m in zip(one.film.injected, mine, strict=True) if m]
        frames = one.film.activity
        place = (frames > first) & (frames <= last) & one.film.covered
        rows.append(
            [
                float(np.sum(np.array(one.hits, dtype=bool) & mine)),
                float(mine.sum()),
                float(np.sum(np.array(one.near, dtype=float)[mine])),
                float(len(mine)),
                float(len(one.background)),
                float(sum(bool(place[at]) for at in one.background)),
                float(place.sum()) / one.film.fps / 60,
                *_choices(one, mine),
            ]
        )
    table = summed(np.array(rows), clusters)

    def precision(sums: FloatArray) -> FloatArray:
        background = sums[:, 5] if factor.by_place else sums[:, 4] * ratio(sums[:, 1], sums[:, 3])
        return ratio(sums[:, 0], sums[:, 0] + sums[:, 2] + background)

    def alarms(sums: FloatArray) -> FloatArray:
        return ratio(sums[:, 2] + sums[:, 5], sums[:, 6])

    found = values_of(
        table,
        {
            "recall": lambda s: ratio(s[:, 0], s[:, 1]),
            "precision": precision,
            "alarms": alarms,
            "seen": lambda s: ratio(s[:, 7], s[:, 8]),
        },
        draws,
        seed,
    )
    total = table.sum(axis=0)
    return Level(
        low,
        high,
        float(np.median(values)),
        int(total[1]),
        int(total[0]),
        found["recall"],
        found["precision"],
        found["seen"],
        found["alarms"] if factor.by_place else None,
        round(float(total[6]), 3) if factor.by_place else None,
    )


def _overall(
    outcomes: Sequence[FilmOutcome], clusters: npt.NDArray[np.int64], draws: int, seed: int
) -> dict[str, Value]:
    rows = np.array(
        [
            [sum(one.hits), len(one.hits), one.alarms, _minutes(one), *_choices(one)]
            for one in outcomes
        ],
        dtype=float,
    )
    return values_of(
        summed(rows, clusters),
        {
            "recall": lambda s: ratio(s[:, 0], s[:, 1]),
            "precision": lambda s: ratio(s[:, 0], s[:, 0] + s[:, 2]),
            "f1": lambda s: ratio(2 * s[:, 0], s[:, 0] + s[:, 1] + s[:, 2]),
            "alarms_per_minute": lambda s: ratio(s[:, 2], s[:, 3]),
            "seen": lambda s: ratio(s[:, 4], s[:, 5]),
        },
        draws,
        seed,
    )


def _choices(one: FilmOutcome, wanted: npt.NDArray[np.bool_] | None = None) -> tuple[float, float]:
    """Forced choices that were right, and all that could be made."""
    known = [
        value
        for number, value in enumerate(one.seen)
        if value is not None and (wanted is None or wanted[number])
    ]
    return float(sum(known)), float(len(known))


def _by_state(
    outcomes: Sequence[FilmOutcome], clusters: npt.NDArray[np.int64], draws: int, seed: int
) -> dict[str, dict[str, Value]]:
    found = {}
    for name, wanted in (("speaking", True), ("not_speaking", False)):
        rows = []
        for one in outcomes:
            mine = np.array([e.speaking == wanted for e in one.film.injected], dtype=bool)
            place = (one.film.speaking == wanted) & one.film.covered
            rows.append(
                [
                    float(np.sum(np.array(one.hits, dtype=bool) & mine)),
                    float(mine.sum()),
                    float(np.sum(np.array(one.near, dtype=float)[mine]))
                    + sum(bool(place[at]) for at in one.background),
                    float(place.sum()) / one.film.fps / 60,
                ]
            )
        table = summed(np.array(rows), clusters)
        found[name] = values_of(
            table,
            {
                "recall": lambda s: ratio(s[:, 0], s[:, 1]),
                "alarms_per_minute": lambda s: ratio(s[:, 2], s[:, 3]),
            },
            draws,
            seed,
        )
        found[name]["injected"] = Value(float(table.sum(axis=0)[1]))
    return found


def _minutes(one: FilmOutcome) -> float:
    return float(one.film.covered.sum()) / one.film.fps / 60
