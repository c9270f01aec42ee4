"""What a run will cost, from what finished jobs of the same models cost.

    source      a finished job of the same model with the same options, on any data, fold or seed
    training    its seconds x (frames to learn from / frames that it learnt from)
    prediction  its seconds x (frames to judge / frames that it judged)
    memory      the largest of the sources, not scaled
    disk        its folder x (frames to judge / frames that it judged)

The median over the sources is given. Sources on the very same data come first: the least is scaled. A model
that nothing is known about is said to be unknown. Features that jobs share in the cache, and trained runs
that fit, make a job cheaper than its estimate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.job import JobSpec
from benchmarks.results import JobKey, JobResult


@dataclass(frozen=True)
class JobEstimate:
    """Of one job.

    Args:
        key: The cell of the grid.
        seconds: Wall time; `None` when unknown, as are the others then.
        memory_bytes: Largest resident memory.
        disk_bytes: Of the files that it leaves.
        sources: Finished jobs that it was made from.
        same_data: Whether they are of the same data and protocol.
    """

    key: JobKey
    seconds: float | None = None
    memory_bytes: float | None = None
    disk_bytes: float | None = None
    sources: int = 0
    same_data: bool = False

    @property
    def basis(self) -> str:
        """Where the numbers come from, in words."""
        if not self.sources:
            return "unknown"
        jobs = f"{self.sources} job{'s' if self.sources > 1 else ''}"
        return f"{jobs}, {'same' if self.same_data else 'other'} data"


@dataclass(frozen=True)
class RunEstimate:
    """Of a whole run.

    Args:
        jobs: One per job.
        seconds: Wall time of those that are known: no less than the longest job, nor than the work of
            all shared out evenly; `None` when none is.
        memory_bytes: What the largest jobs hold that may run at the same time.
        disk_bytes: Files of all known jobs.
        unknown: Jobs that nothing is known about.
    """

    jobs: tuple[JobEstimate, ...]
    seconds: float | None
    memory_bytes: float | None
    disk_bytes: float | None
    unknown: int


def estimate(
    jobs: Sequence[JobSpec], finished: Iterable[JobResult], root: Path, workers: int = 1
) -> RunEstimate:
    """Estimate jobs.

    Args:
        jobs: To be run.
        finished: Results that are there; failed ones are left out.
        root: Folder that they lie in.
        workers: Jobs at a time.
    """
    known = [one for one in finished if one.status == "ok"]
    sizes: dict[JobKey, int] = {}
    each = tuple(_estimate_one(spec, known, root, sizes) for spec in jobs)
    times = [one.seconds for one in each if one.seconds is not None]
    memory = sorted((one.memory_bytes or 0.0 for one in each), reverse=True)[:workers]
    disk = [one.disk_bytes for one in each if one.disk_bytes is not None]
    return RunEstimate(
        jobs=each,
        seconds=max(*times, sum(times) / workers) if times else None,
        memory_bytes=sum(memory) or None,
        disk_bytes=sum(disk) if disk else None,
        unknown=sum(one.sources == 0 for one in each),
    )


def estimate_json(one: RunEstimate) -> dict[str, Any]:
    """The sums as JSON values; unknown is null."""
    return {
        "seconds": one.seconds,
        "memory_bytes": one.memory_bytes,
        "disk_bytes": one.disk_bytes,
        "unknown_jobs": one.unknown,
    }


def _estimate_one(
    spec: JobSpec, known: Sequence[JobResult], root: Path, sizes: dict[JobKey, int]
) -> JobEstimate:
    alike = [
        one
        for one in known
        if one.job.model == spec.key.model and dict(one.options) == dict(spec.options)
    ]
    same = [
        one
        for one in alike
        if one.data_hash == spec.data_hash and one.job.protocol == spec.key.protocol
    ]
    sources = same or [one for one in alike if one.frames and spec.frames]
    if not sources:
        return JobEstimate(spec.key)
    seconds, disk = [], []
    for one in sources:
        learnt, judged = _ratio(spec.frames, one.frames, same=bool(same))
        fit, predict = one.seconds.get("fit", 0.0), one.seconds.get("predict", 0.0)
        rest = max(0.0, one.seconds.get("total", 0.0) - fit - predict)
        seconds.append(fit * learnt + predict * judged + rest)
        if one.job not in sizes:
            sizes[one.job] = folder_size(one.job.folder(root))
        disk.append(sizes[one.job] * judged)
    peaks = [one.peak_memory_mb * 1e6 for one in sources if one.peak_memory_mb is not None]
    return JobEstimate(
        key=spec.key,
        seconds=median(seconds),
        memory_bytes=max(peaks) if peaks else None,
        disk_bytes=median(disk),
        sources=len(sources),
        same_data=bool(same),
    )


def _ratio(wanted: Mapping[str, int], had: Mapping[str, int], *, same: bool) -> tuple[float, float]:
    """Frames to learn from and to judge, each as a multiple of what the source had."""
    if same and not (wanted and had):
        return 1.0, 1.0
    return _share(wanted, had, ("train", "val")), _share(wanted, had, ("test",))


def _share(wanted: Mapping[str, int], had: Mapping[str, int], splits: Sequence[str]) -> float:
    before = sum(had.get(split, 0) for split in splits)
    return sum(wanted.get(split, 0) for split in splits) / before if before else 1.0


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
