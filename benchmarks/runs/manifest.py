"""``manifest.json`` beside results: all that somebody needs to check them and to run them again.

It is about everything in the folder of results, also what earlier runs left there, so that it always covers
the leaderboard that is made from the folder. Every job keeps the commit, versions and machine that it had.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.job import JobSpec
from benchmarks.provenance import git_state, hardware, versions
from benchmarks.results import DatasetRecord, JobKey, JobResult, read_records, read_results
from wdmd_tools.atomic import write_json
from wdmd_tools.errors import DataError

NAME = "manifest.json"

MANIFEST_VERSION: Literal["1"] = "1"

_LOCAL = ("out", "cache", "runs")
"""What of a job's settings depends on where it was run."""

_COMMANDS_KEPT = 100


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Command(_Frozen):
    """One call of `bench run` on this folder.

    Args:
        words: The command line.
        finished: UTC, ISO 8601.
        code: Commit, whether there were changes to it, versions of packages.
        hardware: The machine.
    """

    words: tuple[str, ...]
    finished: str
    code: dict[str, Any]
    hardware: dict[str, Any]


class ManifestJob(_Frozen):
    """One finished or failed job.

    Args:
        job: Which cell of the grid.
        status: ``ok`` or ``failed``.
        settings: Of `benchmarks.job.JobSpec` without folders for output; `None` when they are lost.
        protocol: Name, version and cut.
        metrics: Point values, `None` where undefined.
        error: Why it failed, one line.
        files: Name to SHA-256 of the result and the predictions.
        code: Commit and versions that it was run with.
        hardware: The machine.
        started: UTC, ISO 8601.
        seconds: Wall times.
        peak_memory_mb: Largest resident memory.
        submitted: Whether somebody else's predictions were scored, so that there is nothing to run again.
    """

    job: JobKey
    status: Literal["ok", "failed"]
    settings: dict[str, Any] | None
    protocol: dict[str, Any] = Field(default_factory=dict)
    metrics: dict[str, float | None] = Field(default_factory=dict)
    error: str = ""
    files: dict[str, str]
    code: dict[str, Any]
    hardware: dict[str, Any]
    started: str = ""
    seconds: dict[str, float] = Field(default_factory=dict)
    peak_memory_mb: float | None = None
    submitted: bool = False

    def spec(self, out: Path, cache: Path, runs: Path) -> JobSpec:
        """The job, to be run into other folders.

        Args:
            out: Folder of results.
            cache: Shared cache folder.
            runs: Trained runs.

        Raises:
            DataError: Its settings are lost or of another version.
        """
        if self.settings is None:
            raise DataError(
                f"{self.job}: its settings were lost (job.json); it cannot be run again"
            )
        folders = {"out": self.job.folder(out), "cache": cache, "runs": runs}
        try:
            return JobSpec.model_validate({**self.settings, **folders})
        except ValidationError as error:
            key = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise DataError(
                f"{self.job}: its settings are of another version of this program ({key}); check out "
                f"commit {self.code.get('commit')}"
            ) from None


class RunManifest(_Frozen):
    """``manifest.json``.

    Args:
        version: `MANIFEST_VERSION`.
        seeds: Of all jobs.
        protocols: Name and version of each.
        commands: Calls that filled the folder, the last one last.
        datasets: All datasets, also those that were missing.
        jobs: In order of their folders.
    """

    version: Literal["1"] = MANIFEST_VERSION
    seeds: tuple[int, ...]
    protocols: tuple[str, ...]
    commands: tuple[Command, ...]
    datasets: tuple[DatasetRecord, ...]
    jobs: tuple[ManifestJob, ...]


def write_manifest(root: Path, words: Sequence[str]) -> RunManifest:
    """Describe a folder of results and write it down there.

    Args:
        root: Folder of results.
        words: The command line that was just carried out.

    Raises:
        DataError: A result is damaged.
    """
    try:
        before = read_manifest(root / NAME).commands
    except DataError:
        before = ()
    now = Command(
        words=tuple(words),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        code={**git_state(), "versions": versions()},
        hardware=hardware(),
    )
    results = read_results(root)
    # A job that failed early does not say which version it was under.
    protocols = {one.job.protocol: _protocol(one) for one in results if one.protocol}
    manifest = RunManifest(
        seeds=tuple(sorted({one.job.seed for one in results})),
        protocols=tuple(
            sorted({protocols.get(one.job.protocol, one.job.protocol) for one in results})
        ),
        commands=(*before, now)[-_COMMANDS_KEPT:],
        datasets=tuple(read_records(root)),
        jobs=tuple(_job(root, one) for one in results),
    )
    write_json(root / NAME, manifest.model_dump(mode="json"))
    return manifest


def read_manifest(path: Path) -> RunManifest:
    """Read a manifest; a folder stands for the file in it.

    Raises:
        DataError: There is none, or it is damaged or of another version.
    """
    path = path / NAME if path.is_dir() else path
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        found = value.get("version") if isinstance(value, dict) else None
        if found != MANIFEST_VERSION:
            raise DataError(
                f"{path}: no manifest of version {MANIFEST_VERSION} (it says {found!r}); `bench run` "
                "writes one beside its results"
            )
        return RunManifest.model_validate(value)
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{path}: no such file; `bench run` writes it beside its results") from None
    except (ValidationError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"{path}: damaged ({reason}); get it again, or run bench run again"
        ) from None


def command_line() -> list[str]:
    """How this process was called, without the folder of the program."""
    return [Path(sys.argv[0]).name, *sys.argv[1:]]


def hashes_of(folder: Path) -> dict[str, str]:
    """SHA-256 of a job's result and prediction files, by name."""
    names = ["result.json", *sorted(path.name for path in folder.glob("*.parquet"))]
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in names
        if (folder / name).is_file()
    }


def _protocol(result: JobResult) -> str:
    return f"{result.protocol.get('name')}@{result.protocol.get('version')}"


def _job(root: Path, result: JobResult) -> ManifestJob:
    folder = result.job.folder(root)
    return ManifestJob(
        job=result.job,
        status=result.status,
        settings=_settings(folder, result),
        protocol=result.protocol,
        metrics=result.metrics,
        error=result.error.message if result.error is not None else "",
        files=hashes_of(folder),
        code=result.code,
        hardware=result.hardware,
        started=result.started,
        seconds=result.seconds,
        peak_memory_mb=result.peak_memory_mb,
        submitted=result.facts.get("submitted") is True,
    )


def _settings(folder: Path, result: JobResult) -> dict[str, Any] | None:
    """Of the job as it was run; `None` when the file is not there or is about another run of it."""
    try:
        value = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        same = value["job_hash"] == result.job_hash
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {name: one for name, one in value.items() if name not in _LOCAL} if same else None
