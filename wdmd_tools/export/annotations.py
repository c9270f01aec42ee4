"""A release without pixels, for films that may not be passed on.

    dataset.json  clips.parquet  segments.parquet  frames.parquet     opens with `Dataset.open`
    sources.csv        every film: its path, SHA-256, frames, rate, so that owners find the same file
    eaf/<film>.eaf     the annotators' tiers and the clips, to build from
    README.md  DATASHEET.md  croissant.json

An owner of the same films runs ``wdmd build --elan eaf --videos FILMS``. Left out: crops; where the face
was (``bbox``, ``affine``) and how the head was turned (``yaw``, ``pitch``, ``roll``), since a trace of
head motion is a measurement of a person (``--keep-geometry`` keeps them); the rejects table and the paths
of the lab's ELAN files, which may hold names. Kept: ids of subjects and annotators as the lab chose them,
which must be pseudonyms, and SHA-256 of crops, by which a rebuild can be compared.
"""

import json
from typing import Any

import pyarrow as pa

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.atomic import write_json, write_text
from wdmd_tools.elan.writer import write_eaf
from wdmd_tools.export.croissant import describe
from wdmd_tools.export.csv_table import write_csv
from wdmd_tools.export.datasheet import datasheet, licence_lines, plain
from wdmd_tools.export.options import Job
from wdmd_tools.manifest import write_table
from wdmd_tools.review.document import eaf_names, make_document, recording_media
from wdmd_tools.review.tiers import recording_annotators, recording_ids, recording_tiers

GEOMETRY = ("bbox", "affine", "yaw", "pitch", "roll")


def write(job: Job) -> None:
    """Write the release."""
    dataset, folder = job.dataset, job.folder
    frames = dataset.frames
    if not job.options.keep_geometry:
        for name in GEOMETRY:
            index, column = frames.schema.get_field_index(name), frames.schema.field(name)
            frames = frames.set_column(index, column, pa.nulls(len(frames), column.type))
    write_table(folder / "clips.parquet", "clips", dataset.clips)
    write_table(folder / "segments.parquet", "segments", dataset.segments)
    write_table(folder / "frames.parquet", "frames", frames)
    write_table(folder / "rejects.parquet", "rejects", [])
    write_json(folder / "dataset.json", _info(dataset.info))
    _sources(job)
    names = eaf_names(dataset)
    for recording in recording_ids(dataset):
        people = [name for name in recording_annotators(dataset, recording) if name != CONSENSUS]
        path = folder / "eaf" / names[recording]
        media = recording_media(dataset, recording, path)
        tiers = recording_tiers(dataset, recording, annotators=people)
        write_eaf(path, make_document(tiers, media, author="wdmd export"))
    describe(job, None)
    write_text(folder / "DATASHEET.md", datasheet(dataset))
    write_text(folder / "README.md", _readme(job))


def _info(info: dict[str, Any]) -> dict[str, Any]:
    """dataset.json without paths of the lab, and marked as a release without crops."""
    copy: dict[str, Any] = json.loads(json.dumps(info))
    sources = copy.get("sources", {})
    copy["sources"] = {"videos": sources.get("videos", {})}
    copy["release"] = "annotations"
    return copy


def _sources(job: Job) -> None:
    digests = job.dataset.info.get("sources", {}).get("videos", {})
    rows: dict[str, tuple[Any, ...]] = {}
    for clip in job.dataset.clips.to_pylist():
        rows[clip["recording_id"]] = (
            clip["recording_id"],
            clip["source_video"],
            digests.get(clip["source_video"]),
            clip["width"],
            clip["height"],
            clip["fps_num"],
            clip["fps_den"],
            clip["time_origin_ms"],
        )
    head = (
        *("recording_id", "source_video", "sha256", "width", "height"),
        *("fps_num", "fps_den", "time_origin_ms"),
    )
    write_csv(job.folder / "sources.csv", head, [rows[name] for name in sorted(rows)])


def _readme(job: Job) -> str:
    geometry = (
        "It holds where the face was in the film (`bbox`, `affine`) and the head's pose."
        if job.options.keep_geometry
        else "Where the face was in the film and the head's pose are left out (null)."
    )
    return "\n".join(
        [
            f"# {plain(job.dataset.name)}: annotations only",
            "",
            "No pixel of any film is in this folder. " + geometry,
            "",
            (
                "`sources.csv` names every film with its SHA-256. Whoever owns the same files builds the "
                "dataset, crops included, with"
            ),
            "",
            "    wdmd build --elan eaf --videos FILMS --out data",
            "",
            (
                "and finds the settings of the first build in `dataset.json` under `config`, and its tier "
                "names under `protocol`. `clips.parquet` has the SHA-256 of every crop. Another copy of a "
                "film (another cut, rate or encoding) has another SHA-256 and its frames may differ."
            ),
            "",
            *licence_lines(job.dataset.info),
            "## To be answered before release",
            "",
            "- Consent of the persons shown, and what it covers (mandatory): ______",
            "- Rights in the films, and the ground for publishing annotations of them (mandatory): ______",
            "- Are the ids of subjects and annotators pseudonyms (mandatory): ______",
            "- Licence of the annotations (mandatory): ______",
            "",
        ]
    )
