"""What an engine is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from benchmarks.engine.limits import Limits
from benchmarks.job import JobSpec
from benchmarks.results import JobResult

Report = Callable[[str, str, int, int], None]
"""Called with a job's id, what it is doing, how much is done, and how much there is."""


class Engine(Protocol):
    """Runs jobs."""

    def run(
        self,
        jobs: Sequence[JobSpec],
        limits: Limits,
        environment: Mapping[str, str],
        report: Report,
    ) -> Iterator[JobResult]:
        """Run all jobs.

        Args:
            jobs: Each once.
            limits: Of each job.
            environment: Further environment variables of the jobs.
            report: See `Report`.

        Yields:
            Every job's result once, when it is written; failed ones among them.
        """
        ...
