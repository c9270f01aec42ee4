r"""Frame scores to segments, and the choice of how on the validation split.

    score   ___/^^^^\______/^\____       upper threshold: a segment needs a frame above it
    upper  - - - - - - - - - - - -       lower threshold: how far it reaches to both sides
    lower  - - - - - - - - - - - -       then too short and too long ones are dropped
    found      |-----|

Too long is as telling as too short: what lasts a second is a macro-expression. Short gaps may be bridged
first. `meldae.proposals` is the other method: runs over many thresholds, ranked by how far they stand out.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from meldae.calibration import rescale
from meldae.proposals import proposals
from meldae.runs import runs_over
from meldae.settings import DecodingConfig, DecodingMethod
from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.dialogue import DialogueCounts, dialogue_counts
from wdmd_tools.predictions import PredictedSegment

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))


@dataclass(frozen=True)
class Decoding:
    """How scores become segments.

    Args:
        threshold: Upper threshold.
        low_share: Lower threshold as a share of the upper one, in (0, 1].
        smooth_ms: Width of the moving average; 0 for none.
        min_ms: Shortest segment.
        max_ms: Longest segment.
        me_bias: Added to the clip's ME logit, so that 0.5 is a fair threshold on the validation split.
        state_bias: The same for the speaking logit.
        merge_ms: Gaps up to this long are bridged; 0 bridges none.
        method: ``hysteresis`` or ``proposals``; the latter has no lower threshold, and `threshold` is on
            how far a proposal stands out.
        me_scale: Factor on the clip's ME logit, before the bias is added.
        state_scale: The same for the speaking logit.
        frame_scale: Factor on frame logits, before anything is decided about them.
        frame_bias: Added to them.
        speaking_threshold: In place of `threshold` for clips that the model takes for speaking.
        other_threshold: In place of `threshold` for the other clips.
    """

    threshold: float = 0.5
    low_share: float = 1.0
    smooth_ms: float = 0.0
    min_ms: float = 66.0
    max_ms: float = 1000.0
    me_bias: float = 0.0
    state_bias: float = 0.0
    merge_ms: float = 0.0
    method: DecodingMethod = "hysteresis"
    me_scale: float = 1.0
    state_scale: float = 1.0
    frame_scale: float = 1.0
    frame_bias: float = 0.0
    speaking_threshold: float | None = None
    other_threshold: float | None = None

    @property
    def raw_threshold(self) -> float:
        """`threshold` on scores as the model gives them, before calibration."""
        logit = float(np.log(self.threshold) - np.log1p(-self.threshold))
        return float(1 / (1 + np.exp(-(logit - self.frame_bias) / self.frame_scale)))

    def for_state(self, speaking: bool) -> "Decoding":
        """With the threshold of clips that the model takes for speaking, or of the others."""
        chosen = self.speaking_threshold if speaking else self.other_threshold
        return self if chosen is None else replace(self, threshold=chosen)


@dataclass(frozen=True)
class ScoredClip:
    """Scores and truth of one clip, for choosing a decoding.

    Args:
        scores: (T,) in [0, 1].
        references: True MEs on the frame axis.
        speaking: (T,) int8, see `dialogue_counts`.
        fps: Frame rate.
    """

    scores: npt.NDArray[np.float32]
    references: Sequence[Interval]
    speaking: npt.NDArray[np.int8]
    fps: float


def smooth(scores: npt.NDArray[np.float32], width: int) -> npt.NDArray[np.float32]:
    """Centred moving average over an odd number of frames; at the edges over those that exist."""
    width = min(width | 1, 2 * len(scores) - 1)
    if width <= 1:
        return scores
    kernel = np.ones(width)
    padded = np.convolve(scores, kernel)[width // 2 : width // 2 + len(scores)]
    count = np.convolve(np.ones(len(scores)), kernel)[width // 2 : width // 2 + len(scores)]
    return (padded / count).astype(np.float32)


def decode(
    scores: npt.NDArray[np.float32], fps: float, how: Decoding
) -> tuple[PredictedSegment, ...]:
    """Segments in order of time.

    Args:
        scores: (T,) in [0, 1].
        fps: Frame rate, for the durations.
        how: Thresholds and durations.

    Returns:
        With ``hysteresis`` they do not overlap, and the score of each is the largest of its frames; with
        ``proposals`` it is how far it stands out, and what remains of an overlap is worth less.
    """
    calibrated = rescale(scores, how.frame_scale, how.frame_bias)
    smoothed = smooth(calibrated, round(how.smooth_ms * fps / 1000))
    shortest = max(1, round(how.min_ms * fps / 1000))
    longest = max(shortest, round(how.max_ms * fps / 1000))
    gap = round(how.merge_ms * fps / 1000)
    if how.method == "proposals":
        found = proposals(smoothed, shortest, longest, gap)
        kept = [one for one in found if one.score >= how.threshold]
        return tuple(sorted(kept, key=lambda one: (one.interval.start_ms, one.interval.end_ms)))
    high, low = how.threshold, how.threshold * how.low_share
    return tuple(
        PredictedSegment(Interval(first, end), float(np.clip(smoothed[first:end].max(), 0, 1)))
        for first, end in runs_over(smoothed, low, gap)
        if smoothed[first:end].max() >= high and shortest <= end - first <= longest
    )


def count_events(clips: Mapping[str, ScoredClip], how: Decoding) -> DialogueCounts:
    """Event counts of all clips under a decoding."""
    total = DialogueCounts()
    for clip in clips.values():
        found = [segment.interval for segment in decode(clip.scores, clip.fps, how)]
        if found or clip.references:
            total = total + dialogue_counts(found, clip.references, clip.speaking)
    return total


def objective(counts: DialogueCounts) -> float:
    """What is maximised: the mean of F1_DR and F1 of all events, which is steadier with few events."""
    overall = counts.total.f1 or 0.0
    return overall if counts.f1_dr is None else 0.5 * (overall + counts.f1_dr)


def best_threshold(clips: Mapping[str, ScoredClip], how: Decoding) -> tuple[Decoding, float]:
    """The upper threshold with the best objective, averaged with its neighbours against luck.

    Args:
        clips: Scored validation clips.
        how: Everything but the threshold.

    Returns:
        The decoding and its averaged objective.
    """
    tried = [replace(how, threshold=threshold) for threshold in THRESHOLDS]
    values = np.array([objective(count_events(clips, one)) for one in tried])
    padded = np.concatenate((values[:1], values, values[-1:]))
    steady = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    best = int(np.argmax(steady))
    return tried[best], float(steady[best])


def choose_decoding(
    clips: Mapping[str, ScoredClip], options: DecodingConfig
) -> tuple[Decoding, float]:
    """Try every combination on the validation split.

    Args:
        clips: Scored validation clips.
        options: What to try.

    Returns:
        The best decoding and its objective; the first of equals.
    """
    best, best_value = Decoding(), -1.0
    for method, merge_ms, smooth_ms, low, shortest, longest in itertools.product(
        options.methods,
        options.merge_ms,
        options.smooth_ms,
        options.low_shares,
        options.min_ms,
        options.max_ms,
    ):
        if method == "proposals" and low != options.low_shares[0]:
            continue  # it has no lower threshold
        start = Decoding(0.5, low, smooth_ms, shortest, longest, merge_ms=merge_ms, method=method)
        chosen, value = best_threshold(clips, start)
        if value > best_value + 1e-9:
            best, best_value = chosen, value
    return best, best_value


def fit_bias(logits: npt.ArrayLike, truths: npt.ArrayLike) -> float:
    """The constant that makes logits the most likely on given truths.

    Args:
        logits: (N,).
        truths: (N,) of 0 and 1.

    Returns:
        In [-6, 6]; 0 unless both classes are present.
    """
    values, true = np.asarray(logits, dtype=float), np.asarray(truths, dtype=float)
    if len(true) == 0 or not 0 < true.mean() < 1:
        return 0.0
    grid = np.linspace(-6, 6, 241)
    shifted = values[:, None] + grid
    loss = np.logaddexp(0, shifted) - true[:, None] * shifted
    return float(round(grid[int(np.argmin(loss.mean(0)))], 6))
