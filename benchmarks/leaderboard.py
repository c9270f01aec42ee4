"""Results to tables: one per dataset and protocol, one row per model.

A cell is a number with its interval, or a dash where the metric is undefined, or blank where a job of the
row is missing or failed; a row is never averaged over the jobs that happened to succeed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from benchmarks.built_in import default_registry
from benchmarks.datasets import KNOWN, known_name
from benchmarks.ranks import AverageRank, average_ranks
from benchmarks.results import NOT_RUN, DatasetRecord, JobResult, read_records, read_results
from benchmarks.scoring import Score
from benchmarks.scoring_emotions import emotion_facts
from benchmarks.summary import Estimate, summarise
from wdmd_tools.metrics.error_types import ErrorCounts

RANKED = "f1_dr"
"""The metric of average ranks."""

COLUMNS: Mapping[str, str] = {
    "acc_me": "Acc_ME",
    "acc_state": "Acc_State",
    "f1_dr": "F1_DR",
    "f1_speaking": "F1_speaking",
    "f1_listening": "F1_listening",
    "f1": "F1",
    "balanced_acc_me": "bal. acc. ME",
    "auroc_me": "AUROC ME",
}
"""Metric to title; the first three are those of the paper's table 2."""


@dataclass(frozen=True)
class Row:
    """One model.

    Args:
        model: Registered name.
        display: As shown.
        note: For the legend.
        group: One of `benchmarks.registry.GROUPS`.
        estimates: By metric; empty when the row is incomplete.
        train_seconds: Mean over jobs, or `None`.
        parameters: Trained numbers, or `None`.
        peak_memory_mb: Largest of the jobs, or `None`.
        jobs: Finished jobs.
        status: ``ok``, or why cells are blank.
        options: Given to the model.
        facts: What the first job's model says about itself.
        errors: Predictions and references by kind, all jobs together; `None` without any.
        machine: Of the first job: ``hardware`` and ``code`` of its result.
        submitted: Someone's predictions were scored; the model was not run here.
        oracle: F1_DR with the threshold chosen on the test data, mean over seeds: an upper bound and no
            result, shown on request only; `None` where a job lacks it and with several folds, each of
            which has a threshold of its own.
        emotions: Of each seed, all folds together: support, confusions, scores by class, and STRS as the
            challenges' public evaluator counts it; see `benchmarks.scoring_emotions.emotion_facts`.
    """

    model: str
    display: str
    note: str
    group: str
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    train_seconds: float | None = None
    parameters: int | None = None
    peak_memory_mb: float | None = None
    jobs: int = 0
    status: str = "ok"
    options: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    errors: ErrorCounts | None = None
    machine: Mapping[str, Any] = field(default_factory=dict)
    submitted: bool = False
    oracle: float | None = None
    emotions: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Table:
    """One dataset under one protocol.

    Args:
        dataset: Its name.
        display: As shown.
        protocol: Its name.
        synthetic: Whether the data are synthetic.
        rows: Built-in models as registered, then those of users.
        seeds: Seeds per model.
        n_recordings: Test recordings, the clusters of the intervals.
        n_clips: Test clips.
        n_clips_with_me: Test clips with an ME.
        n_references: Test MEs.
        version: Name and version of the protocol, such as ``holdout@1``; empty where results do not say.
    """

    dataset: str
    display: str
    protocol: str
    synthetic: bool
    rows: tuple[Row, ...]
    seeds: int = 1
    n_recordings: int = 0
    n_clips: int = 0
    n_clips_with_me: int = 0
    n_references: int = 0
    version: str = ""


@dataclass(frozen=True)
class Missing:
    """A dataset that could not be used.

    Args:
        dataset: Its name.
        display: As shown.
        reason: What is missing and how to add it.
    """

    dataset: str
    display: str
    reason: str


@dataclass(frozen=True)
class Leaderboard:
    """All tables of a folder of results.

    Args:
        tables: Of datasets with results.
        missing: Datasets without files.
        ranks: Protocol to model to its average rank by `RANKED` over the datasets with that protocol;
            only models with a value on each of them, and only where there are two datasets.
    """

    tables: tuple[Table, ...]
    missing: tuple[Missing, ...]
    ranks: Mapping[str, Mapping[str, AverageRank]] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """The rows of all tables."""
        return [row for table in self.tables for row in table.rows]


def read_leaderboard(results: Path, draws: int = 10_000) -> Leaderboard:
    """Make the tables from a folder of results.

    Args:
        results: Folder that `bench run` wrote.
        draws: Bootstrap resamples of each interval.

    Raises:
        DataError: A file is damaged.
    """
    return make_leaderboard(read_results(results), read_records(results), draws)


