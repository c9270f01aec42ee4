"""Models of a user's own for tests of `bench`, in a module that only the jobs' processes import."""

import os
import textwrap
from pathlib import Path

import pytest

from benchmarks.datasets import BenchDataset
from benchmarks.registry import ModelEntry
from benchmarks.results import JobResult
from benchmarks.runs.execute import run
from benchmarks.runs.plan import plan
from benchmarks.runs.settings import RunSettings

_MODELS = """
    import os, signal, subprocess, sys, time
    from benchmarks.models.base import Spotter
    from wdmd_tools.errors import ManifestError
    from wdmd_tools.predictions import ClipPrediction

    class Quiet(Spotter):
        def fit(self, dataset, context):
            context.progress("counting", 1, 2)
            print("models may print")
            self.p = context.options.get("p", 0.1)
            self.seen = sorted({clip.split for clip in dataset.iter_clips()})
            with (context.work_dir / "runs.txt").open("a") as stream:
                stream.write("x")
        def predict(self, dataset, split):
            self.labels = sum(len(dataset.reference_intervals(c.clip_id)) for c in dataset.iter_clips())
            return [ClipPrediction(c.clip_id, p_me=self.p, p_state=0.6) for c in dataset.iter_clips(split)]
        def describe(self):
            return {"seen": self.seen, "labels": self.labels, "parameters": 7}

    class Fails(Quiet):
        def predict(self, dataset, split):
            raise RuntimeError("no luck\\ntoday")

    class Foreseen(Quiet):
        def fit(self, dataset, context):
            raise ManifestError("x.parquet: damaged; build it again")

    class Dies(Quiet):
        def fit(self, dataset, context):
            os.kill(os.getpid(), signal.SIGKILL)

    class Exits(Quiet):
        def fit(self, dataset, context):
            os._exit(3)

    class Sleeps(Quiet):
        def fit(self, dataset, context):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            (context.work_dir / "child.txt").write_text(str(child.pid))
            child.wait()

    class Hoards(Quiet):
        def fit(self, dataset, context):
            self.kept = [bytearray(os.urandom(1_000_000) * 10) for _ in range(80)]
            time.sleep(60)

    class LosesItsWorker(Quiet):
        def fit(self, dataset, context):
            super().fit(dataset, context)
            tries = len((context.work_dir / "runs.txt").read_text())
            if tries <= context.options["times"]:
                os.kill(os.getppid(), signal.SIGKILL)
                time.sleep(60)

    class AlwaysLosesItsWorker(LosesItsWorker):
        pass

    class Moody(Quiet):
        "What it says depends on more than its seed."
        def fit(self, dataset, context):
            super().fit(dataset, context)
            self.p = 0.2 + float(os.environ.get("BENCH_TEST_MOOD", "0"))
"""


def install_user_models(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the models where this process and its jobs find them; the path of their module."""
    folder.mkdir()
    path = folder / "bench_test_models.py"
    path.write_text(textwrap.dedent(_MODELS), encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    old = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{old}" if old else str(folder))
    return path


def user_entry(name: str, **options: object) -> ModelEntry:
    """One of the models above."""
    return ModelEntry(name.lower(), f"bench_test_models:{name}", name, options=options)


def execute(
    datasets: list[BenchDataset], models: list[ModelEntry], settings: RunSettings
) -> list[JobResult]:
    """Plan and run."""
    return run(plan(datasets, models, settings), settings)
