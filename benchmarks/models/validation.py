"""On which clips a model chooses its thresholds."""

from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.split import assign_splits


def training_and_validation(dataset: Dataset, seed: int) -> tuple[list[Clip], list[Clip]]:
    """Training and validation clips; without a validation split some training subjects serve as one.

    Args:
        dataset: What `Spotter.fit` was given.
        seed: Of the draw of subjects.

    Returns:
        Both; the same clips twice where there is one subject only, so thresholds are then chosen on what
        was learnt from.
    """
    train, check = list(dataset.iter_clips("train")), list(dataset.iter_clips("val"))
    if check:
        return train, check
    shares = {"train": 0.75, "val": 0.25}
    part = assign_splits([clip.subject_id for clip in train], seed, shares)
    held = [clip for clip in train if part[clip.subject_id] != "train"]
    return [clip for clip in train if part[clip.subject_id] == "train"], held or train
