"""A folder of finished results, made by hand: predictions, results and the record of a dataset.

folder = finished(tmp_path / "results", dataset, {"mine": [ClipPrediction(...)]})
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import DatasetRecord, JobKey, JobResult, write_record, write_result
from benchmarks.scoring import score_predictions
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, write_predictions


def said(clip_id: str, *spans: tuple[int, int], **more: Any) -> ClipPrediction:
    """A prediction of half-open spans of frames, each with score 0.75."""
    segments = [PredictedSegment(Interval(start, end), 0.75) for start, end in spans]
    return ClipPrediction(clip_id, segments, **more)


def finished(
    results: Path,
    dataset: Dataset,
    models: Mapping[str, Sequence[ClipPrediction]],
    *,
    seed: int = 0,
    split: str | None = None,
    **changes: Any,
) -> Path:
    """Write one finished job per model.

    Args:
        results: The folder.
        dataset: Scored on.
        models: By name, what each said.
        seed: Of the jobs.
        split: Scored clips; all when `None`.
        changes: Of the fields of the results.
    """
    name = str(dataset.name)
    record = DatasetRecord(
        name=name, display=name, path=str(dataset.root), data_hash=dataset.data_hash
    )
    write_record(results, record)
    for model, predictions in models.items():
        key = JobKey(dataset=name, protocol="holdout", model=model, seed=seed)
        folder = key.folder(results)
        write_predictions(folder, list(predictions))
        score = score_predictions(dataset, {one.clip_id: one for one in predictions}, split)
        fields = {
            "job": key,
            "job_hash": "x",
            "status": "ok",
            "display": model.upper(),
            "score": score.to_json(),
            "data_hash": dataset.data_hash,
            "seconds": {"fit": 1.0},
            **changes,
        }
        write_result(folder, JobResult(**fields))
    return results
