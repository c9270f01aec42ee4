"""Worker processes on this machine, each with one recording at a time.

A worker may be killed, by the system for its memory or by a film that crashes a decoder. Then

    its recording        is tried once more, at the end, with no other worker beside it;
    fails again          becomes a row of the rejects table;
    the other workers    go on, and a new one takes the dead one's place.

`concurrent.futures` would give up the whole pool, and would not say whose recording it was.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing import connection
from time import monotonic

from wdmd_tools.pipeline.engine.base import Finished, OnProgress
from wdmd_tools.pipeline.engine.worker import Failed, Step, Worker
from wdmd_tools.pipeline.work import Lost, Shared, Task, give_up

STALL_S = 1800.0
"""A worker that says nothing for so long is killed: a decoder may hang. Reading and hashing the largest
films over a network takes minutes."""


class LocalEngine:
    """Builds in worker processes.

    Args:
        jobs: How many, at least 1.
        stall_s: A worker is killed when it has said nothing for so many seconds.
    """

    def __init__(self, jobs: int, stall_s: float = STALL_S) -> None:
        self._jobs = jobs
        self._stall_s = stall_s

    def run(
        self, tasks: Sequence[Task], shared: Shared, on_progress: OnProgress
    ) -> Iterator[Finished]:
        """See `wdmd_tools.pipeline.engine.base.Engine.run`."""
        workers: list[Worker] = []
        first: deque[Task] = deque(tasks)
        again: deque[tuple[Task, Lost]] = deque()
        try:
            while first or any(worker.task for worker in workers):
                _hand_out(first, workers, min(self._jobs, len(tasks)), shared)
                for worker, said in self._listen(workers, on_progress):
                    task = worker.take_back()
                    if isinstance(said, Lost) and _is_worth_another_try(said):
                        again.append((task, said))
                    else:
                        yield _finish(task, shared, said)
            _stop(workers)
            for task, why in again:
                yield from self._alone(task, why, shared, on_progress)
        finally:
            for worker in workers:
                worker.kill()

    def _alone(
        self, task: Task, why: Lost, shared: Shared, on_progress: OnProgress
    ) -> Iterator[Finished]:
        worker = Worker(shared)
        try:
            worker.give(task)
            while worker.task is not None:
                for _, said in self._listen([worker], on_progress):
                    yield _finish(worker.take_back(), shared, said, why.detail)
        finally:
            worker.kill()

    def _listen(
        self, workers: list[Worker], on_progress: OnProgress
    ) -> list[tuple[Worker, Lost | None]]:
        """Wait for a message; returns the workers that are through with their task, dead or alive."""
        through: list[tuple[Worker, Lost | None]] = []
        by_handle = {worker.handle: worker for worker in workers}
        # The pipe of a dead process reads as ended, so sentinels are not needed.
        for handle in connection.wait(list(by_handle), timeout=1.0):
            worker = by_handle[handle]  # type: ignore[index]
            said = worker.hear()
            if isinstance(said, Step):
                if worker.task is not None:
                    on_progress(worker.task.name, said.done, said.total)
            elif isinstance(said, Failed):
                raise said.error
            else:
                if not worker.is_alive:
                    workers.remove(worker)
                if worker.task is not None:
                    through.append((worker, said))
        for worker in [*workers]:
            if worker.task is not None and monotonic() - worker.heard_at > self._stall_s:
                worker.kill()
                workers.remove(worker)
                stood = f"nothing was heard of its worker for {self._stall_s:.0f} s"
                through.append((worker, Lost("time", stood)))
        return through


def _hand_out(first: deque[Task], workers: list[Worker], jobs: int, shared: Shared) -> None:
    while first:
        idle = next((worker for worker in workers if worker.task is None), None)
        if idle is None:
            if len(workers) >= jobs:
                return
            idle = Worker(shared)
            workers.append(idle)
        idle.give(first.popleft())


def _is_worth_another_try(lost: Lost) -> bool:
    return lost.why in ("killed", "memory")


def _finish(task: Task, shared: Shared, lost: Lost | None, retried: str = "") -> Finished:
    problem = None if lost is None else give_up(task, shared, lost)
    return Finished(task.name, retried, problem)


def _stop(workers: list[Worker]) -> None:
    while workers:
        workers.pop().kill()
