"""Costs of a dry run: hand-made results, hand-computed sums."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.job import JobSpec
from benchmarks.results import JobKey, JobResult
from benchmarks.runs.estimate import estimate


def key(model: str = "m", data: str = "a", seed: int = 0, protocol: str = "holdout") -> JobKey:
    return JobKey(dataset=data, protocol=protocol, model=model, seed=seed)


def finished(of: JobKey, fit: float, predict: float, **more: Any) -> JobResult:
    facts = {
        "job_hash": "x",
        "status": "ok",
        "display": "M",
        "data_hash": "hash-" + of.dataset,
        "seconds": {"fit": fit, "predict": predict, "total": fit + predict + 1.0},
        "peak_memory_mb": 100.0,
        "frames": {"train": 80, "val": 20, "test": 50},
    }
    return JobResult(job=of, **{**facts, **more})


def job(of: JobKey, frames: dict[str, int], **more: Any) -> JobSpec:
    folder = Path("nowhere")
    return JobSpec(
        key=of,
        job_hash="y",
        target="a:b",
        display="M",
        data=folder,
        data_hash="hash-" + of.dataset,
        out=folder,
        cache=folder,
        runs=folder,
        frames=frames,
        **more,
    )


FRAMES = {"train": 80, "val": 20, "test": 50}


def test_on_the_same_data_the_median_stands(tmp_path: Path) -> None:
    done = [finished(key(seed=n), fit, 2.0) for n, fit in enumerate((10.0, 30.0, 11.0))]
    (one,) = estimate([job(key(seed=3), FRAMES)], done, tmp_path).jobs
    assert (one.seconds, one.sources, one.same_data) == (11.0 + 2.0 + 1.0, 3, True)
    assert one.basis == "3 jobs, same data"


def test_other_data_are_scaled_by_frames_learnt_from_and_judged(tmp_path: Path) -> None:
    #            learn from    judge
    # then       80 + 20       50       10 s, 4 s, and 1 s for the rest
    # now        300           25       30 s, 2 s,         1 s
    done = [finished(key(), 10.0, 4.0, peak_memory_mb=250.0)]
    folder = done[0].job.folder(tmp_path)
    folder.mkdir(parents=True)
    (folder / "predictions.parquet").write_bytes(b"x" * 3000)
    there = job(key(data="b"), {"train": 300, "test": 25})
    (one,) = estimate([there], done, tmp_path).jobs
    assert one.seconds == pytest.approx(33.0)
    assert one.memory_bytes == 250e6
    assert one.disk_bytes == pytest.approx(1500)
    assert one.basis == "1 job, other data"


def test_what_nothing_is_known_about_is_unknown(tmp_path: Path) -> None:
    done = [
        finished(key("other"), 5.0, 5.0),
        finished(key(), 5.0, 5.0, options={"preset": "large"}),
        finished(key(seed=1), 5.0, 5.0, status="failed"),
        finished(key(data="old", seed=2), 5.0, 5.0, frames={}),
    ]
    found = estimate([job(key(data="b", seed=9), FRAMES)], done, tmp_path)
    assert found.unknown == 1
    assert found.jobs[0].seconds is None
    assert found.jobs[0].basis == "unknown"
    assert (found.seconds, found.memory_bytes, found.disk_bytes) == (None, None, None)


def test_a_run_takes_its_longest_job_or_its_work_shared_out(tmp_path: Path) -> None:
    done = [finished(key("long"), 98.0, 1.0), finished(key("short"), 8.0, 1.0, peak_memory_mb=60)]
    jobs = [job(key("long", seed=1), FRAMES)]
    jobs += [job(key("short", seed=n), FRAMES) for n in range(1, 4)]
    alone = estimate(jobs, done, tmp_path, 1)
    assert alone.seconds == pytest.approx(100 + 3 * 10)
    assert alone.memory_bytes == 100e6
    together = estimate(jobs, done, tmp_path, 4)
    assert together.seconds == pytest.approx(100)
    assert together.memory_bytes == pytest.approx((100 + 3 * 60) * 1e6)
