"""One job in a process of its own, watched from outside."""

import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from benchmarks.engine.base import Report
from benchmarks.engine.limits import Limits
from benchmarks.engine.tree import kill_tree
from benchmarks.engine.watch import Watch
from benchmarks.job import JobSpec, parse_progress
from benchmarks.results import JobError, JobResult, read_result, write_result
from wdmd_tools.atomic import write_json
from wdmd_tools.errors import WdmdError


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
            watch = Watch(process.pid, limits)
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


def _death(code: int, log: Path) -> JobError:
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    last = lines[-1].strip() if lines else "no output"
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    hint = "; out of memory?" if code == -9 else ""
    return JobError(
        kind="Killed", message=f"the job's process {how}{hint}; last line of {log.name}: {last}"
    )
