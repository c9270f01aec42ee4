"""What the best threshold on the *test* data would give: an upper bound, never a result.

Papers on spotting choose thresholds on what they report. The same number is computed here from the stored
frame scores, kept apart under its own name, and shown only when it is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.scoring import IOU_RULE, IOU_THRESHOLD
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.metrics.dialogue import DialogueCounts, dialogue_counts
from wdmd_tools.predictions import ClipPrediction

NOTE = "the threshold was chosen on the test data; an upper bound, not comparable with any other column"
_TRIED = 40
_KEYS = ("threshold", "low_share", "smooth_ms", "min_ms", "max_ms")


@dataclass(frozen=True)
class OracleDecoding:
    """How scores become runs; the same rule as MELDAE's hysteresis, without its model.

    Args:
        threshold: A run needs a frame at or above it.
        low_share: A run reaches as far as scores are at or above this share of it.
        smooth_ms: Width of a moving average before.
        min_ms: Shortest run.
        max_ms: Longest run.
    """

    threshold: float = 0.5
    low_share: float = 1.0
    smooth_ms: float = 0.0
    min_ms: float = 66.0
    max_ms: float = 1000.0


def oracle_extras(
    dataset: Dataset,
    predictions: Mapping[str, ClipPrediction],
    facts: Mapping[str, Any],
    split: str = "test",
) -> dict[str, Any]:
    """The best F1_DR that any one threshold on the frame scores gives on the test clips.

    All but the threshold stays as the model says in ``facts["decoding"]``, where it says so.

    Args:
        dataset: With labels.
        predictions: By clip id.
        facts: What the model says about itself.
        split: Which clips.

    Returns:
        For a result's ``extras``: ``oracle_f1_dr``, ``oracle_threshold`` and a warning; empty when a clip
        has no frame scores, or no threshold gives a defined F1_DR.
    """
    clips = list(dataset.iter_clips(split))
    scores = [getattr(predictions.get(clip.clip_id), "frame_scores", None) for clip in clips]
    known = [np.asarray(one, dtype=float) for one in scores if one is not None]
    if not clips or len(known) < len(clips):
        return {}
    how = _own(facts)
    ready = [
        (clip, smoothed(one, how.smooth_ms, clip.fps))
        for clip, one in zip(clips, known, strict=True)
    ]
    truths = {
        clip.clip_id: (
            dataset.reference_intervals(clip.clip_id),
            dataset.speaking_by_frame(clip.clip_id),
        )
        for clip in clips
    }
    best: tuple[float, float, DialogueCounts] | None = None
    for threshold in _thresholds([one for _, one in ready], how.threshold):
        total = DialogueCounts()
        for clip, one in ready:
            references, speaking = truths[clip.clip_id]
            found = _runs(one, clip, how, threshold)
            if found or references:
                total = total + dialogue_counts(
                    found, references, speaking, IOU_THRESHOLD, IOU_RULE
                )
        value = total.f1_dr
        if value is not None and (best is None or value > best[0]):
            best = value, threshold, total
    if best is None:
        return {}
    value, threshold, total = best
    return {
        "oracle_f1_dr": value,
        "oracle_f1": total.total.f1,
        "oracle_threshold": threshold,
        "oracle_note": NOTE,
    }


def smoothed(
    scores: npt.NDArray[np.float64], width_ms: float, fps: float
) -> npt.NDArray[np.float64]:
    """Centred moving average over an odd number of frames, at the edges over those that exist."""
    half = min(round(width_ms * fps / 1000) | 1, 2 * len(scores) - 1) // 2
    if half < 1:
        return scores
    sums = np.concatenate(([0.0], np.cumsum(scores)))
    middle = np.arange(len(scores))
    first, end = np.maximum(0, middle - half), np.minimum(len(scores), middle + half + 1)
    return np.asarray((sums[end] - sums[first]) / (end - first))


def _own(facts: Mapping[str, Any]) -> OracleDecoding:
    said = facts.get("decoding")
    if not isinstance(said, Mapping):
        return OracleDecoding()
    numbers = {key: float(said[key]) for key in _KEYS if isinstance(said.get(key), int | float)}
    return OracleDecoding(**numbers)


def _thresholds(scores: Sequence[npt.NDArray[np.float64]], own: float) -> list[float]:
    """The upper half of all scores in equal shares, finer towards the top, and the model's own."""
    together = np.concatenate(scores)
    shares = 1 - np.geomspace(0.5, 1e-3, _TRIED)
    found = np.unique(np.quantile(together, shares))
    return sorted({*(float(one) for one in found if one > 0), own})


def _runs(
    scores: npt.NDArray[np.float64], clip: Clip, how: OracleDecoding, threshold: float
) -> list[Interval]:
    shortest = max(1, round(how.min_ms * clip.fps / 1000))
    longest = max(shortest, round(how.max_ms * clip.fps / 1000))
    over = np.concatenate(([0], (scores >= threshold * how.low_share).astype(np.int8), [0]))
    steps = np.diff(over)
    return [
        Interval(int(first), int(end))
        for first, end in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True)
        if shortest <= end - first <= longest and scores[first:end].max() >= threshold
    ]
