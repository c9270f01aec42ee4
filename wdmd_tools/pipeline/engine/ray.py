"""Many machines: every recording is a task on a Ray cluster (the extra ``ray``).

All machines must see the annotations, films and the dataset folder under the same paths, for instance over
NFS: the tables and crops of a recording are written by the machine that builds it. This is checked first.

A machine that is lost takes its recordings with it, and Ray starts them anew on the others. A recording
whose worker dies `RETRIES` more times is a row of the rejects table, as on one machine.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from wdmd_tools.atomic import write_bytes
from wdmd_tools.cluster import RayCluster, WorkerLostError
from wdmd_tools.errors import WdmdError
from wdmd_tools.pipeline.engine.base import Finished, OnProgress
from wdmd_tools.pipeline.engine.worker import portable
from wdmd_tools.pipeline.journal import FOLDER
from wdmd_tools.pipeline.work import Lost, Shared, Task, attempt, give_up

RETRIES = 3
"""How often Ray starts a recording anew whose worker or machine died."""


class RayEngine:
    """Builds on a Ray cluster.

    Args:
        address: See `wdmd_tools.cluster.RayCluster`.
        jobs: Processes of a cluster of this machine alone.

    Raises:
        MissingDependencyError: Ray is not installed.
    """

    def __init__(self, address: str | None = None, jobs: int | None = None) -> None:
        self._cluster = RayCluster(address, jobs, "build on this machine with --jobs")

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
        cluster, ray, here = self._cluster, self._cluster.ray, str(Path.cwd())
        with cluster.joined():
            film = tasks[0].recording.video
            cluster.check_shared(
                "--out", shared.out, shared.out / FOLDER / "token", "--videos", film
            )
            model = shared.out / FOLDER / "face_landmarker.task"
            write_bytes(model, shared.model_file.read_bytes())
            common = ray.put(replace(shared, model_file=model))
            remote = ray.remote(num_cpus=1, max_retries=RETRIES)(_attempt)
            waiting = {remote.remote(task, common, here): task for task in tasks}
            while waiting:
                ready, _ = ray.wait(list(waiting), num_returns=1)
                task = waiting.pop(ready[0])
                lost: Lost | None
                try:
                    lost = cluster.result(ready[0], "finished recordings are kept")
                except WorkerLostError as error:
                    lost = Lost(error.kind, str(error))
                problem = None if lost is None else give_up(task, shared, lost)
                yield Finished(task.name, problem=problem)


def _attempt(task: Task, shared: Shared, here: str) -> Lost | Exception | None:
    """Runs on the cluster. Errors come back as values: raised, Ray would wrap them in its own."""
    os.chdir(here)  # paths may be relative, and stand in messages as the user gave them
    try:
        return attempt(task, shared, lambda _done, _total: None)
    except (WdmdError, OSError) as error:
        return portable(error)
