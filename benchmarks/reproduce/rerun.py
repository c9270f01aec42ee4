"""The jobs of a manifest once more, and the verdict on each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.engine.base import Engine, Report
from benchmarks.engine.limits import NO_LIMITS, Limits
from benchmarks.job import JobSpec
from benchmarks.reproduce.check import Checked, Ready
from benchmarks.reproduce.same import (
    Difference,
    Verdict,
    compare_metrics,
    compare_predictions,
    compare_recognitions,
)
from benchmarks.results import JobKey, JobResult, read_result
from benchmarks.runs.manifest import hashes_of
from wdmd_tools.atomic import write_json
from wdmd_tools.errors import DataError, ManifestError
from wdmd_tools.predictions import read_predictions, read_recognitions

REPORT = "reproduction.json"

TOLERANCE = 1e-3
"""Largest difference of a score or a metric that is no other result: a thousandth."""


@dataclass(frozen=True)
class Outcome:
    """Of one job.

    Args:
        job: Which cell of the grid.
        verdict: How it came out.
        difference: Between then and now; `None` where there is nothing to compare.
        note: What to know about the comparison, or why there is none.
    """

    job: JobKey
    verdict: Verdict
    difference: Difference | None = None
    note: str = ""


def rerun(
    checked: Checked,
    engine: Engine,
    limits: Limits = NO_LIMITS,
    report: Report | None = None,
    environment: Mapping[str, str] | None = None,
) -> dict[JobKey, JobResult]:
    """Run what is ready and not finished from an earlier call; the results by job.

    Sums depend on how many threads share them, so each job gets as many as it had.

    Args:
        checked: See `benchmarks.reproduce.check.check`.
        engine: Where jobs are run.
        limits: Of each job.
        report: Told about the progress of every job.
        environment: Further environment variables of the jobs.
    """
    results: dict[JobKey, JobResult] = {}
    pending: dict[str | None, list[JobSpec]] = {}
    for one in checked.ready:
        old = finished(one)
        if old is None:
            threads = one.before.hardware.get("threads")
            pending.setdefault(None if threads is None else str(threads), []).append(one.spec)
        else:
            results[old.job] = old
    for number, specs in pending.items():
        variables = {**(environment or {})}
        if number is not None:
            variables["OMP_NUM_THREADS"] = number
        for result in engine.run(specs, limits, variables, report or _no_report):
            results[result.job] = result
    return results


def finished(one: Ready) -> JobResult | None:
    """The result of an earlier call, where it is of the same code, data and options."""
    try:
        old = read_result(one.spec.out / "result.json")
    except DataError:
        return None
    return old if old and old.job_hash == one.spec.job_hash and old.status == "ok" else None


def judge(
    checked: Checked,
    results: dict[JobKey, JobResult],
    root: Path,
    tolerance: float = TOLERANCE,
) -> list[Outcome]:
    """Compare every job with what the manifest says of it, in its order.

    Args:
        checked: See `benchmarks.reproduce.check.check`.
        results: Of the new runs.
        root: Folder of the manifest, with the first predictions where they were kept.
        tolerance: Of scores and metrics.
    """
    outcomes = [_judge(one, results.get(one.before.job), root, tolerance) for one in checked.ready]
    outcomes += [Outcome(job.job, Verdict.NOT_RUN, note=why) for job, why in checked.absent]
    outcomes += [Outcome(job.job, Verdict.SUBMITTED) for job in checked.submitted]
    return outcomes


def _judge(one: Ready, now: JobResult | None, root: Path, tolerance: float) -> Outcome:
    job, before = one.before.job, one.before
    if now is None:
        return Outcome(job, Verdict.NOT_RUN, note="it was not run")
    if now.status == "failed" or before.status == "failed":
        if now.status == before.status:
            return Outcome(job, Verdict.SAME_FAILURE, note=before.error)
        why = f"it failed then ({before.error}), not now"
        if now.error is not None:
            why = now.error.message
        return Outcome(job, Verdict.FAILED, note=why)
    metric = compare_metrics(before.metrics, now.metrics)
    difference, note = _predictions(one, root)
    if difference is None:
        # Without the first predictions there is no proof of identity.
        close = metric <= tolerance
        verdict = Verdict.CLOSE if close else Verdict.DIFFERENT
        return Outcome(job, verdict, Difference(metric=metric), note)
    difference = Difference(
        difference.clips,
        difference.segments,
        difference.boundary_frames,
        difference.score,
        metric,
    )
    return Outcome(job, difference.verdict(tolerance), difference, note)


def _predictions(one: Ready, root: Path) -> tuple[Difference | None, str]:
    """What differs between the predictions of then and now, and what to know about it."""
    old, new = one.before.job.folder(root), one.spec.out
    recorded = {name: value for name, value in one.before.files.items() if _is_prediction(name)}
    if recorded and recorded.items() <= hashes_of(new).items():
        return Difference(), ""
    kept = {name: value for name, value in hashes_of(old).items() if _is_prediction(name)}
    if not kept:
        return None, "metrics only: the first predictions are not beside the manifest"
    if kept != recorded:
        return None, "metrics only: the first predictions were changed"
    try:
        spotted = compare_predictions(read_predictions(old), read_predictions(new))
        recognised = compare_recognitions(read_recognitions(old), read_recognitions(new))
        return spotted | recognised, ""
    except ManifestError as error:
        return None, f"metrics only: {error}"


def _is_prediction(name: str) -> bool:
    return name.endswith(".parquet")


def write_report(out: Path, checked: Checked, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Write ``reproduction.json`` into the folder of the new results; its content.

    Args:
        out: Folder of the new results.
        checked: What was not as it was.
        outcomes: Of all jobs.
    """
    document = {
        "differences": [{"what": note.what, "text": note.text} for note in checked.notes],
        "verdicts": dict(Counter(one.verdict.value for one in outcomes)),
        "jobs": [
            {
                **one.job.model_dump(),
                "verdict": one.verdict.value,
                "difference": None if one.difference is None else _json(one.difference),
                "note": one.note,
            }
            for one in outcomes
        ],
    }
    write_json(out / REPORT, document)
    return document


def _json(one: Difference) -> dict[str, float | int | None]:
    """Infinite becomes null: one has what the other lacks."""
    values = {
        "clips": one.clips,
        "segments": one.segments,
        "boundary_frames": one.boundary_frames,
        "score": one.score,
        "metric": one.metric,
    }
    return {name: None if value == float("inf") else value for name, value in values.items()}


def _no_report(_job: str, _what: str, _done: int, _total: int) -> None:
    """Nobody is told."""
