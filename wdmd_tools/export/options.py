"""What an export may be told, and what it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.import_facts import is_bound

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
        crops: What becomes of the crop videos, in formats that carry them; `None` copies them, except those
            of an imported dataset, which are its owners'.
        predictions: ``predictions.parquet`` or its folder, for formats that hold predictions.
        keep_geometry: Whether an annotation-only release keeps where the face was (bounding box, crop
            transform) and how the head was turned.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    crops: Crops | None = None
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

    @property
    def crops(self) -> Crops:
        """What becomes of the crop videos of this dataset.

        Raises:
            ConfigError: They were asked for and are somebody else's.
        """
        bound = is_bound(self.dataset.info)
        if self.options.crops is None:
            return Crops.NONE if bound else Crops.COPY
        if bound and self.options.crops is not Crops.NONE:
            raise ConfigError(
                f"--crops {self.options.crops.value}: {self.dataset.root} was imported, and the licence of "
                f"{self.dataset.info['import']['display']} forbids passing its pictures on; leave it out"
            )
        return self.options.crops
