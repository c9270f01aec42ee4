"""A submission as a row of the leaderboard: scored here, not run here.

It becomes a result like any other, below the folder of results, with ``facts.submitted`` true, so every
table, report and comparison has it and marks it. The predictions lie beside it in our own form.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.built_in import default_registry
from benchmarks.datasets import open_datasets
from benchmarks.protocols import HOLDOUT
from benchmarks.provenance import scoring_digest
from benchmarks.results import (
    DatasetRecord,
    JobKey,
    JobResult,
    job_hash,
    read_records,
    read_result,
    write_record,
    write_result,
)
from benchmarks.scoring import Score
from benchmarks.scoring_emotions import official_extras
from benchmarks.specs import NAME, BenchConfig
from benchmarks.submissions.notes import Submission
from benchmarks.summary import point_values
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import (
    RECOGNITIONS_FILE,
    ClipPrediction,
    write_predictions,
    write_recognitions,
)


def place_submission(
    results: Path, dataset: Dataset, name: str, source: Path, submission: Submission, score: Score
) -> Path:
    """Write a submission's result; an earlier one of the same name is replaced.

    Args:
        results: Folder of results.
        dataset: What the predictions were made for.
        name: Of the row.
        source: What was submitted.
        submission: As read.
        score: Of the test split.

    Returns:
        The folder of the result.

    Raises:
        ConfigError: The name cannot be a folder's or is a registered model's, a model of that name was run
            here, or the results are of another dataset of the same name.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(f"--name {name!r}: use letters, digits, '.', '_' and '-' only")
    if name in default_registry():
        raise ConfigError(
            f"--name {name}: a registered model is called so (bench list); choose another name"
        )
    record = _record(results, dataset)
    key = JobKey(dataset=record.name, protocol=HOLDOUT, model=name)
    folder = key.folder(results)
    _refuse_what_was_run(folder.parent, name)
    digest = digest_of(source)
    (folder / "result.json").unlink(missing_ok=True)
    clips = [clip.clip_id for clip in dataset.iter_clips("test")]
    said = submission.predictions
    write_predictions(folder, [said.get(one, ClipPrediction(one)) for one in clips])
    if submission.recognitions is None:
        (folder / RECOGNITIONS_FILE).unlink(missing_ok=True)
    else:
        write_recognitions(folder, list(submission.recognitions.values()))
    result = JobResult(
        job=key,
        job_hash=job_hash(key, {}, "submitted", digest, dataset.data_hash),
        status="ok",
        display=name,
        note="Submitted predictions, not rerun here.",
        group="user",
        facts={
            "submitted": True,
            "source": source.name,
            "format": submission.format,
            "sha256": digest,
            "notes": list(submission.notes),
        },
        extras=official_extras(score.emotions),
        metrics=point_values(score),
        score=score.to_json(),
        scoring_digest=scoring_digest(),
        data_hash=dataset.data_hash,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write_record(results, record)
    write_result(folder, result)
    return folder


def digest_of(path: Path) -> str:
    """Hex SHA-256 over the files of a submission and their names."""
    files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.name}\0{content}\n".encode())
    return digest.hexdigest()


def _record(results: Path, dataset: Dataset) -> DatasetRecord:
    """The record of the dataset among the results, or a new one."""
    records = read_records(results)
    for record in records:
        if not record.missing and record.data_hash == dataset.data_hash:
            return record
    found, _ = open_datasets(BenchConfig(), [dataset.root])
    mine = found[0]
    for record in records:
        if record.name == mine.name and not record.missing:
            raise ConfigError(
                f"{results / mine.name}: holds results of another dataset or build called "
                f"{mine.name!r}; choose another --results, or run `bench run` again on this one"
            )
    return DatasetRecord(
        name=mine.name,
        display=mine.display,
        synthetic=mine.synthetic,
        path=str(dataset.root),
        data_hash=dataset.data_hash,
        n_clips=dataset.clips.num_rows,
        n_subjects=len(set(dataset.clips["subject_id"].to_pylist())),
    )


def _refuse_what_was_run(folder: Path, name: str) -> None:
    for path in sorted(folder.glob("*/result.json")):
        result = read_result(path)
        if result is not None and not result.facts.get("submitted"):
            raise ConfigError(
                f"--name {name}: {folder} holds results of a model of that name that was run here; "
                "choose another name"
            )
