"""Two models of a folder of results, compared on every dataset that both were run on."""

from functools import partial, reduce
from operator import add
from pathlib import Path

from benchmarks.compare import Difference, compare_scores
from benchmarks.report.cells import amount
from benchmarks.results import JobResult, read_results
from benchmarks.scoring import Score
from wdmd_tools.errors import ConfigError, DataError, UnknownNameError


def compare_models(
    results: Path,
    first: str,
    second: str,
    metric: str = "f1_dr",
    *,
    draws: int = 10_000,
    seed: int = 0,
) -> dict[tuple[str, str], Difference]:
    """Compare two models.

    Args:
        results: Folder that `bench run` wrote.
        first: Name of a model.
        second: Name of the other.
        metric: A key of `benchmarks.summary.METRICS`.
        draws: Resamples.
        seed: Of the resampling.

    Returns:
        Dataset and protocol to the difference, second above first.

    Raises:
        UnknownNameError: A model has no finished job there, or the metric is unknown.
        DataError: No dataset has finished jobs of both, of the same data.
    """
    if first == second:
        raise ConfigError(f"{first}: compared with itself; name two models")
    if not results.is_dir():
        raise ConfigError(f"{results}: no such folder; make results with `bench run`")
    done = [one for one in read_results(results) if one.status == "ok" and not one.smoke]
    names = sorted({one.job.model for one in done})
    for name in (first, second):
        if name not in names:
            raise UnknownNameError(f"model (with finished jobs in {results})", name, names)
    compared = {}
    for place in sorted({(one.job.dataset, one.job.protocol) for one in done}):
        sides = [
            [one for one in done if one.job.model == name and _place(one) == place]
            for name in (first, second)
        ]
        if all(sides) and len({one.data_hash for side in sides for one in side}) == 1:
            one, other = (_by_seed(side) for side in sides)
            if len({frozenset(score.events) for score in (*one, *other)}) > 1:
                raise DataError(
                    f"{results}: {first} and {second} were not tested on the same recordings of "
                    f"{place[0]} ({place[1]}): some fold is missing; run the rest with `bench run`"
                )
            compared[place] = compare_scores(one, other, metric, draws=draws, seed=seed)
    if not compared:
        raise DataError(
            f"{results}: {first} and {second} were not run on the same data; run both with `bench run`"
        )
    return compared


def _place(one: JobResult) -> tuple[str, str]:
    return one.job.dataset, one.job.protocol


def _by_seed(jobs: list[JobResult]) -> list[Score]:
    """One score per seed, folds added up."""
    by_seed: dict[int, list[Score]] = {}
    for job in jobs:
        score = job.counts()
        if score is not None:
            by_seed.setdefault(job.job.seed, []).append(score)
    return [reduce(add, scores) for _, scores in sorted(by_seed.items())]


def sentence(first: str, second: str, one: Difference) -> str:
    """The answer in words."""
    if one.value is None:
        return f"n/a ({one.reason})"
    show = partial(amount, one.metric)
    text = f"{one.metric} {second} {show(one.second)} against {first} {show(one.first)}"
    text += f", difference {show(one.value, signed=True)}"
    if one.low is None or one.high is None or one.p_value is None:
        return f"{text} ({one.reason})"
    text += f" (95 % interval {show(one.low, signed=True)} to {show(one.high, signed=True)}"
    text += f", p {_p(one.p_value)}, {one.recordings} recordings)"
    return f"{text}: {'shown' if one.is_shown else 'not shown'}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
