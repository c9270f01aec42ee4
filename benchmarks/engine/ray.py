"""Many machines: every job is a task on a Ray cluster (the extra ``ray``).

All machines must see the data and the folder of results under the same paths, for instance over NFS: a job
reads and writes there as it would on one machine. This is checked first.

A task starts the same process as the local engine does, so limits, logs and results are the same. The job
of a worker or machine that is lost is started once more; lost again, it is a row that says so.
"""

import importlib
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.engine.base import Report
from benchmarks.engine.limits import Limits
from benchmarks.engine.local import job_environment
from benchmarks.engine.process import Processes
from benchmarks.job import JobSpec
from benchmarks.results import JobError, JobResult, write_result
from wdmd_tools.atomic import write_text
from wdmd_tools.errors import ConfigError, MissingDependencyError, WdmdError

RETRIES = 1
"""How often the job of a lost worker is started anew."""

CHECK_TIMEOUT_S = 120.0


class RayEngine:
    """Runs jobs on a Ray cluster.

    Args:
        address: Of the cluster, for example ``"auto"`` or ``"10.0.0.1:6379"``; RAY_ADDRESS when `None`,
            and a cluster of this machine alone where that is not set.
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
        self._ray = _load()
        self._address = address or os.environ.get("RAY_ADDRESS")
        self._workers = workers
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
        ray, here = self._ray, str(Path.cwd())
        started = self._connect()
        try:
            self._check_resources()
            self._check_shared_folders(jobs, here)
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
        finally:
            if started:
                ray.shutdown()

    def _connect(self) -> bool:
        """Join or start a cluster; whether it is ours to leave again."""
        if self._ray.is_initialized():
            return False
        # Must be set before Ray starts, and reaches its workers on this machine.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        ours: dict[str, Any] = {
            "num_cpus": self._workers * self._cpus,
            "include_dashboard": False,
        }
        try:
            self._ray.init(
                address=self._address,
                log_to_driver=False,
                logging_level="ERROR",
                **({} if self._address else ours),
            )
        except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
            raise ConfigError(
                f"--address {self._address or 'local'}: no Ray cluster answers ({_line(error)}); start "
                "one with `ray start --head`, or leave --address out to use this machine"
            ) from None
        return True

    def _outcome(self, reference: Any, spec: JobSpec) -> JobResult:
        errors = self._ray.exceptions
        try:
            said: JobResult | WdmdError = self._ray.get(reference)
        except errors.OutOfMemoryError as error:
            return _lost(spec, f"its machine ran out of memory ({_line(error)})")
        except (
            errors.WorkerCrashedError,
            errors.NodeDiedError,
            errors.LocalRayletDiedError,
            errors.ObjectLostError,
        ) as error:
            tries = f"{RETRIES + 1} times"
            return _lost(spec, f"its worker on the Ray cluster was lost {tries} ({_line(error)})")
        except errors.RayError as error:
            raise WdmdError(
                f"the Ray cluster failed ({_line(error)}); run the same command again: finished jobs "
                "are kept"
            ) from error
        if isinstance(said, WdmdError):
            raise said
        return said

    def _check_resources(self) -> None:
        """Else Ray would wait for a machine that never comes."""
        machines = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        for option, wanted, name in (
            ("--gpus-per-job", self._gpus, "GPU"),
            ("--cpus-per-job", self._cpus, "CPU"),
        ):
            most = max((machine.get(name, 0.0) for machine in machines), default=0.0)
            if wanted > most:
                raise ConfigError(
                    f"{option} {wanted:g}: no machine of the cluster has more than {most:g} {name}s"
                )

    def _check_shared_folders(self, jobs: Sequence[JobSpec], here: str) -> None:
        """Every machine must read what this one writes; one that does not would run into nowhere."""
        ray = self._ray
        folder = jobs[0].cache
        token, text = folder / f"token-{secrets.token_hex(4)}", secrets.token_hex(16)
        write_text(token, text)
        data = jobs[0].data / "dataset.json"
        try:
            pinned = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
            look = ray.remote(num_cpus=0, max_retries=0)(_look)
            asked = {
                node["NodeManagerAddress"]: look.options(
                    scheduling_strategy=pinned(node["NodeID"], soft=False)
                ).remote(here, str(token), str(data))
                for node in ray.nodes()
                if node["Alive"]
            }
            for address, reference in asked.items():
                read, has_data = ray.get(reference, timeout=CHECK_TIMEOUT_S)
                if read != text or not has_data:
                    what = f"--out: {folder.parent.absolute()}"
                    if read == text:
                        what = f"--data: {jobs[0].data.absolute()}"
                    raise ConfigError(
                        f"{what} is not the same on the machine {address}; all machines of a Ray cluster "
                        "must see it under this path, for instance over NFS"
                    )
        except ray.exceptions.RayError as error:
            raise ConfigError(
                f"--engine ray: a machine of the cluster cannot run this program ({_line(error)}); install "
                "the same version of wdmd-meldae[ray] on all of them"
            ) from None
        finally:
            token.unlink(missing_ok=True)


def _load() -> Any:
    try:
        ray = importlib.import_module("ray")
        importlib.import_module("ray.util.scheduling_strategies")
    except ModuleNotFoundError:
        raise MissingDependencyError(
            "--engine ray: Ray is not installed; pip install 'wdmd-meldae[ray]', or run on this "
            "machine with --jobs"
        ) from None
    return ray


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


def _look(here: str, token: str, data: str) -> tuple[str, bool]:
    """Runs on every machine of the cluster."""
    try:
        os.chdir(here)
        return Path(token).read_text(encoding="ascii"), Path(data).is_file()
    except OSError:
        return "", False


def _line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "no message")
