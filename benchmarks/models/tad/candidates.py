"""What the heads say to segments and frame scores, and the threshold that the validation split prefers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.models.tad.grid import to_frames
from benchmarks.models.tad.nms import soft_nms
from meldae.decode import objective
from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.dialogue import DialogueCounts, dialogue_counts
from wdmd_tools.predictions import PredictedSegment

Array = npt.NDArray[np.float64]

THRESHOLDS = tuple(round(0.02 * step, 2) for step in range(1, 46))
"""Scores at which a candidate becomes a segment, tried on the validation split."""


@dataclass(frozen=True)
class Suppression:
    """From points to candidates.

    Args:
        min_score: Points below it are left out.
        most_points: At most this many points, the best, go into the suppression.
        most: At most this many candidates per clip.
        sigma: Of `soft_nms`.
        min_ms: Shorter candidates are left out.
        max_ms: Longer ones too: what lasts a second is a macro-expression.
    """

    min_score: float = 1e-3
    most_points: int = 500
    most: int = 100
    sigma: float = 0.5
    min_ms: float = 66.0
    max_ms: float = 1000.0


@dataclass(frozen=True)
class Candidates:
    """What was found in one clip before any threshold.

    Args:
        segments: On the clip's frame axis, best first.
        frame_scores: Shape (T,): the best score of a point whose span covers the frame, before suppression.
    """

    segments: tuple[PredictedSegment, ...]
    frame_scores: npt.NDArray[np.float32]

    @property
    def best(self) -> float:
        """The largest score, 0 when there is no candidate."""
        return self.segments[0].score if self.segments else 0.0

    def above(self, threshold: float) -> tuple[PredictedSegment, ...]:
        """Segments with at least this score, by time; one of those that cover the same frames."""
        kept: dict[Interval, PredictedSegment] = {}
        for segment in self.segments:
            if segment.score >= threshold:
                kept.setdefault(segment.interval, segment)
        return tuple(kept[interval] for interval in sorted(kept))


def find_candidates(
    spans: Array, scores: Array, stride: int, n_frames: int, fps: float, how: Suppression
) -> Candidates:
    """Points of one clip to candidates.

    Args:
        spans: Shape (P, 2), on the axis of steps.
        scores: Shape (P,), in [0, 1].
        stride: Frames per step.
        n_frames: Of the clip.
        fps: Of the clip.
        how: Limits.
    """
    milliseconds = (spans[:, 1] - spans[:, 0]) * stride * 1000 / fps
    fits = (scores >= how.min_score) & (milliseconds >= how.min_ms) & (milliseconds <= how.max_ms)
    chosen = np.flatnonzero(fits)
    chosen = chosen[np.argsort(-scores[chosen], kind="stable")][: how.most_points]
    frame_scores = np.zeros(n_frames, dtype=np.float32)
    # Worst first, so that the best one that covers a frame is written last.
    for index in chosen[::-1]:
        frames = to_frames(spans[index, 0], spans[index, 1], stride, n_frames)
        if frames is not None:
            frame_scores[frames.start_ms : frames.end_ms] = scores[index]
    kept, faded = soft_nms(spans[chosen], scores[chosen], how.sigma, how.min_score, how.most)
    segments = []
    for (start, end), score in zip(kept, faded, strict=True):
        frames = to_frames(float(start), float(end), stride, n_frames)
        if frames is not None:
            segments.append(PredictedSegment(frames, float(score)))
    return Candidates(tuple(segments), frame_scores)


@dataclass(frozen=True)
class Truth:
    """What is true of a clip.

    Args:
        references: MEs on the frame axis.
        speaking: See `dialogue_counts`.
        has_me: Whether it holds an ME.
    """

    references: Sequence[Interval]
    speaking: npt.NDArray[np.int8]
    has_me: bool


def choose_threshold(found: Sequence[Candidates], truths: Sequence[Truth]) -> tuple[float, float]:
    """The threshold with the best objective on validation clips, steadied by its neighbours.

    Args:
        found: Of each clip.
        truths: Of each clip.

    Returns:
        The threshold and its averaged objective (`meldae.decode.objective`); the first of equals.
    """
    values = []
    for threshold in THRESHOLDS:
        counts = DialogueCounts()
        for one, truth in zip(found, truths, strict=True):
            said = [segment.interval for segment in one.above(threshold)]
            if said or truth.references:
                counts = counts + dialogue_counts(said, truth.references, truth.speaking)
        values.append(objective(counts))
    padded = np.array([values[0], *values, values[-1]])
    steady = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    best = int(np.argmax(steady))
    return THRESHOLDS[best], float(steady[best])
