"""What an export may be told, and what it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from wdmd_tools.manifest import Dataset

Progress = Callable[[int, int], None]
"""Told how many crop files are done, and of how many."""


class Crops(StrEnum):
    """What becomes of the crop videos: copied, hard-linked (same disk, no space), or left out."""

    COPY = "copy"
    LINK = "link"
    NONE = "none"


class ExportOptions(BaseModel):
    """Settings of an export.

    Args:
        crops: What becomes of the crop videos, in formats that carry them.
        predictions: ``predictions.parquet`` or its folder, for formats that hold predictions.
        keep_geometry: Whether an annotation-only release keeps where the face was (bounding box, crop
            transform) and how the head was turned.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    crops: Crops = Crops.COPY
    predictions: Path | None = None
    keep_geometry: bool = False


@dataclass(frozen=True)
class Job:
    """One export under way.

    Args:
        dataset: What is exported.
        folder: Where to write; it becomes the export when all is written.
        options: Settings.
        progress: Told about crop files, or `None`.
    """

    dataset: Dataset
    folder: Path
    options: ExportOptions
    progress: Progress | None = None
