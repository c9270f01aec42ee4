"""CSV for SPSS, R and Excel: one row per segment, one per clip, and what every column means.

    segments.csv    a segment of an annotator or the consensus, with its clip and subject
    clips.csv       a clip, wide: MEs and states of every annotator side by side
    codebook.csv    file, column, type, unit, meaning

UTF-8 with a byte order mark, comma, dot, an empty cell for what is missing, 1 and 0 for yes and no. Text
that a spreadsheet would run as a formula gets an apostrophe in front.
"""

import re
from collections import defaultdict
from typing import Any

import pyarrow as pa

from wdmd_tools.annotations import CONSENSUS, STATES
from wdmd_tools.export.csv_table import write_csv
from wdmd_tools.export.options import Job
from wdmd_tools.manifest.schema import CLIPS, SEGMENTS

_FROM_CLIP = ("recording_id", "subject_id", "split")
_ADDED = (
    ("duration_ms", "int64", "ms", "offset_ms - onset_ms, the whole segment as annotated"),
    ("duration_frames", "int32", "frames", "frames of the segment inside of this clip"),
    ("fps", "float", "frames/s", "average frame rate of the film"),
)
_UNITS = {"_ms": "ms", "_frame": "frames", "_deg": "degrees", "_px": "px", "_share": "0..1"}


def write(job: Job) -> None:
    """Write ``segments.csv``, ``clips.csv`` and ``codebook.csv``."""
    clips = {row["clip_id"]: row for row in job.dataset.clips.to_pylist()}
    segments = job.dataset.segments.to_pylist()
    head = (*_FROM_CLIP, *SEGMENTS.names, *(name for name, *_ in _ADDED))
    rows = []
    for row in segments:
        clip = clips[row["clip_id"]]
        rows.append(
            [
                *(clip[name] for name in _FROM_CLIP),
                *(row[name] for name in SEGMENTS.names),
                row["offset_ms"] - row["onset_ms"],
                row["offset_frame"] - row["onset_frame"] + 1,
                clip["fps_num"] / clip["fps_den"],
            ]
        )
    write_csv(job.folder / "segments.csv", head, rows)
    wide_head, wide_rows, wide_meaning = _wide(clips, segments)
    write_csv(job.folder / "clips.csv", wide_head, wide_rows)
    by_name = {column.name: column for column in CLIPS}
    book = [_explain("segments.csv", by_name[name]) for name in _FROM_CLIP]
    book += [_explain("segments.csv", column) for column in SEGMENTS]
    book += [("segments.csv", *about) for about in _ADDED]
    book += [_explain("clips.csv", column) for column in CLIPS]
    book += [("clips.csv", *about) for about in wide_meaning]
    write_csv(job.folder / "codebook.csv", ("file", "column", "type", "unit", "meaning"), book)


def _wide(
    clips: dict[str, dict[str, Any]], segments: list[dict[str, Any]]
) -> tuple[list[str], list[list[Any]], list[tuple[str, str, str, str]]]:
    people = sorted({row["annotator"] for row in segments}, key=lambda n: (n == CONSENSUS, n))
    count: dict[tuple[str, str], int] = defaultdict(int)
    frames: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in segments:
        key = row["clip_id"], row["annotator"]
        length = row["offset_frame"] - row["onset_frame"] + 1
        if row["kind"] == "me":
            count[key] += 1
            frames[*key, "me"] += length
        elif row["kind"] == "state":
            frames[*key, str(row["label"])] += length
    meaning = [("fps", "float", "frames/s", "average frame rate of the film")]
    for name, short in zip(people, _variables(people), strict=True):
        meaning.append((f"n_me_{short}", "int", "", f"micro-expressions by {name} in the clip"))
        meaning.append((f"me_frames_{short}", "int", "frames", f"their length, by {name}"))
        meaning.extend(
            (f"{state}_frames_{short}", "int", "frames", f"frames {state}, by {name}")
            for state in STATES
        )
    rows = []
    for clip_id, clip in clips.items():
        values: list[Any] = [clip[name] for name in CLIPS.names]
        values.append(clip["fps_num"] / clip["fps_den"])
        for name in people:
            values.append(count[clip_id, name])
            values.extend(frames[clip_id, name, what] for what in ("me", *STATES))
        rows.append(values)
    return [*CLIPS.names, *(name for name, *_ in meaning)], rows, meaning


def _variables(names: list[str]) -> list[str]:
    """Names as SPSS and R take them in a variable's name, each once."""
    result: list[str] = []
    for name in names:
        short = re.sub(r"[^A-Za-z0-9_]", "_", name)[:30] or "_"
        count = sum(re.fullmatch(rf"{short}(_[0-9]+)?", one) is not None for one in result)
        result.append(f"{short}_{count + 1}" if short in result else short)
    return result


def _explain(file: str, column: pa.Field) -> tuple[str, str, str, str, str]:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    name = "list, joined by ;" if pa.types.is_list(kind) else str(kind)
    unit = next((unit for end, unit in _UNITS.items() if column.name.endswith(end)), "")
    if column.name.startswith("fps_") or column.name in {"width", "height"}:
        unit = "px" if column.name in {"width", "height"} else "frames/s"
    return file, column.name, name, unit, column.metadata[b"description"].decode("utf-8")
