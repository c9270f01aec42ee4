r"""Peaks of a score over a whole film to intervals: the rule of Moilanen et al., SOFTNet's as well.

    score  __/\_____/\/\____/^\___      threshold = mean + tau * (max - mean) of the film's scores
    T     - - - - - - - - - - - - -     peaks at or above it, at least `distance` frames apart
    found             |-|    |---|      peak - half ... peak + half

The threshold is relative to the film, so every film whose score is not constant has at least one peak.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from meldae.decode import ScoredClip, objective
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip
from wdmd_tools.metrics.dialogue import DialogueCounts, dialogue_counts
from wdmd_tools.predictions import PredictedSegment

Scores = npt.NDArray[np.float64]

TAUS = tuple(round(0.05 * step, 2) for step in range(20))
"""What is tried on the validation split: 0 to 0.95."""


@dataclass(frozen=True)
class PeakRule:
    """How scores become intervals.

    Args:
        tau: Where the threshold lies between a film's mean (0) and largest (1) score.
        half: Frames on either side of a peak.
        distance: Least frames between peaks.
    """

    tau: float
    half: int
    distance: int


class RuleOf(Protocol):
    """The rule for a clip's frame rate with a given tau."""

    def __call__(self, fps: float, tau: float) -> PeakRule:
        """Durations in frames of that rate."""


def threshold_of(scores: Sequence[Scores], tau: float) -> float:
    """The threshold of a film.

    Args:
        scores: Of each of its clips.
        tau: See `PeakRule`.

    Returns:
        Infinity for a film without frames or whose score is constant: it has no peak.
    """
    every = np.concatenate([np.zeros(0), *scores])
    if not len(every) or every.max() <= every.min():
        return float("inf")
    mean = float(every.mean())
    return mean + tau * (float(every.max()) - mean)


def find_segments(
    scores: Scores, rule: PeakRule, threshold: float, largest: float, n_frames: int
) -> tuple[PredictedSegment, ...]:
    """Intervals around the peaks of a clip.

    Args:
        scores: Shape (N,), of the clip's first N frames.
        rule: Half width and distance.
        threshold: Of the film.
        largest: Score that becomes confidence 1.
        n_frames: Of the clip, N or more.

    Returns:
        In order of time, cut off at the clip's ends; they may overlap when peaks are close.
    """
    from scipy.signal import find_peaks

    if not np.isfinite(threshold):
        return ()
    # A clip's first or last frame can be its highest; padding makes it a peak as well.
    padded = np.concatenate([[-np.inf], scores, [-np.inf]])
    peaks, _ = find_peaks(padded, height=threshold, distance=max(1, rule.distance))
    found = []
    for peak in (peaks - 1).tolist():
        span = Interval(max(0, peak - rule.half), min(n_frames, peak + rule.half + 1))
        confidence = scores[peak] / largest if largest > 0 else 0.0
        found.append(PredictedSegment(span, float(np.clip(confidence, 0, 1))))
    return tuple(found)


def spot_films(
    clips: Sequence[Clip],
    scores: Mapping[str, Scores],
    rule: RuleOf,
    tau: float,
    largest: float,
) -> dict[str, tuple[PredictedSegment, ...]]:
    """Segments of every clip; the clips of a recording share its threshold.

    Args:
        clips: Which.
        scores: By clip id, of the clip's first frames.
        rule: Durations in frames.
        tau: See `PeakRule`.
        largest: Score that becomes confidence 1.
    """
    films: dict[str, list[Clip]] = {}
    for clip in clips:
        films.setdefault(clip.recording_id, []).append(clip)
    found = {}
    for members in films.values():
        threshold = threshold_of([scores[clip.clip_id] for clip in members], tau)
        for clip in members:
            found[clip.clip_id] = find_segments(
                scores[clip.clip_id], rule(clip.fps, tau), threshold, largest, clip.n_frames
            )
    return found


def choose_tau(
    clips: Sequence[Clip],
    scored: Mapping[str, ScoredClip],
    scores: Mapping[str, Scores],
    rule: RuleOf,
) -> tuple[float, float]:
    """The tau with the best objective on validation clips; the largest of equals.

    Args:
        clips: Validation clips.
        scored: Their references and states.
        scores: By clip id, of the clip's first frames.
        rule: Durations in frames.

    Returns:
        Tau and its objective (`meldae.decode.objective`).
    """
    best, best_value = TAUS[0], -1.0
    for tau in TAUS:
        found = spot_films(clips, scores, rule, tau, 1.0)
        total = DialogueCounts()
        for clip_id, truth in scored.items():
            spans = [segment.interval for segment in found[clip_id]]
            if spans or truth.references:
                total = total + dialogue_counts(spans, truth.references, truth.speaking)
        value = objective(total)
        if value >= best_value:
            best, best_value = tau, value
    return best, best_value
