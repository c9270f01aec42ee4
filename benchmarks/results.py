"""One result per job, as a JSON file beside the job's predictions.

    results/<dataset>/dataset.json
    results/<dataset>/<protocol>/<model>/fold0-seed0/
        result.json log.txt predictions.parquet frame_scores.parquet clip_scores.parquet
        recognitions.parquet    where emotions were recognised

A job that failed has a result too, with the error in it. `result.json` is written last and removed first,
so a folder that has one is whole.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.scoring import Score
from wdmd_tools.atomic import write_json
from wdmd_tools.errors import DataError

RESULT_VERSION = "1"
"""Version of the form of ``result.json``; a change makes all jobs run again."""


class JobKey(BaseModel):
    """Which cell of the grid a job is.

    Args:
        dataset: Name of the dataset.
        protocol: Name of the protocol.
        model: Name of the model.
        fold: Number of the fold; ``holdout`` has one.
        seed: Of everything random in the model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    protocol: str
    model: str
    fold: int = 0
    seed: int = 0

    def folder(self, root: Path) -> Path:
        """Where the job's files are."""
        return root / self.dataset / self.protocol / self.model / f"fold{self.fold}-seed{self.seed}"

    def __str__(self) -> str:
        return (
            f"{self.model} on {self.dataset} ({self.protocol}, fold {self.fold}, seed {self.seed})"
        )


NOT_RUN = "NotRun"
"""Kind of the error of a job that nobody ran, for tables of what is finished."""


class JobError(BaseModel):
    """Why a job failed.

    Args:
        kind: The exception's class, or ``"Killed"``.
        message: One line.
        traceback: For whoever mends it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    message: str
    traceback: str = ""


class JobResult(BaseModel):
    """Everything about one finished or failed job.

    Args:
        version: `RESULT_VERSION`.
        job: Which cell of the grid.
        job_hash: Of code, options, data, protocol, fold and seed; equal hash, nothing to do.
        status: ``ok`` or ``failed``.
        display: The model's name in tables.
        note: What to know about it.
        group: The model's group of rows.
        options: Given to the model.
        facts: What the model says about itself: parameters, thresholds.
        protocol: Name, version and cut of the protocol; see `benchmarks.protocols.protocol_facts`.
        extras: What is told only on request, such as the score with a threshold chosen on the test data.
        metrics: Point values, `None` where undefined.
        score: See `Score.to_json`; `None` when the job failed.
        scoring_digest: Of the code that made `score` from the predictions.
        error: Why it failed.
        data_hash: Of the dataset.
        frames: Frames of each split of the fold; empty in results of old versions.
        smoke: Whether it only tried if the model runs at all; never in a table.
        code: Commit and versions.
        hardware: The machine.
        started: UTC, ISO 8601.
        seconds: Wall time of ``fit``, ``predict`` and ``total``.
        peak_memory_mb: Largest resident memory of the job's process.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = RESULT_VERSION
    job: JobKey
    job_hash: str
    status: Literal["ok", "failed"]
    display: str
    note: str = ""
    group: str = "user"
    options: dict[str, Any] = Field(default_factory=dict)
    facts: dict[str, Any] = Field(default_factory=dict)
    protocol: dict[str, Any] = Field(default_factory=dict)
    extras: dict[str, Any] = Field(default_factory=dict)
    metrics: dict[str, float | None] = Field(default_factory=dict)
    score: dict[str, Any] | None = None
    scoring_digest: str = ""
    error: JobError | None = None
    data_hash: str
    frames: dict[str, int] = Field(default_factory=dict)
    smoke: bool = False
    code: dict[str, Any] = Field(default_factory=dict)
    hardware: dict[str, Any] = Field(default_factory=dict)
    started: str = ""
    seconds: dict[str, float] = Field(default_factory=dict)
    peak_memory_mb: float | None = None

    def counts(self) -> Score | None:
        """The score, or `None` when the job failed."""
        return None if self.score is None else Score.from_json(self.score)


def job_hash(
    key: JobKey,
    options: Mapping[str, Any],
    target: str,
    code_digest: str,
    data_hash: str,
    asked: Mapping[str, Any] | None = None,
) -> str:
    """Hex digest that stands for everything a job's predictions depend on.

    Args:
        key: The cell of the grid.
        options: Given to the model.
        target: The model's ``"module:object"``.
        code_digest: See `benchmarks.registry.ModelEntry.code_digest`.
        data_hash: See `wdmd_tools.manifest.Dataset.data_hash`.
        asked: What is asked beside micro-expressions; nothing when empty.
    """
    facts: dict[str, Any] = {
        "version": RESULT_VERSION,
        "job": key.model_dump(),
        "options": dict(options),
        "target": target,
        "code": code_digest,
        "data": data_hash,
    }
    if asked:
        facts["asked"] = dict(asked)
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def write_result(folder: Path, result: JobResult) -> None:
    """Write ``result.json``, atomically."""
    write_json(folder / "result.json", result.model_dump(mode="json"))


def read_result(path: Path) -> JobResult | None:
    """Read one ``result.json``.

    Returns:
        `None` when there is none, or it is of another version.

    Raises:
        DataError: It is damaged.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(value, dict) and value.get("version") != RESULT_VERSION:
            return None
        return JobResult.model_validate(value)
    except FileNotFoundError:
        return None
    except (ValidationError, ValueError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"{path}: damaged ({reason}); delete it and run the same command again"
        ) from error


def read_results(root: Path, *, smoke: bool = False) -> list[JobResult]:
    """All results below a folder, in order of their paths.

    Args:
        root: Folder of results.
        smoke: Read results of a smoke run, and only them: they must not get into a table.
    """
    found = (read_result(path) for path in sorted(root.glob("*/*/*/*/result.json")))
    return [result for result in found if result is not None and result.smoke == smoke]


class DatasetRecord(BaseModel):
    """``dataset.json`` of the results: what tables say about a dataset.

    Args:
        name: Its folder of results.
        display: As shown in tables.
        synthetic: Whether tables must say so.
        missing: What is missing; empty when it was there.
        path: Where it was.
        data_hash: Its content.
        n_clips: Clips in all splits.
        n_subjects: Subjects in all splits.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    display: str
    synthetic: bool = False
    missing: str = ""
    path: str = ""
    data_hash: str = ""
    n_clips: int = 0
    n_subjects: int = 0


def write_record(root: Path, record: DatasetRecord) -> None:
    """Write a dataset's record below the folder of results."""
    write_json(root / record.name / "dataset.json", record.model_dump(mode="json"))


def read_records(root: Path) -> list[DatasetRecord]:
    """The records of all datasets below a folder, by name.

    Raises:
        DataError: One is damaged.
    """
    records = []
    for path in sorted(root.glob("*/dataset.json")):
        try:
            records.append(DatasetRecord.model_validate_json(path.read_bytes()))
        except ValidationError as error:
            reason = str(error).splitlines()[0]
            raise DataError(f"{path}: damaged ({reason}); delete it and run again") from error
    return records
