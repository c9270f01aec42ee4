"""An engine by its name."""

from wdmd_tools.errors import ConfigError, UnknownNameError
from wdmd_tools.pipeline.engine.base import Engine
from wdmd_tools.pipeline.engine.inline import InlineEngine
from wdmd_tools.pipeline.engine.local import LocalEngine

ENGINES = ("local", "ray")


def choose_engine(name: str, jobs: int, address: str | None = None) -> Engine:
    """The engine that a user asked for.

    Args:
        name: One of `ENGINES`.
        jobs: Processes; with ``local`` and 1 the work is done in this process.
        address: Of a Ray cluster.

    Raises:
        ConfigError: No such engine, or an option that does not go with it.
        MissingDependencyError: Ray is not installed.
    """
    if jobs < 1:
        raise ConfigError(f"--jobs: expected at least 1, got {jobs}")
    if name == "ray":
        # Loading Ray takes a second; nobody else needs it.
        from wdmd_tools.pipeline.engine.ray import RayEngine

        return RayEngine(address, jobs)
    if name != "local":
        raise UnknownNameError("engine", name, ENGINES)
    if address is not None:
        raise ConfigError("--address: only with --engine ray")
    return LocalEngine(jobs) if jobs > 1 else InlineEngine()
