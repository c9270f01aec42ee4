"""An engine by its name."""

from benchmarks.engine.base import Engine
from benchmarks.engine.local import LocalEngine
from wdmd_tools.errors import ConfigError, UnknownNameError

ENGINES = ("local", "ray")


def choose_engine(
    name: str,
    workers: int = 1,
    address: str | None = None,
    gpus_per_job: float = 0.0,
    cpus_per_job: int = 1,
) -> Engine:
    """The engine that a user asked for.

    Args:
        name: One of `ENGINES`.
        workers: Jobs at a time on this machine.
        address: Of a Ray cluster.
        cpus_per_job: Processors that a Ray cluster keeps for each job, and the job's threads.
        gpus_per_job: GPUs that a Ray cluster keeps for each job; a part of one is possible.

    Raises:
        ConfigError: No such engine, or an option that does not go with it.
        MissingDependencyError: Ray is not installed.
    """
    if name == "ray":
        # Loading Ray takes a second; nobody else needs it.
        from benchmarks.engine.ray import RayEngine

        return RayEngine(address, workers, gpus_per_job, cpus_per_job)
    if name != "local":
        raise UnknownNameError("engine", name, ENGINES)
    for option, given in (
        ("--address", address is not None),
        ("--gpus-per-job", gpus_per_job > 0),
        ("--cpus-per-job", cpus_per_job > 1),
    ):
        if given:
            raise ConfigError(f"{option}: only with --engine ray")
    return LocalEngine(workers)
