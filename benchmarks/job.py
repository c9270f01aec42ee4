"""One job, in a process of its own: ``python -m benchmarks.job SPEC.json``.

A process per job gives each model a clean memory reading, its own threads, and a death that takes nobody
along. Progress goes to standard output, one tab-separated line a step; everything a model prints by itself
goes to standard error, which the runner keeps in ``log.txt``.
"""

import contextlib
import json
import sys
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from pydantic import BaseModel, ConfigDict, Field

from benchmarks.models.base import FitContext, Progress, Recogniser, Spotter
from benchmarks.oracle import oracle_extras
from benchmarks.protocols import (
    TEST_SPLIT,
    Folders,
    blind_view,
    open_data,
    open_fold,
    protocol_facts,
    protocol_info,
    training_view,
)
from benchmarks.provenance import (
    git_state,
    hardware,
    peak_memory_mb,
    scoring_digest,
    versions,
)
from benchmarks.recognising import recognise_samples, recognise_spotted
from benchmarks.registry import ModelEntry
from benchmarks.results import JobError, JobKey, JobResult, write_result
from benchmarks.scoring import score_predictions
from benchmarks.scoring_emotions import NO_EMOTIONS, known_scheme, official_extras
from benchmarks.summary import point_values
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.errors import WdmdError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import (
    RECOGNITIONS_FILE,
    ClipPrediction,
    read_predictions,
    read_recognitions,
    write_predictions,
    write_recognitions,
)

_MARK = "@progress"


class JobSpec(BaseModel):
    """What a job's process is told.

    Args:
        key: The cell of the grid.
        job_hash: To be stored with the result.
        target: The model's ``"module:object"``.
        display: Its name in tables.
        note: What to know about it.
        group: Its group of rows.
        options: Given to the model.
        data: The dataset's folder.
        train: With protocol ``cross-dataset``, the dataset that is learnt from.
        pool: With protocol ``composite``, the datasets by name.
        people: Who is in several datasets.
        data_hash: What the dataset must be.
        fold_name: As `wdmd split` calls the fold; empty for the hold-out.
        out: The job's folder.
        cache: Shared cache folder.
        runs: Trained runs.
        frames: Frames of each split of this fold.
        sources: Modules whose code decides what the model does.
        code_digest: Of that code when the job was planned.
        smoke: Whether it only tries if the model runs at all; its numbers mean nothing.
        emotions: Scheme to recognise by, or ``"none"``.
        macro: Whether macro-expressions are asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: JobKey
    job_hash: str
    target: str
    display: str
    note: str = ""
    group: str = "user"
    options: dict[str, Any] = Field(default_factory=dict)
    data: Path
    train: Path | None = None
    pool: dict[str, Path] = Field(default_factory=dict)
    people: Path | None = None
    data_hash: str
    fold_name: str = ""
    out: Path
    cache: Path
    runs: Path
    frames: dict[str, int] = Field(default_factory=dict)
    sources: tuple[str, ...] = ()
    code_digest: str = ""
    smoke: bool = False
    emotions: str = NO_EMOTIONS
    macro: bool = False

    def result(self, **facts: Any) -> JobResult:
        """A result of this job with the facts that all results share."""
        return JobResult(
            job=self.key,
            job_hash=self.job_hash,
            display=self.display,
            note=self.note,
            group=self.group,
            options=self.options,
            data_hash=self.data_hash,
            frames=self.frames,
            smoke=self.smoke,
            code={**git_state(), "versions": versions()},
            hardware=hardware(),
            **facts,
        )


def run_job(spec: JobSpec, progress: Progress) -> JobResult:
    """Fit, predict, score; whatever goes wrong becomes the result.

    Args:
        spec: The job.
        progress: Told about long work.

    Returns:
        The result, already written.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    begin = time.perf_counter()
    seconds: dict[str, float] = {}
    try:
        done = _fit_and_predict(spec, progress, seconds)
        outcome: dict[str, Any] = {"status": "ok", **done}
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - any failure of a model is a row, not a crash
        text = "" if isinstance(error, WdmdError) else traceback.format_exc()
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        kind = type(error).__name__
        outcome = {"status": "failed", "error": JobError(kind=kind, message=first, traceback=text)}
    seconds["total"] = round(time.perf_counter() - begin, 3)
    result = spec.result(
        started=started, seconds=seconds, peak_memory_mb=peak_memory_mb(), **outcome
    )
    write_result(spec.out, result)
    return result


