"""Crop videos into an export."""

import os
import shutil

from wdmd_tools.errors import ManifestError
from wdmd_tools.export.options import Crops, Job


def place_crops(job: Job) -> bool:
    """Copy or link every crop to ``crops/`` of the export.

    Returns:
        Whether there are crops in the export.

    Raises:
        ManifestError: A crop is missing.
        ConfigError: Crops were asked for, and its owners' licence forbids it.
    """
    choice = job.crops
    if choice is Crops.NONE:
        return False
    paths = sorted(set(job.dataset.clips["crop_path"].to_pylist()))
    for done, name in enumerate(paths, start=1):
        source, target = job.dataset.root / name, job.folder / name
        if not source.is_file():
            raise ManifestError(
                f"{source}: no such crop; export with --crops none, or build the dataset again"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        if choice is Crops.LINK:
            try:
                os.link(source, target)
            except OSError as error:
                raise ManifestError(
                    f"{source}: cannot be linked ({error.strerror}); use --crops copy"
                ) from None
        else:
            shutil.copyfile(source, target)
        if job.progress is not None:
            job.progress(done, len(paths))
    return bool(paths)
