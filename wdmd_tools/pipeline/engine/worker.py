"""One worker process: this side of it, and what runs in it."""

import contextlib
import os
import pickle
import signal
import threading
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from time import monotonic

from wdmd_tools.errors import MissingDependencyError, WdmdError
from wdmd_tools.faces.landmarks import FaceLandmarker
from wdmd_tools.pipeline.work import Lost, Shared, Task, attempt
from wdmd_tools.video.ffmpeg import ffmpeg_binary
from wdmd_tools.video.limits import enter_worker, film_time


@dataclass(frozen=True)
class Step:
    """Seconds of film done, and to do, of the task at hand."""

    done: float
    total: float


@dataclass(frozen=True)
class Failed:
    """An error that every other task would meet too."""

    error: Exception


Message = Step | Failed | Lost | None
"""`None`: the task is stored."""


class Worker:
    """A process that builds one recording after the other.

    Args:
        shared: Of the build.
    """

    def __init__(self, shared: Shared) -> None:
        context = get_context("spawn")
        # With an arena per thread glibc keeps more memory for every new landmarker's threads.
        os.environ.setdefault("MALLOC_ARENA_MAX", "2")
        # OpenMP threads that spin between parallel regions slow down shared cores.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        self.handle, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, shared), daemon=True)
        self._process.start()
        theirs.close()
        self.task: Task | None = None
        self.heard_at = monotonic()

    @property
    def is_alive(self) -> bool:
        """Whether it can take another task."""
        return not self.handle.closed

    def give(self, task: Task) -> None:
        """Start a task."""
        self.task = task
        self.heard_at = monotonic()
        # A worker that died while idle: `hear` will find the pipe ended.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.handle.send(task)

    def take_back(self) -> Task:
        """The task at hand, which the worker is through with."""
        task, self.task = self.task, None
        if task is None:
            raise RuntimeError("The worker has no task.")
        return task

    def hear(self) -> Message:
        """The next message; blocks. `Lost` when the process is dead, which closes the handle."""
        self.heard_at = monotonic()
        try:
            message: Message = self.handle.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            self.kill()
            return _death(self._process.exitcode)
        if isinstance(message, Lost) and message.why == "memory":
            # Its memory is in pieces: a new one starts better.
            self.kill()
        return message

    def kill(self) -> None:
        """End the process now; what it was writing is left half, under a temporary name."""
        if self.handle.closed:
            return
        self._process.join(timeout=0.2 if self._ended() else 0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self.handle.close()

    def _ended(self) -> bool:
        return bool(connection.wait([self._process.sentinel], timeout=0.2))


def _death(exit_code: int | None) -> Lost:
    if exit_code is None or exit_code >= 0:
        return Lost("killed", f"exit code {exit_code}")
    name = signal.Signals(-exit_code).name
    if name == "SIGXCPU":
        return Lost("time", "it took more processor time than `limits` allow for its length")
    return Lost("killed", name)


def _serve(pipe: Connection, shared: Shared) -> None:
    """Runs in the worker process."""
    # Control-C reaches the whole group; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_the_parent()

    def tell(done: float, total: float) -> None:
        with contextlib.suppress(OSError):
            pipe.send(Step(done, total))

    broken = _warm_up(shared)
    limits = shared.config.limits
    enter_worker(limits)
    while True:
        try:
            task: Task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            said: Message = broken or attempt(
                task, shared, tell, lambda film_s: film_time(limits, film_s)
            )
        except MissingDependencyError as error:
            # Everything started a moment ago: what does not start now lacks memory or processes.
            said = Lost("memory", str(error).partition(";")[0])
        except (WdmdError, OSError) as error:
            said = Failed(portable(error))
        with contextlib.suppress(OSError):
            pipe.send(said)


def _warm_up(shared: Shared) -> Failed | None:
    """Load what is large, so that a limit of memory counts films; tell what is not on this machine."""
    try:
        ffmpeg_binary()
        with FaceLandmarker(shared.model_file):
            pass
    except WdmdError as error:
        return Failed(portable(error))
    return None


def portable(error: Exception) -> Exception:
    """An error that survives being sent: some take more than a message.

    Args:
        error: As caught.
    """
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except (TypeError, AttributeError, pickle.PicklingError):
        return WdmdError(str(error))
    return error


def _die_with_the_parent() -> None:
    """Else a worker would go on writing while the next build holds the folder."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="parent watch").start()