def _fit_and_predict(
    spec: JobSpec, progress: Progress, seconds: dict[str, float]
) -> dict[str, Any]:
    folders = Folders(path=spec.data, train=spec.train, pool=spec.pool, people=spec.people)
    dataset = open_data(folders)
    facts = protocol_facts(dataset, spec.key.protocol, spec.fold_name)
    if dataset.data_hash != spec.data_hash:
        raise WdmdError(f"{spec.data}: changed while the benchmark ran; run the same command again")
    dataset = open_fold(dataset, spec.key.protocol, spec.fold_name)
    entry = ModelEntry(spec.key.model, spec.target, spec.display)
    model = entry.load()()
    context = FitContext(
        seed=spec.key.seed,
        work_dir=spec.out,
        cache_dir=spec.cache,
        runs_dir=spec.runs,
        options=spec.options,
        progress=progress,
        emotions=known_scheme(spec.emotions),
        macro=spec.macro,
    )
    (spec.out / RECOGNITIONS_FILE).unlink(missing_ok=True)
    begin = time.perf_counter()
    model.fit(training_view(dataset), context)
    seconds["fit"] = round(time.perf_counter() - begin, 3)
    if protocol_info(facts["name"]).shows_target:
        begin = time.perf_counter()
        facts["adaptation"] = _adapt(model, dataset)
        seconds["adapt"] = round(time.perf_counter() - begin, 3)
    begin = time.perf_counter()
    predictions = model.predict(blind_view(dataset, "test"), "test")
    seconds["predict"] = round(time.perf_counter() - begin, 3)
    if context.emotions is not None and isinstance(model, Recogniser):
        begin = time.perf_counter()
        predictions = _recognise(model, dataset, predictions, context.emotions, spec.out)
        seconds["recognise"] = round(time.perf_counter() - begin, 3)
    write_predictions(spec.out, predictions)
    said = model.describe()
    again = rescore(dataset, spec.out, said, context.emotions)
    return {**again, "facts": said, "protocol": facts}


def _recognise(
    model: Recogniser,
    dataset: Dataset,
    predictions: list[ClipPrediction],
    scheme: EmotionScheme,
    out: Path,
) -> list[ClipPrediction]:
    """Write what the model says of the annotated micro-expressions; its own spotted ones with emotions."""
    blind = blind_view(dataset, TEST_SPLIT)
    write_recognitions(out, recognise_samples(model, dataset, blind, scheme, TEST_SPLIT))
    return recognise_spotted(model, blind, predictions, scheme)


def _adapt(model: Spotter, dataset: Dataset) -> dict[str, Any] | None:
    """Show the model the target's clips without labels: those to learn from, or else those of the test.

    Returns:
        Which clips, and what the model made of them; `None` when it made nothing of them.
    """
    splits = set(dataset.clips["split"].to_pylist())
    split = "train" if "train" in splits else TEST_SPLIT
    done = model.adapt(blind_view(dataset, split), split)
    return {"unlabelled": split, "transductive": split == TEST_SPLIT, **done} if done else None


def rescore(
    dataset: Dataset,
    folder: Path,
    facts: Mapping[str, Any] | None = None,
    emotions: EmotionScheme | None = None,
) -> dict[str, Any]:
    """The parts of a result that follow from its prediction files.

    Args:
        dataset: With labels.
        folder: With the prediction files.
        facts: What the model says about itself.
        emotions: The classes that were asked for.
    """
    predictions = read_predictions(folder)
    recognitions = None if emotions is None else read_recognitions(folder)
    score = score_predictions(dataset, predictions, emotions=emotions, recognitions=recognitions)
    return {
        "score": score.to_json(),
        "metrics": point_values(score),
        "extras": {
            **oracle_extras(dataset, predictions, facts or {}),
            **official_extras(score.emotions),
        },
        "scoring_digest": scoring_digest(),
    }


def _to_stream(stream: TextIO) -> Progress:
    """Progress as lines, ten a second at most."""
    last_time, last_what = 0.0, ""

    def tell(what: str, done: int, total: int) -> None:
        nonlocal last_time, last_what
        now = time.monotonic()
        if done < total and what == last_what and now - last_time < 0.1:
            return
        last_time, last_what = now, what
        words = " ".join(what.split())
        stream.write(f"{_MARK}\t{words}\t{done}\t{total}\n")
        stream.flush()

    return tell


def parse_progress(line: str) -> tuple[str, int, int] | None:
    """What a line of a job's standard output says; `None` when it is no progress."""
    parts = line.rstrip("\n").split("\t")
    if len(parts) != 4 or parts[0] != _MARK:
        return None
    try:
        return parts[1], int(parts[2]), int(parts[3])
    except ValueError:
        return None


def main(path: str) -> int:
    """Run the job described in a file.

    Returns:
        0 when it went well, 1 when its result is a failure.
    """
    spec = JobSpec.model_validate(json.loads(Path(path).read_text(encoding="utf-8")))
    stream = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        result = run_job(spec, _to_stream(stream))
    return 0 if result.status == "ok" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
