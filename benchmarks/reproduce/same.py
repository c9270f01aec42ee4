"""Whether two sets of predictions, and what was counted from them, say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from wdmd_tools.intervals import to_frames
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, Recognition

BOUNDARY_FRAMES = 1
"""Frames by which an onset or offset may differ within tolerance."""


class Verdict(StrEnum):
    """How a job came out the second time."""

    IDENTICAL = "identical"
    """Every segment, every score and every metric is the same, to the last bit."""
    CLOSE = "within tolerance"
    """The same clips and as many segments; scores and metrics within the tolerance, boundaries within
    `BOUNDARY_FRAMES`."""
    DIFFERENT = "different"
    FAILED = "failed"
    """It failed, and had not before; or the other way round."""
    SAME_FAILURE = "failed both times"
    NOT_RUN = "not run"
    """Its data are not at hand, or are others."""

    SUBMITTED = "submitted, not rerun"
    """Somebody else's predictions (`bench score`): there is nothing to run."""

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against the first result."""
        return self not in (Verdict.DIFFERENT, Verdict.FAILED, Verdict.NOT_RUN)


@dataclass(frozen=True)
class Difference:
    """Between two sets of predictions.

    Args:
        clips: Clips of which not the very same was said, those that only one set has among them.
        segments: Clips that have another number of segments, or other labels or emotions, or that only one
            set has.
        boundary_frames: Largest shift of an onset or offset where the numbers of segments agree.
        score: Largest difference of any score or probability; infinite where only one set has it.
        metric: Largest difference of a metric; infinite where it is undefined in one only.
    """

    clips: int = 0
    segments: int = 0
    boundary_frames: int = 0
    score: float = 0.0
    metric: float = 0.0

    def __or__(self, other: "Difference") -> "Difference":
        """Both kinds of differences at once."""
        return Difference(
            max(self.clips, other.clips),
            max(self.segments, other.segments),
            max(self.boundary_frames, other.boundary_frames),
            max(self.score, other.score),
            max(self.metric, other.metric),
        )

    def verdict(self, tolerance: float) -> Verdict:
        """What to call it.

        Args:
            tolerance: Largest difference of scores and of metrics, both in [0, 1].
        """
        if self == Difference():
            return Verdict.IDENTICAL
        close = (
            self.segments == 0
            and self.boundary_frames <= BOUNDARY_FRAMES
            and max(self.score, self.metric) <= tolerance
        )
        return Verdict.CLOSE if close else Verdict.DIFFERENT


def compare_predictions(
    first: Mapping[str, ClipPrediction], second: Mapping[str, ClipPrediction]
) -> Difference:
    """Compare what two runs said about the same clips; the order of segments does not matter."""
    clips = segments = boundary = 0
    score = 0.0
    for name in first.keys() | second.keys():
        one, other = first.get(name), second.get(name)
        if one is None or other is None:
            clips, segments, score = clips + 1, segments + 1, float("inf")
            continue
        away = _score_difference(one, other)
        ours, theirs = (sorted(map(_row, clip.segments)) for clip in (one, other))
        # The number, the labels, or the emotions.
        if [row[3:] for row in ours] != [row[3:] for row in theirs]:
            segments += 1
        else:
            for left, right in zip(ours, theirs, strict=True):
                boundary = max(boundary, abs(left[0] - right[0]), abs(left[1] - right[1]))
                away = max(away, abs(left[2] - right[2]))
        score = max(score, away)
        clips += away > 0 or ours != theirs
    return Difference(clips, segments, boundary, score)


def compare_recognitions(
    first: Mapping[str, Recognition] | None, second: Mapping[str, Recognition] | None
) -> Difference:
    """Compare what two runs said about the emotions of the same samples, by sample id.

    Another emotion, or an answer that only one has, counts as another segment of its clip.
    """
    ours, theirs = first or {}, second or {}
    changed: set[str] = set()
    other: set[str] = set()
    score = 0.0
    for name in ours.keys() | theirs.keys():
        one, two = ours.get(name), theirs.get(name)
        clip = (one or two or Recognition(name, "", "")).clip_id
        if one is None or two is None or one.emotion != two.emotion:
            changed.add(clip)
            other.add(clip)
        if one is not None and two is not None:
            away = _chances_apart(one.probabilities, two.probabilities)
            score = max(score, away)
            if away > 0:
                changed.add(clip)
    return Difference(len(changed), len(other), 0, score)


def compare_metrics(first: Mapping[str, float | None], second: Mapping[str, float | None]) -> float:
    """Largest difference of a metric that both have; one that has it undefined alone is infinitely far.

    Metrics that only one of them knows are left out: programs learn to count more.
    """
    away = 0.0
    for name in first.keys() & second.keys():
        away = max(away, _apart(first[name], second[name]))
    return away


def _row(segment: PredictedSegment) -> tuple[int, int, float, str, str]:
    onset, offset = to_frames(segment.interval)
    return onset, offset, segment.score, segment.label, segment.emotion or ""


def _score_difference(one: ClipPrediction, other: ClipPrediction) -> float:
    away = max(_apart(one.p_me, other.p_me), _apart(one.p_state, other.p_state))
    ours, theirs = one.frame_scores, other.frame_scores
    if ours is None and theirs is None:
        return away
    if ours is None or theirs is None or ours.shape != theirs.shape:
        return float("inf")
    return max(away, float(np.max(np.abs(ours - theirs), initial=0.0)))


def _apart(one: float | None, other: float | None) -> float:
    if one is None and other is None:
        return 0.0
    return float("inf") if one is None or other is None else abs(one - other)


def _chances_apart(one: Mapping[str, float] | None, other: Mapping[str, float] | None) -> float:
    if one is None or other is None:
        return 0.0 if one is other else float("inf")
    return max((_apart(one.get(name), other.get(name)) for name in {*one, *other}), default=0.0)
