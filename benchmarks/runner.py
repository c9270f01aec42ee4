"""The job grid: plan it, leave out what is done, run the rest, keep every outcome.

A job's hash covers code, options, data, protocol, fold and seed. A job whose result has the same hash is
not run again; a failed one is. When only the scoring code changed, finished jobs are rescored from their
predictions.
"""

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.datasets import BenchDataset
from benchmarks.job import JobSpec, parse_progress, rescore
from benchmarks.protocols import Fold, folds_of
from benchmarks.provenance import scoring_digest
from benchmarks.registry import ModelEntry
from benchmarks.results import (
    DatasetRecord,
    JobError,
    JobKey,
    JobResult,
    job_hash,
    read_result,
    write_record,
    write_result,
)
from wdmd_tools.atomic import write_json
from wdmd_tools.errors import DataError, ManifestError, UnknownNameError, WdmdError
from wdmd_tools.manifest import Dataset

Report = Callable[[str, str, int, int], None]
"""Called with a job's id, what it is doing, how much is done, and how much there is."""


@dataclass(frozen=True)
class Plan:
    """What a run will do.

    Args:
        jobs: To be run.
        done: Results that are there already.
        records: One per dataset, there or not.
    """

    jobs: tuple[JobSpec, ...]
    done: tuple[JobResult, ...]
    records: tuple[DatasetRecord, ...]


@dataclass(frozen=True)
class RunSettings:
    """Where a run reads and writes.

    Args:
        out: Folder of results.
        runs: Folder of trained runs.
        seeds: Each model is run once per seed, from 0.
        force: Run finished jobs again.
        workers: Jobs at a time.
        environment: Further environment variables of the jobs.
    """

    out: Path = Path("results")
    runs: Path = Path("runs")
    seeds: int = 1
    force: bool = False
    workers: int = 1
    environment: dict[str, str] = field(default_factory=dict)


def plan(
    datasets: Sequence[BenchDataset], models: Iterable[ModelEntry], settings: RunSettings
) -> Plan:
    """Lay out the grid and find what is done.

    Args:
        datasets: Those that are there are run on; the others become records.
        models: Which models.
        settings: Where and how often.

    Raises:
        DataError: There is no dataset to run on.
    """
    models = list(models)
    checked = [_checked(one) for one in datasets]
    datasets = [one for one, _ in checked]
    digests = {entry.name: entry.code_digest() for entry in models}
    jobs: list[JobSpec] = []
    done: list[JobResult] = []
    records = []
    for one, folds in checked:
        records.append(_record(one))
        if one.dataset is None or one.spec is None:
            continue
        for entry, seed, fold in itertools.product(models, range(settings.seeds), folds):
            key = JobKey(
                dataset=one.name,
                protocol=one.spec.protocol,
                model=entry.name,
                fold=fold.number,
                seed=seed,
            )
            spec = _job(key, entry, one.dataset, fold, digests, settings)
            old = None if settings.force else _finished(spec)
            if old is None:
                jobs.append(spec)
            else:
                done.append(_up_to_date(old, spec, fold))
    if not any(one.dataset is not None for one in datasets):
        configured = next((one for one in datasets if one.spec is not None), None)
        reason = configured.missing if configured is not None else "none is configured"
        raise DataError(f"no dataset to run on: {reason}; or make a synthetic one with `make demo`")
    return Plan(tuple(jobs), tuple(done), tuple(records))


def _checked(one: BenchDataset) -> tuple[BenchDataset, list[Fold]]:
    """The same with its folds; a dataset with an empty or leaking split becomes a row that says why."""
    if one.dataset is None or one.spec is None:
        return one, []
    try:
        return one, folds_of(one.dataset, one.spec.protocol)
    except UnknownNameError as error:
        name = one.spec.protocol
        how = f"make it with `wdmd split {one.spec.path} --name {name} --folds 5` or --loso"
        return replace(one, dataset=None, missing=f"refused: {error}; {how}"), []
    except ManifestError as error:
        return replace(one, dataset=None, missing=f"refused: {error}"), []


def _record(one: BenchDataset) -> DatasetRecord:
    record = DatasetRecord(name=one.name, display=one.display, missing=one.missing)
    if one.dataset is None:
        return record
    return record.model_copy(
        update={
            "synthetic": one.synthetic,
            "path": str(one.dataset.root),
            "data_hash": one.dataset.data_hash,
            "n_clips": one.dataset.clips.num_rows,
            "n_subjects": len(set(one.dataset.clips["subject_id"].to_pylist())),
        }
    )


