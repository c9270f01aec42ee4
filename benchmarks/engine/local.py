"""Jobs on this machine, some at a time."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from benchmarks.engine.base import Report
from benchmarks.engine.limits import Limits
from benchmarks.engine.process import Processes
from benchmarks.job import JobSpec
from benchmarks.results import JobResult


class LocalEngine:
    """Runs jobs in processes of this machine.

    Args:
        workers: Jobs at a time.
    """

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers

    def run(
        self,
        jobs: Sequence[JobSpec],
        limits: Limits,
        environment: Mapping[str, str],
        report: Report,
    ) -> Iterator[JobResult]:
        """See `benchmarks.engine.base.Engine.run`."""
        running = Processes()
        pool = ThreadPoolExecutor(max_workers=self._workers)
        variables = job_environment((os.cpu_count() or 1) // self._workers, environment)
        try:
            pending: set[Future[JobResult]] = {
                pool.submit(running.run, spec, limits, variables, report) for spec in jobs
            }
            while pending:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
        except BaseException:
            running.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()


def job_environment(threads: int, further: Mapping[str, str]) -> dict[str, str]:
    """Environment variables of a job's process.

    Args:
        threads: Its share of this machine's cores.
        further: Beside those of this process.
    """
    return {
        "OMP_NUM_THREADS": str(max(1, threads)),
        "OMP_WAIT_POLICY": "PASSIVE",
        **os.environ,
        **further,
        "PYTHONUNBUFFERED": "1",
    }