def make_leaderboard(
    results: Sequence[JobResult], records: Sequence[DatasetRecord], draws: int = 10_000
) -> Leaderboard:
    """Make the tables.

    Args:
        results: Of any datasets and models.
        records: Of all datasets, there or not.
        draws: Bootstrap resamples.
    """
    tables, missing = [], []
    found: dict[str, dict[str, dict[str, list[Score]]]] = {}
    for record in records:
        if record.missing:
            missing.append(Missing(record.name, record.display, record.missing))
            continue
        mine = [
            result
            for result in results
            if result.job.dataset == record.name
            and result.data_hash == record.data_hash
            and not result.smoke
        ]
        for protocol in sorted({result.job.protocol for result in mine}):
            chosen = [result for result in mine if result.job.protocol == protocol]
            scores = {
                name: _scores_by_seed([one for one in chosen if one.job.model == name])
                for name in sorted({one.job.model for one in chosen}, key=_order)
            }
            tables.append(_table(record, protocol, chosen, scores, draws))
            complete = {row.model for row in tables[-1].rows if row.status == "ok"}
            if any(_has_value(row, RANKED) for row in tables[-1].rows):
                found.setdefault(protocol, {})[record.name] = {
                    name: some for name, some in scores.items() if name in complete
                }
    named = {known_name(record.name) for record in records}
    missing += [
        Missing(name, display, how) for name, (display, how) in KNOWN.items() if name not in named
    ]
    order = list(KNOWN)
    missing.sort(key=lambda one: order.index(one.dataset) if one.dataset in order else -1)
    ranks = {
        protocol: average_ranks(datasets, RANKED, draws=min(draws, 1000))
        for protocol, datasets in found.items()
    }
    ranked = {protocol: some for protocol, some in ranks.items() if some}
    return Leaderboard(tuple(tables), tuple(missing), ranked)


def _has_value(row: Row, metric: str) -> bool:
    one = row.estimates.get(metric)
    return one is not None and one.value is not None


def _order(model: str) -> tuple[int, str]:
    """Built-in models as registered, then those of users by name."""
    names = [entry.name for entry in default_registry()]
    return (names.index(model) if model in names else len(names)), model


def _table(
    record: DatasetRecord,
    protocol: str,
    results: Sequence[JobResult],
    scores: Mapping[str, Sequence[Score]],
    draws: int,
) -> Table:
    # A submitted row is one set of predictions, however many seeds the others have.
    ran = [one for one in results if not is_submitted(one)]
    expected = sorted({(one.job.fold, one.job.seed) for one in ran or results})
    rows, whole = [], None
    for name, by_seed in scores.items():
        jobs = [result for result in results if result.job.model == name]
        wanted = expected[:1] if all(map(is_submitted, jobs)) else expected
        row = _row(name, jobs, wanted, by_seed, draws)
        if row.status == "ok" and whole is None:
            whole = by_seed[0]
        rows.append(row)
    table = Table(
        record.name,
        record.display,
        protocol,
        record.synthetic,
        tuple(rows),
        seeds=len({seed for _, seed in expected}),
        version=", ".join(sorted({_version(one) for one in results} - {""})),
    )
    if whole is None:
        return table
    return replace(
        table,
        n_recordings=len(whole.events),
        n_clips=len(whole.clips),
        n_clips_with_me=sum(clip.has_me for clip in whole.clips),
        n_references=whole.n_references,
    )


def _version(result: JobResult) -> str:
    name, version = (result.protocol.get(key) for key in ("name", "version"))
    return "" if name is None else f"{name}@{version}"


def is_submitted(result: JobResult) -> bool:
    """Whether someone's predictions were scored, and no model was run."""
    return bool(result.facts.get("submitted"))


def _scores_by_seed(jobs: Sequence[JobResult]) -> list[Score]:
    """One score per seed, its folds together."""
    seeds: dict[int, list[Score]] = {}
    for job in jobs:
        score = job.counts()
        if score is not None:
            seeds.setdefault(job.job.seed, []).append(score)
    return [reduce(add, seeds[seed]) for seed in sorted(seeds)]


def _row(
    name: str,
    jobs: Sequence[JobResult],
    expected: Sequence[tuple[int, int]],
    scores: Sequence[Score],
    draws: int,
) -> Row:
    finished = [job for job in jobs if job.status == "ok"]
    failed = next((job for job in jobs if job.error is not None), None)
    status = "ok"
    if failed is not None and failed.error is not None:
        kind = failed.error.kind
        status = "not run" if kind == NOT_RUN else f"failed: {kind}"
        status += f": {failed.error.message}"
    elif len(finished) < len(expected):
        status = f"incomplete: {len(finished)} of {len(expected)} jobs"
    seconds = [
        job.facts.get("training_seconds") or job.seconds["fit"]
        for job in finished
        if "fit" in job.seconds
    ]
    memory = [job.peak_memory_mb for job in finished if job.peak_memory_mb is not None]
    return Row(
        model=name,
        display=jobs[0].display,
        note=jobs[0].note,
        group=jobs[0].group,
        estimates=summarise(scores, draws=draws) if status == "ok" else {},
        train_seconds=sum(seconds) / len(seconds) if seconds else None,
        parameters=finished[0].facts.get("parameters") if finished else None,
        peak_memory_mb=max(memory) if memory else None,
        jobs=len(finished),
        status=status,
        options=jobs[0].options,
        facts=finished[0].facts if finished else {},
        errors=_errors(scores),
        machine={**finished[0].hardware, **finished[0].code} if finished else {},
        submitted=all(map(is_submitted, jobs)),
        oracle=_oracle(finished) if status == "ok" else None,
        emotions=_emotions(scores) if status == "ok" else (),
    )


def _emotions(scores: Sequence[Score]) -> tuple[Mapping[str, Any], ...]:
    found = (emotion_facts(score.emotions) for score in scores)
    return tuple(one for one in found if one is not None)


def _oracle(jobs: Sequence[JobResult]) -> float | None:
    values = [job.extras.get("oracle_f1_dr") for job in jobs]
    known = [float(value) for value in values if isinstance(value, int | float)]
    if not known or len(known) < len(values) or len({job.job.fold for job in jobs}) > 1:
        return None
    return sum(known) / len(known)


def _errors(scores: Sequence[Score]) -> ErrorCounts | None:
    every = [one.errors for score in scores for one in score.details.values()]
    return reduce(add, every) if every else None
