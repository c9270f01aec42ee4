"""What is known before a film is seen: how long a micro-expression lasts, how rare each class is.

Both come from the training clips alone. The published program takes the duration from all subjects, those
of the test among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.models.boosting.timing import UNKNOWN_HALF_S
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset

NEUTRAL_FACTOR = 6.0
"""Neutral frames weigh so many times more than balance asks for, as published."""


@dataclass(frozen=True)
class Priors:
    """What the decoder and the loss are told.

    Args:
        half_s: Half the typical duration, seconds.
        balanced: Whether classes are weighted by how rare they are.
        neutral: Further factor of neutral.
    """

    half_s: float = UNKNOWN_HALF_S
    balanced: bool = False
    neutral: float = 1.0


def estimated_priors(dataset: Dataset, train: Sequence[Clip]) -> Priors:
    """Half the median duration of the reference MEs of the training clips, and balanced classes.

    Raises:
        ManifestError: There is no ME.
    """
    durations = [
        interval.duration_ms / clip.fps
        for clip in train
        for interval in dataset.reference_intervals(clip.clip_id)
    ]
    if not durations:
        raise ManifestError(f"{dataset.root}: no micro-expression in the training split")
    return Priors(0.5 * float(np.median(durations)), True, NEUTRAL_FACTOR)
