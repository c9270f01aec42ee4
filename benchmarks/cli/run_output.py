"""What `bench run` shows while it works, and says of a plan, of a smoke run and of failures."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.results import JobResult
    from benchmarks.runs.estimate import JobEstimate, RunEstimate
    from benchmarks.runs.plan import Plan


class Display:
    """Progress of a run: one bar for the jobs, and one for each job at work.

    Args:
        bar: Of `wdmd_tools.cli.console.progress_bar`.
        total: Jobs.
    """

    def __init__(self, bar: Any, total: int) -> None:
        self._bar = bar
        self._all = bar.add_task("jobs", total=total)
        self._tasks: dict[str, Any] = {}

    def __call__(self, job: str, what: str, done: int, total: int) -> None:
        """See `benchmarks.engine.base.Report`."""
        name = job.partition(" (")[0]
        if job not in self._tasks:
            self._tasks[job] = self._bar.add_task(name, total=total)
        if what in {"ok", "failed"}:
            self._bar.remove_task(self._tasks.pop(job))
            self._bar.advance(self._all)
            return
        text = f"{name}: {what}"
        self._bar.update(self._tasks[job], description=text, completed=done, total=total)


def failure_line(failed: "Sequence[JobResult]", out: Path) -> str:
    """One line about failed jobs.

    Args:
        failed: At least one.
        out: Folder of results.
    """
    first = failed[0]
    reason = first.error.message if first.error is not None else "no reason"
    log = first.job.folder(out) / "log.txt"
    return f"{len(failed)} jobs failed, the first is {first.job}: {reason}; see {log}"


def show_estimate(planned: "Plan", costs: "RunEstimate", workers: int, *, as_json: bool) -> None:
    """Print what a run would do and cost.

    Args:
        planned: The run.
        costs: Of its jobs, in their order.
        workers: Jobs at a time.
        as_json: Print one JSON document instead.
    """
    from benchmarks.engine.limits import say_duration, say_size
    from benchmarks.runs.estimate import estimate_json
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json
    from wdmd_tools.cli.tables import print_table

    if as_json:
        jobs = [
            {**spec.key.model_dump(), "estimate": _job_json(one)}
            for spec, one in zip(planned.jobs, costs.jobs, strict=True)
        ]
        print_json({"jobs": jobs, "estimate": estimate_json(costs)})
        return
    rows = [
        (
            str(one.key),
            "" if one.seconds is None else say_duration(one.seconds),
            "" if one.memory_bytes is None else say_size(one.memory_bytes),
            "" if one.disk_bytes is None else say_size(one.disk_bytes),
            one.basis,
        )
        for one in costs.jobs
    ]
    print_table("jobs to run", ("job", "time", "memory", "disk", "from finished"), rows)
    if not planned.jobs:
        return
    parts = []
    if costs.seconds is not None:
        at_a_time = f"{workers} job{'s' if workers > 1 else ''} at a time"
        parts.append(f"about {say_duration(costs.seconds)} with {at_a_time}")
    if costs.memory_bytes is not None:
        parts.append(f"{say_size(costs.memory_bytes)} of memory")
    if costs.disk_bytes is not None:
        parts.append(f"{say_size(costs.disk_bytes)} of disk")
    if costs.unknown:
        parts.append(
            f"not counted: {costs.unknown} of {len(costs.jobs)} jobs, of which nothing is known"
        )
    stdout.print("in all: " + ", ".join(parts), markup=False, highlight=False)


def _job_json(one: "JobEstimate") -> dict[str, Any]:
    return {
        "seconds": one.seconds,
        "memory_bytes": one.memory_bytes,
        "disk_bytes": one.disk_bytes,
        "sources": one.sources,
        "same_data": one.same_data,
    }


def show_smoke(results: "Sequence[JobResult]", *, as_json: bool) -> None:
    """Print which models ran; never a score.

    Args:
        results: Of a smoke run.
        as_json: Print one JSON document instead.
    """
    from benchmarks.engine.limits import say_duration
    from wdmd_tools.cli.console import print_json
    from wdmd_tools.cli.tables import print_table

    if as_json:
        rows = [
            {
                "model": one.job.model,
                "dataset": one.job.dataset,
                "status": one.status,
                "seconds": one.seconds.get("total"),
                "error": one.error.message if one.error is not None else None,
            }
            for one in results
        ]
        print_json({"smoke": rows})
        return
    print_table(
        "smoke run: whether models run, on a few clips; no scores",
        ("model", "dataset", "status", "time", "why"),
        [
            (
                one.job.model,
                one.job.dataset,
                one.status,
                say_duration(one.seconds.get("total", 0.0)),
                one.error.message if one.error is not None else "",
            )
            for one in results
        ],
    )
