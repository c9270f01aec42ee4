r"""From a peak of the score to an interval: how far does the micro-expression reach?

    fixed        peak - k ... peak + k
    extensible   up to k on each side, where the score starts to rise; and further where it stays up

         score      __        T2 = mean of the film's scores
                  _/  \__     T1 = T2 / 1.5
        ________/       \____
               |---k---|
             start     end

Scores are those of the network, not smoothed; the peak was found on smoothed ones. k is half the typical
duration, in frames. A new rule is one more entry of `STRATEGIES`.

Reference:
    BoostingVRME's strategies 0 and 1, from public facts. Its description leaves open from where the
    5 k of the outward search count; here from the boundary found so far.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
Strategy = Callable[[Scores, int, int, float], tuple[int, int]]
"""From scores (N,), peak, k and the film's mean to the first and last frame, both inside."""

OUTWARD = 5
"""How many k are searched outwards."""

_LOW = 1.5


@dataclass(frozen=True)
class Found:
    """A candidate.

    Args:
        start: First frame.
        end: Last frame.
        apex: Of the largest score between them.
    """

    start: int
    end: int
    apex: int


def fixed(scores: Scores, peak: int, k: int, mean: float) -> tuple[int, int]:
    """As many as `k` frames to both sides, cut off at the clip's ends; see `Strategy`."""
    del mean
    return max(0, peak - k), min(len(scores) - 1, peak + k)


def extensible(scores: Scores, peak: int, k: int, mean: float) -> tuple[int, int]:
    """Where the score rises and falls; see the module and `Strategy`.

    Each end is searched by the same rule; for the right one time runs backwards.
    """
    start = _start(scores, peak, k, mean)
    last = len(scores) - 1
    end = last - _start(scores[::-1], last - peak, k, mean)
    return start, end


STRATEGIES: dict[str, Strategy] = {"fixed": fixed, "extensible": extensible}


def candidate(scores: Scores, peak: int, k: int, mean: float, strategy: Strategy) -> Found:
    """The interval around a peak, and its apex."""
    start, end = strategy(scores, peak, k, mean)
    return Found(start, end, start + int(np.argmax(scores[start : end + 1])))


def suppressed(candidates: list[Found], k: int, most_iou: float = 0.2) -> list[Found]:
    """Candidates that are no second look at the same movement, by start.

    One is kept only if its IoU with every kept one is below `most_iou` and their apexes are more than k
    frames apart.
    """
    kept: list[Found] = []
    for one in sorted(candidates, key=lambda found: (found.start, found.end)):
        if all(_iou(one, other) < most_iou and abs(one.apex - other.apex) > k for other in kept):
            kept.append(one)
    return kept


def _start(scores: Scores, peak: int, k: int, mean: float) -> int:
    """The first frame of an interval; see the module's drawing."""
    edge = max(0, peak - k)
    start = edge
    for i in range(edge + 1, peak):
        if scores[i] > scores[i - 1] and scores[i] > mean / _LOW:
            start = i - 1
            break
    for i in range(start - 1, max(0, start - OUTWARD * k) - 1, -1):
        if i >= 1 and scores[i] < mean and scores[i - 1] < mean:
            return i + 1
    return start


def _iou(one: Found, other: Found) -> float:
    common = min(one.end, other.end) - max(one.start, other.start) + 1
    if common <= 0:
        return 0.0
    both = (one.end - one.start + 1) + (other.end - other.start + 1) - common
    return common / both
