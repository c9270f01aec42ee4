"""What ``--only-cache`` shows: finished results, and a blank row for every job that there is none of."""

from benchmarks.job import JobSpec
from benchmarks.results import NOT_RUN, JobError, JobResult, read_result
from benchmarks.runs.plan import Plan
from wdmd_tools.errors import DataError


def assemble(planned: Plan) -> list[JobResult]:
    """All results of a plan that runs nothing.

    Args:
        planned: Made with `Mode.ONLY_CACHE`.

    Returns:
        Finished results, failures as they were, and a failure of the kind ``NotRun`` for all other jobs,
        so that no table takes a row for whole that lacks one. Nothing is written.
    """
    return [*planned.done, *(_absent(spec) for spec in planned.missing)]


def _absent(spec: JobSpec) -> JobResult:
    try:
        old = read_result(spec.out / "result.json")
    except DataError:
        old = None
    if old is not None and old.job_hash == spec.job_hash:
        return old
    why = "no finished result" if old is None else "its result is of other code, options or data"
    return spec.result(status="failed", error=JobError(kind=NOT_RUN, message=why))
