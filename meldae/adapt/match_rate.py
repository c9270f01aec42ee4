"""A threshold without labels: as many micro-expressions a minute as in the source.

It assumes that the two domains have the same rate; where they have not, it is wrong in proportion.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from meldae.calibration import rescale
from meldae.decode import Decoding, decode
from meldae.inference import RawScores
from wdmd_tools.manifest import Clip, Dataset

_TRIED = 200


def rate_of(dataset: Dataset, clips: Sequence[Clip]) -> float:
    """Micro-expressions per second in labelled clips."""
    count = sum(len(dataset.reference_intervals(clip.clip_id)) for clip in clips)
    seconds = sum(clip.n_frames / clip.fps for clip in clips)
    return count / seconds


def match_rate(
    clips: Sequence[Clip], scores: Mapping[str, RawScores], how: Decoding, rate: float
) -> Decoding:
    """The threshold at which the number of segments comes closest to a rate; the highest of equals.

    Args:
        clips: Unlabelled clips of the target.
        scores: Of each.
        how: All but the threshold stays.
        rate: Segments per second.
    """
    wanted = rate * sum(clip.n_frames / clip.fps for clip in clips)
    raw = np.concatenate([scores[clip.clip_id].frame_scores for clip in clips])
    frames = rescale(raw, how.frame_scale, how.frame_bias)
    plain = replace(how, speaking_threshold=None, other_threshold=None)
    shares = 1 - np.geomspace(0.9, 1e-4, _TRIED)
    best, nearest = plain, float("inf")
    for threshold in np.unique(np.quantile(frames, shares))[::-1]:
        tried = replace(plain, threshold=float(max(threshold, 1e-6)))
        found = sum(
            len(decode(scores[clip.clip_id].frame_scores, clip.fps, tried)) for clip in clips
        )
        if abs(found - wanted) < nearest:
            best, nearest = tried, abs(found - wanted)
    return best
