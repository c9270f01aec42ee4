"""Clips that were cut around their micro-expressions (SMIC, selected frames of CASME II).

    clip   [ onset ..... apex ..... offset ]      no frame without an ME, so no example of "none"

There is nothing to learn to spot from, but emotions can be recognised. A model that does both then says
nothing about where micro-expressions are, rather than failing.
"""

from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction

NOT_LEARNT = "not learnt: no window without a micro-expression"


class NothingToSpotError(ManifestError):
    """The training clips have no windows both with and without a micro-expression."""


def say_nothing(dataset: Dataset, split: str) -> list[ClipPrediction]:
    """Predictions without segments, scores or probabilities, one per clip.

    Args:
        dataset: Any.
        split: Which clips.
    """
    return [ClipPrediction(clip.clip_id) for clip in dataset.iter_clips(split)]
