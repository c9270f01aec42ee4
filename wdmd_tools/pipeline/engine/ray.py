"""Many machines: every recording is a task on a Ray cluster (the extra ``ray``).

All machines must see the annotations, films and the dataset folder under the same paths, for instance over
NFS: the tables and crops of a recording are written by the machine that builds it. This is checked first.

A machine that is lost takes its recordings with it, and Ray starts them anew on the others. A recording
whose worker dies `RETRIES` more times is a row of the rejects table, as on one machine.
"""

import importlib
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wdmd_tools.atomic import write_bytes
from wdmd_tools.errors import ConfigError, MissingDependencyError, WdmdError
from wdmd_tools.pipeline.engine.base import Finished, OnProgress
from wdmd_tools.pipeline.engine.worker import portable
from wdmd_tools.pipeline.journal import FOLDER
from wdmd_tools.pipeline.work import Lost, Shared, Task, attempt, give_up

RETRIES = 3
"""How often Ray starts a recording anew whose worker or machine died."""

CHECK_TIMEOUT_S = 120.0


class RayEngine:
    """Builds on a Ray cluster.

    Args:
        address: Of the cluster, for example ``"auto"`` or ``"10.0.0.1:6379"``; RAY_ADDRESS when `None`,
            and a cluster of this machine alone where that is not set.
        jobs: Processes of a cluster of this machine alone.

    Raises:
        MissingDependencyError: Ray is not installed.
    """

    def __init__(self, address: str | None = None, jobs: int | None = None) -> None:
        self._ray = _load()
        self._address = address or os.environ.get("RAY_ADDRESS")
        self._jobs = jobs

    def run(
        self,
        tasks: Sequence[Task],
        shared: Shared,
        on_progress: OnProgress,  # noqa: ARG002 - there is no pipe from the tasks
    ) -> Iterator[Finished]:
        """See `wdmd_tools.pipeline.engine.base.Engine.run`; progress is by whole recordings.

        Raises:
            ConfigError: There is no cluster at the address, or its machines do not share the folders.
        """
        ray, here = self._ray, str(Path.cwd())
        started = self._connect()
        try:
            self._check_shared_folders(tasks, shared.out, here)
            model = shared.out / FOLDER / "face_landmarker.task"
            write_bytes(model, shared.model_file.read_bytes())
            common = ray.put(replace(shared, model_file=model))
            remote = ray.remote(num_cpus=1, max_retries=RETRIES)(_attempt)
            waiting = {remote.remote(task, common, here): task for task in tasks}
            while waiting:
                ready, _ = ray.wait(list(waiting), num_returns=1)
                task = waiting.pop(ready[0])
                lost = self._outcome(ready[0])
                problem = None if lost is None else give_up(task, shared, lost)
                yield Finished(task.name, problem=problem)
        finally:
            if started:
                ray.shutdown()

    def _connect(self) -> bool:
        """Join or start a cluster; whether it is ours to leave again."""
        if self._ray.is_initialized():
            return False
        # Must be set before Ray starts, and reaches its workers on this machine.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        ours: dict[str, Any] = {"num_cpus": self._jobs, "include_dashboard": False}
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

    def _outcome(self, reference: Any) -> Lost | None:
        """What became of a task; raises what every other task would meet too."""
        errors = self._ray.exceptions
        try:
            said: Lost | Exception | None = self._ray.get(reference)
        except errors.OutOfMemoryError as error:
            return Lost("memory", _line(error))
        except (
            errors.WorkerCrashedError,
            errors.NodeDiedError,
            errors.LocalRayletDiedError,
            errors.ObjectLostError,
        ) as error:
            return Lost("killed", _line(error))
        except errors.RayError as error:
            raise WdmdError(
                f"the Ray cluster failed ({_line(error)}); run the same command again: finished "
                "recordings are kept"
            ) from error
        if isinstance(said, Exception):
            raise said
        return said

    def _check_shared_folders(self, tasks: Sequence[Task], out: Path, here: str) -> None:
        """Every machine must read what this one writes; one that does not would build into nowhere."""
        ray = self._ray
        token, text = out / FOLDER / "token", secrets.token_hex(16)
        token.write_text(text, encoding="ascii")
        film = tasks[0].recording.video
        try:
            pinned = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
            look = ray.remote(num_cpus=0, max_retries=0)(_look)
            asked = {
                node["NodeManagerAddress"]: look.options(
                    scheduling_strategy=pinned(node["NodeID"], soft=False)
                ).remote(here, str(token), str(film))
                for node in ray.nodes()
                if node["Alive"]
            }
            for address, reference in asked.items():
                read, has_film = ray.get(reference, timeout=CHECK_TIMEOUT_S)
                if read != text or not has_film:
                    what = (
                        f"--out: {out.absolute()}"
                        if read != text
                        else f"--videos: {film.absolute()}"
                    )
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
            "--engine ray: Ray is not installed; pip install 'wdmd-meldae[ray]', or build on this "
            "machine with --jobs"
        ) from None
    return ray


def _attempt(task: Task, shared: Shared, here: str) -> Lost | Exception | None:
    """Runs on the cluster. Errors come back as values: raised, Ray would wrap them in its own."""
    os.chdir(here)  # paths may be relative, and stand in messages as the user gave them
    try:
        return attempt(task, shared, lambda _done, _total: None)
    except (WdmdError, OSError) as error:
        return portable(error)


def _look(here: str, token: str, film: str) -> tuple[str, bool]:
    """Runs on every machine of the cluster."""
    try:
        os.chdir(here)
        return Path(token).read_text(encoding="ascii"), Path(film).is_file()
    except OSError:
        return "", False


def _line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "no message")
