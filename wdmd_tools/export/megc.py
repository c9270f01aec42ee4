"""MEGC spotting files, as the challenges of 2022 to 2024 ask for them.

    vid,onset,offset,type          1-based frames, onset and offset both inside; ``me``, or ``mae`` (macro)

A ``vid`` is a clip (a crop file), its first frame is 1. ``ground_truth.csv`` holds the consensus MEs and
macro-expressions, ``predictions.csv`` a model's. ``videos.csv`` says which recording and frames of the
source film a vid is, so that rows can be moved to long videos.

Reference: Micro-Expression Grand Challenge 2022 to 2024, cross-cultural spotting, submission format.
"""

from collections.abc import Iterable

from wdmd_tools.export.csv_table import write_csv
from wdmd_tools.export.options import Job
from wdmd_tools.intervals import Interval, from_frames, to_frames
from wdmd_tools.predictions import MACRO

HEAD = ("vid", "onset", "offset", "type")


def write(job: Job) -> None:
    """Write ``ground_truth.csv``, ``videos.csv``, and ``predictions.csv`` where predictions are given."""
    clips = job.dataset.clips.to_pylist()
    truth = [
        (clip["clip_id"], from_frames(row["onset_frame"], row["offset_frame"]), kind == MACRO)
        for clip in clips
        for kind in ("me", MACRO)
        for row in job.dataset.clip_segments(clip["clip_id"], kind)
    ]
    # Challenge scripts choke on a byte order mark, so these files have none.
    write_csv(job.folder / "ground_truth.csv", HEAD, _rows(truth), mark=False)
    write_csv(
        job.folder / "videos.csv",
        ("vid", "recording_id", "subject_id", "first_source_frame", "n_frames", "fps"),
        [
            (
                clip["clip_id"],
                clip["recording_id"],
                clip["subject_id"],
                clip["start_frame"] + 1,
                clip["n_frames"],
                round(clip["fps_num"] / clip["fps_den"], 6),
            )
            for clip in clips
        ],
        mark=False,
    )
    if job.options.predictions is not None:
        from wdmd_tools.review.write import open_predictions

        found = open_predictions(job.options.predictions, job.dataset)
        spans = [
            (clip_id, segment.interval, segment.is_macro)
            for clip_id, one in found.items()
            for segment in one.segments
        ]
        write_csv(job.folder / "predictions.csv", HEAD, _rows(sorted(spans)), mark=False)


def _rows(spans: Iterable[tuple[str, Interval, bool]]) -> list[tuple[str, int, int, str]]:
    rows = []
    for clip_id, interval, macro in spans:
        onset, offset = to_frames(interval)
        rows.append((clip_id, onset + 1, offset + 1, "mae" if macro else "me"))
    return rows
