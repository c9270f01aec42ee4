"""The grid of jobs, and which of them are done.

A job's hash covers code, options, data, protocol, fold and seed. A job whose result has the same hash is
not run again; a failed one is. When only the scoring code changed, finished jobs are rescored from their
predictions.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from benchmarks.asked import Asked, what_is_asked
from benchmarks.datasets import BenchDataset
from benchmarks.job import JobSpec, rescore
from benchmarks.protocols import Fold, Folders, folds_of
from benchmarks.provenance import scoring_digest
from benchmarks.registry import ModelEntry
from benchmarks.results import (
    DatasetRecord,
    JobKey,
    JobResult,
    job_hash,
    read_result,
    write_result,
)
from benchmarks.runs.settings import Mode, RunSettings
from benchmarks.scoring_emotions import known_scheme
from wdmd_tools.errors import DataError, ManifestError, UnknownNameError
from wdmd_tools.manifest import Dataset


@dataclass(frozen=True)
class Plan:
    """What a run will do.

    Args:
        jobs: To be run.
        done: Results that are there already.
        records: One per dataset, there or not.
        missing: Jobs that are neither done nor to be run, with `Mode.ONLY_CACHE`.
    """

    jobs: tuple[JobSpec, ...]
    done: tuple[JobResult, ...]
    records: tuple[DatasetRecord, ...]
    missing: tuple[JobSpec, ...] = ()


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
    datasets = [one for one, _, _ in checked]
    digests = {entry.name: entry.code_digest() for entry in models}
    jobs: list[JobSpec] = []
    done: list[JobResult] = []
    records = []
    for one, folds, asked in checked:
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
            spec = _job(key, entry, one.dataset, one.spec.folders, fold, asked, digests, settings)
            old = None if settings.mode is Mode.FORCE else _finished(spec)
            if old is None:
                jobs.append(spec)
            else:
                done.append(_up_to_date(old, spec, fold))
    if not any(one.dataset is not None for one in datasets):
        configured = next((one for one in datasets if one.spec is not None), None)
        reason = configured.missing if configured is not None else "none is configured"
        raise DataError(f"no dataset to run on: {reason}; or make a synthetic one with `make demo`")
    if settings.mode is Mode.ONLY_CACHE:
        return Plan((), tuple(done), tuple(records), tuple(jobs))
    return Plan(tuple(jobs), tuple(done), tuple(records))


def _checked(one: BenchDataset) -> tuple[BenchDataset, list[Fold], Asked]:
    """The same with its folds, and what is asked; one with an empty or leaking split says why instead."""
    if one.dataset is None or one.spec is None:
        return one, [], Asked()
    try:
        folds = folds_of(one.dataset, one.spec.protocol)
        return one, folds, what_is_asked(folds, one.spec.emotions, one.spec.macro)
    except UnknownNameError as error:
        name = one.spec.protocol
        how = f"make it with `wdmd split {one.spec.path} --name {name} --folds 5` or --loso"
        return replace(one, dataset=None, missing=f"refused: {error}; {how}"), [], Asked()
    except ManifestError as error:
        return replace(one, dataset=None, missing=f"refused: {error}"), [], Asked()


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
    source: Folders,
    fold: Fold,
    asked: Asked,
    digests: dict[str, str],
    settings: RunSettings,
) -> JobSpec:
    # The fold's hash, since the file of a split may be edited.
    code, cut = digests[entry.name], fold.dataset.data_hash
    digest = job_hash(key, entry.options, entry.target, code, cut, asked.facts)
    return JobSpec(
        key=key,
        job_hash=digest,
        target=entry.target,
        display=entry.display,
        note=entry.note,
        group=entry.group,
        options=dict(entry.options),
        data=source.path,
        train=source.train,
        pool=source.pool,
        people=source.people,
        data_hash=dataset.data_hash,
        fold_name=fold.name,
        out=key.folder(settings.out),
        cache=settings.out / ".cache",
        runs=settings.runs,
        frames=frames_of(fold.dataset),
        sources=entry.sources,
        code_digest=code,
        smoke=settings.smoke,
        emotions=asked.emotions,
        macro=asked.macro,
    )


def frames_of(dataset: Dataset) -> dict[str, int]:
    """Frames of each split."""
    counts: Counter[str] = Counter()
    for split, n_frames in zip(
        dataset.clips["split"].to_pylist(), dataset.clips["n_frames"].to_pylist(), strict=True
    ):
        if split is not None:
            counts[split] += n_frames
    return dict(sorted(counts.items()))


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
        scheme = known_scheme(spec.emotions)
        changes |= rescore(fold.dataset, spec.out, old.facts, scheme)
    new = old.model_copy(update=changes)
    if new != old:
        write_result(spec.out, new)
    return new
