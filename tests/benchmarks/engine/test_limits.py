"""Limits of jobs: how they are said, and that a job over them is ended with all that it started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from bench_models import execute, user_entry
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.datasets import BenchDataset
from benchmarks.engine.limits import Limits, parse_duration, parse_size, say_duration, say_size
from benchmarks.engine.watch import Watch
from benchmarks.results import read_result
from benchmarks.runs.plan import plan
from benchmarks.runs.settings import RunSettings
from wdmd_tools.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("1.5m", 90), ("15 min", 900), ("2H", 7200), ("1d", 86_400)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(("text", "size"), [("800MB", 8e8), ("4 gb", 4e9), ("0.5T", 5e11)])
def test_sizes(text: str, size: float) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "-3", "ten", "5 weeks", "0s", "1m30s"])
def test_no_duration(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--time-limit .*: expected a duration such as 90s"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["", "4", "0GB", "4 GiB", "-1MB"])
def test_a_size_needs_its_unit(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--memory-limit .*: expected a size such as 800MB"):
        parse_size(text)


@given(st.floats(1, 1e6))
def test_what_is_said_is_what_was_meant(seconds: float) -> None:
    said = say_duration(seconds)
    hours, _, rest = said.partition(" h ") if " h " in said else ("0", "", said)
    heard = int(hours) * 3600 + parse_duration(rest)
    assert heard == pytest.approx(seconds, rel=0.01, abs=30 if seconds >= 120 else 0.1)


@given(st.floats(1e6, 1e13))
def test_what_is_said_of_sizes(size: float) -> None:
    assert parse_size(say_size(size)) == pytest.approx(size, rel=0.006)


FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
kept = [b"x" * 1_000_000 for _ in range(int(sys.argv[1]))]
time.sleep(600)
"""


@pytest.mark.parametrize(
    ("limits", "megabytes", "kind", "message"),
    [
        (Limits(time_s=1.0), 1, "TimeLimit", "over the time limit of 1 s (--time-limit)"),
        (Limits(600, 2e8), 300, "MemoryLimit", "over the memory limit of 200 MB (--memory-limit)"),
    ],
)
def test_a_process_over_its_limit_is_ended_with_its_children(
    limits: Limits, megabytes: int, kind: str, message: str
) -> None:
    command = [sys.executable, "-c", FAMILY, str(megabytes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        watch = Watch(process.pid, limits)
        assert process.wait(timeout=120) == -signal.SIGKILL
        watch.end()
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie"
    assert watch.exceeded is not None
    assert watch.exceeded.kind == kind
    assert watch.exceeded.message.startswith(message)


def test_a_job_over_its_limit_is_a_row_and_the_others_go_on(
    bench_data: list[BenchDataset], tmp_path: Path
) -> None:
    settings = RunSettings(out=tmp_path / "results", limits=Limits(memory_bytes=6e8))
    models = [user_entry("Hoards"), user_entry("Quiet")]
    over, quiet = execute(bench_data, models, settings)
    assert over.error is not None
    assert over.error.kind == "MemoryLimit"
    assert "over the memory limit of 600 MB (--memory-limit): it held" in over.error.message
    assert over.seconds["total"] > 0
    assert read_result(over.job.folder(settings.out) / "result.json") == over
    assert quiet.status == "ok"


def test_a_job_whose_runner_is_gone_ends(bench_data: list[BenchDataset], tmp_path: Path) -> None:
    """The runner is killed hard; its job, and what the job started, follow within seconds."""
    settings = RunSettings(out=tmp_path / "results")
    (spec,) = plan(bench_data, [user_entry("Sleeps")], settings).jobs
    code = (
        "import sys, os; from pathlib import Path; from benchmarks.job import JobSpec;"
        "from benchmarks.engine.process import Processes; from benchmarks.engine.limits import *;"
        "spec = JobSpec.model_validate_json(Path(sys.argv[1]).read_text());"
        "Processes().run(spec, NO_LIMITS, os.environ, lambda *step: None)"
    )
    (tmp_path / "spec.json").write_text(spec.model_dump_json())
    runner = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "spec.json")])
    note = spec.out / "child.txt"
    deadline = time.monotonic() + 120
    while not (note.is_file() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    child = int(note.read_text())
    job = psutil.Process(child).ppid()
    assert psutil.Process(job).ppid() == runner.pid
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    while (psutil.pid_exists(child) or psutil.pid_exists(job)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not psutil.pid_exists(child)
    assert not psutil.pid_exists(job)
