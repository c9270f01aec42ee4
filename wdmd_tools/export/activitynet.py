"""ActivityNet 1.3 JSON, as temporal action localisation code reads it.

    ground_truth.json   version, taxonomy, database: clip -> subset, duration, fps, annotations
    predictions.json    version, results: clip -> label, score, segment; external_data

A video is a clip of the dataset (a crop file); segments are ``[start, end)`` in seconds from its first
frame, the end being where the next frame begins. The labels are ``ME`` and, where the dataset has
macro-expressions, ``Macro``.

Reference: ActivityNet large-scale activity recognition challenge, evaluation code's file formats.
"""

from typing import Any

from wdmd_tools.atomic import write_json
from wdmd_tools.export.options import Job
from wdmd_tools.export.times import clip_starts_s, span_s
from wdmd_tools.intervals import Interval, from_frames
from wdmd_tools.predictions import MACRO

VERSION = "VERSION 1.3"
SUBSETS = {"train": "training", "val": "validation", "test": "testing", None: "training"}
"""Names of splits there; without splits everything is "training"."""

LABELS = {"me": "ME", MACRO: "Macro"}
"""Kinds of segments, and what they are called there."""


def write(job: Job) -> None:
    """Write ``ground_truth.json``, and ``predictions.json`` where predictions are given."""
    dataset = job.dataset
    database: dict[str, Any] = {}
    starts = {}
    for clip in dataset.clips.to_pylist():
        times = starts[clip["clip_id"]] = clip_starts_s(dataset, clip)
        database[clip["clip_id"]] = {
            "subset": SUBSETS[clip["split"]],
            "duration": times[-1],
            "fps": round(clip["fps_num"] / clip["fps_den"], 6),
            "recording": clip["recording_id"],
            "subject": clip["subject_id"],
            "annotations": [
                {"label": label, "segment": span_s(times, _interval(row))}
                for kind, label in LABELS.items()
                for row in dataset.clip_segments(clip["clip_id"], kind)
            ],
        }
    taxonomy = [
        {"nodeId": 0, "nodeName": "Root", "parentId": None, "parentName": None},
        {"nodeId": 1, "nodeName": "ME", "parentId": 0, "parentName": "Root"},
    ]
    if any(row["label"] == "Macro" for one in database.values() for row in one["annotations"]):
        taxonomy.append({"nodeId": 2, "nodeName": "Macro", "parentId": 0, "parentName": "Root"})
    truth = {"version": VERSION, "taxonomy": taxonomy, "database": database}
    write_json(job.folder / "ground_truth.json", truth)
    if job.options.predictions is not None:
        from wdmd_tools.review.write import open_predictions

        found = open_predictions(job.options.predictions, dataset)
        results = {
            clip_id: [
                {
                    "label": LABELS[MACRO if segment.is_macro else "me"],
                    "score": round(segment.score, 6),
                    "segment": span_s(starts[clip_id], segment.interval),
                }
                for segment in sorted(one.segments, key=lambda s: (-s.score, s.interval))
            ]
            for clip_id, one in found.items()
        }
        document = {"version": VERSION, "results": results, "external_data": {}}
        write_json(job.folder / "predictions.json", document)


def _interval(row: dict[str, Any]) -> Interval:
    return from_frames(row["onset_frame"], row["offset_frame"])
