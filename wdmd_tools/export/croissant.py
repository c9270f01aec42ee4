"""Croissant 1.0 with responsible-AI fields, beside the tables (and crops) it describes."""

import hashlib
import shutil

from wdmd_tools.atomic import write_json
from wdmd_tools.export.crops import place_crops
from wdmd_tools.export.measured import agreement_sentence
from wdmd_tools.export.options import Job
from wdmd_tools.pipeline.card import croissant

TABLES = ("clips", "segments", "frames")


def write(job: Job) -> None:
    """Write ``croissant.json``, the tables as they are, and the crops."""
    for name in (*(f"{table}.parquet" for table in TABLES), "dataset.json"):
        shutil.copyfile(job.dataset.root / name, job.folder / name)
    crops = "crops/*.mkv" if place_crops(job) else None
    describe(job, crops)


def describe(job: Job, crops: str | None) -> None:
    """Write ``croissant.json`` for the tables that lie in the folder of a job.

    Args:
        job: The export.
        crops: Pattern of the crop videos, or `None`.
    """
    sums = {
        f"{name}.parquet": hashlib.sha256((job.folder / f"{name}.parquet").read_bytes()).hexdigest()
        for name in TABLES
    }
    agreement = agreement_sentence(job.dataset)
    document = croissant(job.dataset.info, sums, crops=crops, agreement=agreement)
    write_json(job.folder / "croissant.json", document)
