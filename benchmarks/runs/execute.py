"""Doing what a plan says."""

from collections.abc import Sequence

from benchmarks.engine.base import Engine, Report
from benchmarks.engine.local import LocalEngine
from benchmarks.results import JobResult, write_record
from benchmarks.runs.plan import Plan
from benchmarks.runs.settings import RunSettings


def run(
    planned: Plan,
    settings: RunSettings,
    report: Report | None = None,
    engine: Engine | None = None,
) -> list[JobResult]:
    """Run what is to be done.

    Args:
        planned: See `benchmarks.runs.plan.plan`.
        settings: Where, and how many at a time.
        report: Told about the progress of every job.
        engine: Where jobs are run; on this machine when `None`.

    Returns:
        All results of the plan, those that were there first; failed ones among them.
    """
    for record in planned.records:
        write_record(settings.out, record)
    engine = engine or LocalEngine(settings.workers)
    results = list(planned.done)
    results += engine.run(planned.jobs, settings.limits, settings.environment, report or _no_report)
    return results


def failures(results: Sequence[JobResult]) -> list[JobResult]:
    """The failed ones."""
    return [result for result in results if result.status == "failed"]


def _no_report(_job: str, _what: str, _done: int, _total: int) -> None:
    """Nobody is told."""
