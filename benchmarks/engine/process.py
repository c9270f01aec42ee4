"""One job in a process of its own, watched from outside."""

import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.engine.base import Report
from benchmarks.engine.limits import Limits, say_duration, say_size
from benchmarks.engine.tree import kill_tree, memory_of
from benchmarks.job import JobSpec, parse_progress
from benchmarks.results import JobError, JobResult, read_result, write_result
from wdmd_tools.atomic import write_json
from wdmd_tools.errors import WdmdError

_LOOK_EVERY_S = 0.2


class Processes:
    """Processes of jobs, so that an interruption can end them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alive: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def stop(self) -> None:
        """End all processes, and start no other."""
        with self._lock:
            self._stopped = True
            alive = list(self._alive)
        for process in alive:
            kill_tree(process.pid)

    def run(
        self, spec: JobSpec, limits: Limits, environment: Mapping[str, str], report: Report
    ) -> JobResult:
        """Run one job and read its result; a process that dies without one gets a failed result.

        Args:
            spec: The job.
            limits: Of its time and memory.
            environment: All variables of the process.
            report: Told about its progress.

        Raises:
            WdmdError: `stop` was called before it started.
        """
        path = spec.out / "result.json"
        path.unlink(missing_ok=True)
        write_json(spec.out / "job.json", spec.model_dump(mode="json"))
        report(str(spec.key), "starting", 0, 1)
        with (spec.out / "log.txt").open("w", encoding="utf-8") as log:
            command = [sys.executable, "-m", "benchmarks.engine.child", str(spec.out / "job.json")]
            with self._lock:
                if self._stopped:
                    raise WdmdError("interrupted")
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    env=dict(environment),
                )
                self._alive.add(process)
            watch = _Watch(process, limits)
            try:
                for line in process.stdout or ():
                    step = parse_progress(line)
                    if step is not None:
                        report(str(spec.key), *step)
                code = process.wait()
            finally:
                watch.end()
                with self._lock:
                    self._alive.discard(process)
                if process.stdout is not None:
                    process.stdout.close()
        result = read_result(path)
        if result is None:
            error = watch.exceeded or _death(code, spec.out / "log.txt")
            result = spec.result(
                status="failed", error=error, seconds={"total": round(watch.seconds, 3)}
            )
            write_result(spec.out, result)
        report(str(spec.key), result.status, 1, 1)
        return result


class _Watch:
    """Ends a process that takes more than it may."""

    def __init__(self, process: "subprocess.Popen[str]", limits: Limits) -> None:
        self._process, self._limits = process, limits
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
                kill_tree(self._process.pid)
                return

    def _judge(self) -> JobError | None:
        limits, spent = self._limits, time.monotonic() - self._begin
        if limits.time_s is not None and spent > limits.time_s:
            what = f"over the time limit of {say_duration(limits.time_s)}"
            return JobError(kind="TimeLimit", message=f"{what} (--time-limit); the job was ended")
        if limits.memory_bytes is not None:
            held = memory_of(self._process.pid)
            if held > limits.memory_bytes:
                what = f"over the memory limit of {say_size(limits.memory_bytes)}"
                message = f"{what} (--memory-limit): it held {say_size(held)}; the job was ended"
                return JobError(kind="MemoryLimit", message=message)
        return None


def _death(code: int, log: Path) -> JobError:
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    last = lines[-1].strip() if lines else "no output"
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    hint = "; out of memory?" if code == -9 else ""
    return JobError(
        kind="Killed", message=f"the job's process {how}{hint}; last line of {log.name}: {last}"
    )