def _job(
    key: JobKey,
    entry: ModelEntry,
    dataset: Dataset,
    fold: Fold,
    digests: dict[str, str],
    settings: RunSettings,
) -> JobSpec:
    # The fold's hash, since the file of a split may be edited.
    code, cut = digests[entry.name], fold.dataset.data_hash
    digest = job_hash(key, entry.options, entry.target, code, cut)
    return JobSpec(
        key=key,
        job_hash=digest,
        target=entry.target,
        display=entry.display,
        note=entry.note,
        group=entry.group,
        options=dict(entry.options),
        data=dataset.root,
        data_hash=dataset.data_hash,
        fold_name=fold.name,
        out=key.folder(settings.out),
        cache=settings.out / ".cache",
        runs=settings.runs,
    )


def _finished(spec: JobSpec) -> JobResult | None:
    try:
        old = read_result(spec.out / "result.json")
    except DataError:
        return None
    return old if old and old.status == "ok" and old.job_hash == spec.job_hash else None


def _up_to_date(old: JobResult, spec: JobSpec, fold: Fold) -> JobResult:
    """A finished result under today's names, rescored when the scoring code changed."""
    changes = {"display": spec.display, "note": spec.note, "group": spec.group}
    if old.scoring_digest != scoring_digest():
        changes |= rescore(fold.dataset, spec.out)
    new = old.model_copy(update=changes)
    if new != old:
        write_result(spec.out, new)
    return new


def run(planned: Plan, settings: RunSettings, report: Report | None = None) -> list[JobResult]:
    """Run what is to be done.

    Args:
        planned: See `plan`.
        settings: Where, and how many at a time.
        report: Told about the progress of every job.

    Returns:
        All results of the plan, those that were there first; failed ones among them.
    """
    for record in planned.records:
        write_record(settings.out, record)
    results = list(planned.done)
    running = _Processes()
    pool = ThreadPoolExecutor(max_workers=settings.workers)
    try:
        pending: set[Future[JobResult]] = {
            pool.submit(running.run, spec, settings, report) for spec in planned.jobs
        }
        while pending:
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            results.extend(future.result() for future in finished)
    except BaseException:
        running.stop()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return results


class _Processes:
    """Processes of jobs, so that an interruption can end them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alive: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def stop(self) -> None:
        """End all processes, and start no other."""
        with self._lock:
            self._stopped = True
            for process in self._alive:
                process.terminate()

    def run(self, spec: JobSpec, settings: RunSettings, report: Report | None) -> JobResult:
        """Run one job and read its result; a process that dies without one gets a failed result."""
        path = spec.out / "result.json"
        path.unlink(missing_ok=True)
        write_json(spec.out / "job.json", spec.model_dump(mode="json"))
        if report is not None:
            report(str(spec.key), "starting", 0, 1)
        with (spec.out / "log.txt").open("w", encoding="utf-8") as log:
            command = [sys.executable, "-m", "benchmarks.job", str(spec.out / "job.json")]
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
                    env=_environment(settings),
                )
                self._alive.add(process)
            with process:
                for line in process.stdout or ():
                    step = parse_progress(line)
                    if step is not None and report is not None:
                        report(str(spec.key), *step)
            code = process.returncode
            with self._lock:
                self._alive.discard(process)
        result = read_result(path)
        if result is None:
            result = spec.result(status="failed", error=_death(code, spec.out / "log.txt"))
            write_result(spec.out, result)
        if report is not None:
            report(str(spec.key), result.status, 1, 1)
        return result


def _environment(settings: RunSettings) -> dict[str, str]:
    threads = max(1, (os.cpu_count() or 1) // settings.workers)
    return {
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "PASSIVE",
        **os.environ,
        **settings.environment,
        "PYTHONUNBUFFERED": "1",
    }


def _death(code: int, log: Path) -> JobError:
    lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    last = lines[-1].strip() if lines else "no output"
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    hint = "; out of memory?" if code == -9 else ""
    return JobError(
        kind="Killed", message=f"the job's process {how}{hint}; last line of {log.name}: {last}"
    )


def failures(results: Sequence[JobResult]) -> list[JobResult]:
    """The failed ones."""
    return [result for result in results if result.status == "failed"]
