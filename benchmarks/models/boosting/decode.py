r"""Scores of films to micro-expressions.

    raw scores ──► mean over 2k frames ──► peaks at or above m + p (max - m), k apart
                                              │
                 intervals on the raw scores ◄┘ ──► suppression ──► emotion by vote, or none: dropped

The threshold is the film's: clips of a recording share it. m is the mean of what is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.models.boosting.intervals import STRATEGIES, candidate, suppressed
from benchmarks.models.boosting.targets import clip_span
from benchmarks.models.boosting.timing import Rate
from benchmarks.models.boosting.votes import spotted_emotion
from benchmarks.models.peaks import threshold_of
from benchmarks.models.softnet import aggregated
from wdmd_tools.manifest import Clip
from wdmd_tools.predictions import PredictedSegment

Scores = npt.NDArray[np.float64]
Float = npt.NDArray[np.float32]

PUBLISHED_P = 0.55


@dataclass(frozen=True)
class Decoder:
    """How scores become segments.

    Args:
        half_s: Half the typical duration, seconds.
        p: Where the threshold lies between a film's mean (0) and its largest smoothed score (1).
        strategy: Of `STRATEGIES`.
        emotions: Names of the classes, in the order of the logits; empty without recognition.
    """

    half_s: float
    p: float = PUBLISHED_P
    strategy: str = "extensible"
    emotions: tuple[str, ...] = ()

    def smoothed(self, scores: Scores, fps: float) -> Scores:
        """Scores of a clip's used frames, averaged over a typical duration."""
        return aggregated(scores, Rate(fps).half(self.half_s))

    def spot(
        self,
        clips: Sequence[Clip],
        scores: Mapping[str, Scores],
        logits: Mapping[str, Float],
    ) -> dict[str, tuple[PredictedSegment, ...]]:
        """Segments of clips, recording by recording.

        Args:
            clips: Which.
            scores: Of used frames, by clip id.
            logits: Shape (used frames, classes), by clip id; empty without recognition.

        Returns:
            By clip id, in order of time.
        """
        films: dict[str, list[Clip]] = {}
        for clip in clips:
            films.setdefault(clip.recording_id, []).append(clip)
        found = {}
        for members in films.values():
            smooth = {c.clip_id: self.smoothed(scores[c.clip_id], c.fps) for c in members}
            threshold = threshold_of(list(smooth.values()), self.p)
            raw = np.concatenate([scores[clip.clip_id] for clip in members])
            mean = float(raw.mean()) if len(raw) else 0.0
            for clip in members:
                name = clip.clip_id
                found[name] = self._clip(
                    clip, scores[name], smooth[name], threshold, mean, logits.get(name)
                )
        return found

    def _clip(
        self,
        clip: Clip,
        raw: Scores,
        smooth: Scores,
        threshold: float,
        mean: float,
        logits: Float | None,
    ) -> tuple[PredictedSegment, ...]:
        rate = Rate(clip.fps)
        k, rule = rate.half(self.half_s), STRATEGIES[self.strategy]
        candidates = [candidate(raw, peak, k, mean, rule) for peak in peaks(smooth, threshold, k)]
        segments = []
        for one in suppressed(candidates, k):
            emotion = None
            if self.emotions and logits is not None:
                index = spotted_emotion(logits, one.start, one.end)
                if index is None:
                    continue
                emotion = self.emotions[index]
            span = clip_span(one.start, one.end, rate.skip, clip.n_frames)
            score = float(np.clip(raw[one.apex], 0, 1))
            segments.append(PredictedSegment(span, score, emotion=emotion))
        return tuple(segments)


def peaks(scores: Scores, threshold: float, distance: int) -> list[int]:
    """Frames of the peaks at or above a threshold; a clip's first or last frame can be one.

    Args:
        scores: Shape (N,).
        threshold: Infinity for none.
        distance: Least frames between peaks; the higher ones stay.
    """
    from scipy.signal import find_peaks

    if not np.isfinite(threshold):
        return []
    padded = np.concatenate([[-np.inf], scores, [-np.inf]])
    found, _ = find_peaks(padded, height=threshold, distance=max(1, distance))
    return [int(one) - 1 for one in found]
