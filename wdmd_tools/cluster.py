"""A Ray cluster as both engines use it (``wdmd build`` and ``bench run``, the extra ``ray``).

    cluster = RayCluster(address, cpus=2, instead="run on this machine with --jobs")
    with cluster.joined():
        cluster.check_shared("--out", out, token, "--data", file)
        ...
        said = cluster.result(reference, "finished jobs are kept")

All machines must see the same folders under the same paths, for instance over NFS; `check_shared` makes
sure.
"""

import contextlib
import importlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from wdmd_tools.atomic import write_text
from wdmd_tools.errors import ConfigError, MissingDependencyError, WdmdError

CHECK_TIMEOUT_S = 120.0


class WorkerLostError(Exception):
    """A task whose worker or machine died more often than it may.

    Args:
        kind: Whether its machine ran out of memory, or it went away otherwise.
        line: What Ray says, one line.
    """

    def __init__(self, kind: Literal["memory", "killed"], line: str) -> None:
        super().__init__(line)
        self.kind = kind


class RayCluster:
    """A cluster to be joined, or one of this machine alone to be started.

    Args:
        address: For example ``"auto"`` or ``"10.0.0.1:6379"``; RAY_ADDRESS when `None`, and a cluster of
            this machine alone where that is not set.
        cpus: Processors of a cluster of this machine alone; all of them when `None`.
        instead: What to do without Ray, for the message.

    Raises:
        MissingDependencyError: Ray is not installed.
    """

    def __init__(self, address: str | None, cpus: int | None, instead: str) -> None:
        self.ray = _load(instead)
        self._address = address or os.environ.get("RAY_ADDRESS")
        self._cpus = cpus

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        """While the block runs the cluster can be used; one that was joined before stays so.

        Raises:
            ConfigError: There is no cluster at the address.
        """
        started = self._connect()
        try:
            yield
        finally:
            if started:
                self.ray.shutdown()

    def _connect(self) -> bool:
        """Join or start a cluster; whether it is ours to leave again."""
        if self.ray.is_initialized():
            return False
        # Must be set before Ray starts, and reaches its workers on this machine.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        ours: dict[str, Any] = {"num_cpus": self._cpus, "include_dashboard": False}
        try:
            self.ray.init(
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

    def result(self, reference: Any, kept: str) -> Any:
        """What a task returned; an error that it returned as a value is raised.

        Args:
            reference: Of a task that is ready.
            kept: What a second run need not do again, for the message.

        Raises:
            WorkerLostError: Its worker was lost.
            WdmdError: The cluster failed, or the task says so.
        """
        errors = self.ray.exceptions
        try:
            said = self.ray.get(reference)
        except errors.OutOfMemoryError as error:
            raise WorkerLostError("memory", _line(error)) from None
        except (
            errors.WorkerCrashedError,
            errors.NodeDiedError,
            errors.LocalRayletDiedError,
            errors.ObjectLostError,
        ) as error:
            raise WorkerLostError("killed", _line(error)) from None
        except errors.RayError as error:
            raise WdmdError(
                f"the Ray cluster failed ({_line(error)}); run the same command again: {kept}"
            ) from error
        if isinstance(said, Exception):
            raise said
        return said

    def check_shared(
        self, out_option: str, out: Path, token: Path, data_option: str, data: Path
    ) -> None:
        """Refuse machines that do not see the same folders; they would work into nowhere.

        Args:
            out_option: Option of the folder that is written, for the message.
            out: That folder.
            token: A file to be written in it, and removed again.
            data_option: Option of what is read, for the message.
            data: A file that must be there.

        Raises:
            ConfigError: A machine does not see one of them, or cannot run this program.
        """
        ray, here, text = self.ray, str(Path.cwd()), secrets.token_hex(16)
        write_text(token, text)
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
                if read == text and has_data:
                    continue
                what = (
                    f"{out_option}: {out.absolute()}"
                    if read != text
                    else f"{data_option}: {data.absolute()}"
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


def _load(instead: str) -> Any:
    try:
        ray = importlib.import_module("ray")
        importlib.import_module("ray.util.scheduling_strategies")
    except ModuleNotFoundError:
        raise MissingDependencyError(
            f"--engine ray: Ray is not installed; pip install 'wdmd-meldae[ray]', or {instead}"
        ) from None
    return ray


def _look(here: str, token: str, data: str) -> tuple[str, bool]:
    """Runs on every machine of the cluster."""
    try:
        os.chdir(here)
        return Path(token).read_text(encoding="utf-8"), Path(data).is_file()
    except OSError:
        return "", False


def _line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "no message")
