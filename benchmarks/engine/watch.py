"""A limit of time and memory on a running process, kept from outside.

An address space limit of the system (``RLIMIT_AS``) would count mapped files and what torch reserves and
never touches, so resident memory is looked at instead, some times a second: a job may be over its limit for
a moment before it is ended.
"""

import threading
import time

from benchmarks.engine.limits import Limits, say_duration, say_size
from benchmarks.engine.tree import kill_tree, memory_of
from benchmarks.results import JobError

_LOOK_EVERY_S = 0.2


class Watch:
    """Ends a process, with all that it started, when it takes more than it may.

    Args:
        pid: Of the process, which has just started.
        limits: Of its time and memory.
    """

    def __init__(self, pid: int, limits: Limits) -> None:
        self._pid, self._limits = pid, limits
        self._begin = time.monotonic()
        self._over = threading.Event()
        self.seconds = 0.0
        self.exceeded: JobError | None = None
        self._thread: threading.Thread | None = None
        if limits.time_s is not None or limits.memory_bytes is not None:
            self._thread = threading.Thread(target=self._look, daemon=True, name="job watch")
            self._thread.start()

    def end(self) -> None:
        """The process has ended."""
        self.seconds = time.monotonic() - self._begin
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_EVERY_S):
            self.exceeded = self._judge()
            if self.exceeded is not None:
                kill_tree(self._pid)
                return

    def _judge(self) -> JobError | None:
        limits, spent = self._limits, time.monotonic() - self._begin
        if limits.time_s is not None and spent > limits.time_s:
            what = f"over the time limit of {say_duration(limits.time_s)}"
            return JobError(kind="TimeLimit", message=f"{what} (--time-limit); the job was ended")
        if limits.memory_bytes is not None:
            held = memory_of(self._pid)
            if held > limits.memory_bytes:
                what = f"over the memory limit of {say_size(limits.memory_bytes)}"
                message = f"{what} (--memory-limit): it held {say_size(held)}; the job was ended"
                return JobError(kind="MemoryLimit", message=message)
        return None
