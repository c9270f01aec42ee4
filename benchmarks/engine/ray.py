"""Many machines: every job is a task on a Ray cluster (the extra ``ray``).

All machines must see the data and the folder of results under the same paths, for instance over NFS: a job
reads and writes there as it would on one machine. This is checked first.

A task starts the same process as the local engine does, so limits, logs and results are the same. The job
of a worker or machine that is lost is started once more; lost again, it is a row that says so.
"""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.engine.base import Report
from benchmarks.engine.limits import Limits
from benchmarks.engine.local import job_environment
from benchmarks.engine.process import Processes
from benchmarks.job import JobSpec
from benchmarks.results import JobError, JobResult, write_result
from wdmd_tools.cluster import RayCluster, WorkerLostError
from wdmd_tools.errors import ConfigError, WdmdError

RETRIES = 1
"""How often the job of a lost worker is started anew."""


class RayEngine:
    """Runs jobs on a Ray cluster.

    Args:
        address: See `wdmd_tools.cluster.RayCluster`.
        workers: Jobs at a time on a cluster of this machine alone.
        gpus_per_job: GPUs kept for each job; a part of one lets jobs share it.
        cpus_per_job: Processors kept for each job, and its threads.

    Raises:
        MissingDependencyError: Ray is not installed.
    """

    def __init__(
        self,
        address: str | None = None,
        workers: int = 1,
        gpus_per_job: float = 0.0,
        cpus_per_job: int = 1,
    ) -> None:
        self._cluster = RayCluster(
            address, workers * cpus_per_job, "run on this machine with --jobs"
        )
        self._gpus, self._cpus = gpus_per_job, cpus_per_job

    def run(
        self,
        jobs: Sequence[JobSpec],
        limits: Limits,
        environment: Mapping[str, str],
        report: Report,
    ) -> Iterator[JobResult]:
        """See `benchmarks.engine.base.Engine.run`; progress is by whole jobs.

        Raises:
            ConfigError: There is no cluster at the address, its machines do not share the folders, or none
                has as many GPUs.
        """
        if not jobs:
            return
        cluster, ray, here = self._cluster, self._cluster.ray, str(Path.cwd())
        with cluster.joined():
            self._check_resources()
            cache = jobs[0].cache
            token = cache / f"token-{secrets.token_hex(4)}"
            data = jobs[0].data / "dataset.json"
            cluster.check_shared("--out", cache.parent, token, "--data", data)
            variables = {**_carried(), **environment}
            needs = {"num_cpus": self._cpus, "num_gpus": self._gpus}
            remote = ray.remote(max_retries=RETRIES, **needs)(_run)
            waiting = {
                remote.remote(spec, limits, variables, here, self._cpus): spec for spec in jobs
            }
            for spec in jobs:
                report(str(spec.key), "waiting for the cluster", 0, 1)
            while waiting:
                ready, _ = ray.wait(list(waiting), num_returns=1)
                spec = waiting.pop(ready[0])
                result = self._outcome(ready[0], spec)
                report(str(spec.key), result.status, 1, 1)
                yield result

    def _outcome(self, reference: object, spec: JobSpec) -> JobResult:
        try:
            result: JobResult = self._cluster.result(reference, "finished jobs are kept")
        except WorkerLostError as error:
            if error.kind == "memory":
                return _lost(spec, f"its machine ran out of memory ({error})")
            tries = f"{RETRIES + 1} times"
            return _lost(spec, f"its worker on the Ray cluster was lost {tries} ({error})")
        return result

    def _check_resources(self) -> None:
        """Else Ray would wait for a machine that never comes."""
        machines = [node["Resources"] for node in self._cluster.ray.nodes() if node["Alive"]]
        for option, wanted, name in (
            ("--gpus-per-job", self._gpus, "GPU"),
            ("--cpus-per-job", self._cpus, "CPU"),
        ):
            most = max((machine.get(name, 0.0) for machine in machines), default=0.0)
            if wanted > most:
                raise ConfigError(
                    f"{option} {wanted:g}: no machine of the cluster has more than {most:g} {name}s"
                )


def _carried() -> dict[str, str]:
    """Variables of this process that jobs need there: where models of the user's own are, and threads."""
    names = ("PYTHONPATH", "OMP_NUM_THREADS")
    return {name: os.environ[name] for name in names if name in os.environ}


def _run(
    spec: JobSpec, limits: Limits, variables: Mapping[str, str], here: str, threads: int
) -> JobResult | WdmdError:
    """Runs on the cluster. Errors come back as values: raised, Ray would wrap them in its own."""
    os.chdir(here)  # paths may be relative, and stand in messages as the user gave them
    try:
        environment = job_environment(threads, variables)
        return Processes().run(spec, limits, environment, lambda *_step: None)
    except (WdmdError, OSError) as error:
        return WdmdError(str(error))


def _lost(spec: JobSpec, message: str) -> JobResult:
    result = spec.result(status="failed", error=JobError(kind="Lost", message=message))
    write_result(spec.out, result)
    return result
