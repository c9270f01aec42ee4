r"""Segments that stand out, at whatever level of score.

score      __/^^^\__/\___         runs over each of many thresholds are proposals; nested ones share frames
             |---|  ||             worth: mean inside less mean of the flanks, half as long on either side
              |-|                  the best suppresses what overlaps it, the more the larger the overlap

A single pair of thresholds misses a faint ME beside a strong one, and joins two that touch.
"""

import numpy as np
import numpy.typing as npt

from meldae.runs import runs_over
from wdmd_tools.intervals import Interval
from wdmd_tools.predictions import PredictedSegment

LEVELS = tuple(round(0.05 * step, 2) for step in range(1, 20))

SIGMA = 0.1
"""Width of the soft suppression: an overlap of half (IoU) leaves 8 % of the worth. Bodla et al., 2017
use 0.5 for detection scored by ranking; one event must not be counted twice here."""


def proposals(
    scores: npt.NDArray[np.floating], shortest: int, longest: int, gap: int = 0
) -> list[PredictedSegment]:
    """All proposals with what is left of their worth after soft suppression, the best first.

    Args:
        scores: (T,) in [0, 1].
        shortest: Frames.
        longest: Frames.
        gap: Runs no more than this many frames apart are joined.
    """
    total = np.concatenate(([0.0], np.cumsum(scores, dtype=np.float64)))
    spans = {
        span
        for level in LEVELS
        for span in runs_over(scores, level, gap)
        if shortest <= span[1] - span[0] <= longest
    }
    found: list[PredictedSegment] = []
    for group in _touching(sorted(spans)):
        found += suppress([(span, _contrast(total, *span)) for span in group])
    return sorted(found, key=lambda one: (-one.score, one.interval.start_ms))


def _contrast(total: npt.NDArray[np.float64], first: int, end: int) -> float:
    """Mean inside less mean of the flanks; a flank that is not there counts as nothing."""
    beside = max(1, (end - first) // 2)
    low, high = max(0, first - beside), min(len(total) - 1, end + beside)
    outside = total[first] - total[low] + total[high] - total[end]
    frames = first - low + high - end
    inside = (total[end] - total[first]) / (end - first)
    return float(np.clip(inside - (outside / frames if frames else 0.0), 0, 1))


def suppress(
    proposed: list[tuple[tuple[int, int], float]], sigma: float = SIGMA
) -> list[PredictedSegment]:
    """Soft non-maximum suppression, Gaussian (Bodla et al., ICCV 2017, equation 3), in one dimension.

    Args:
        proposed: Half-open spans with their worth.
        sigma: The smaller, the harder; an overlap multiplies by exp(-IoU^2 / sigma).

    Returns:
        All of them in the order in which they were taken, with what is left of their worth.
    """
    rest, taken = list(proposed), []
    while rest:
        best = max(rest, key=lambda one: (one[1], -one[0][0], one[0][1]))
        rest.remove(best)
        span, worth = best
        taken.append(PredictedSegment(Interval(*span), worth))
        rest = [(other, w * float(np.exp(-(_iou(span, other) ** 2) / sigma))) for other, w in rest]
    return taken


def _iou(one: tuple[int, int], other: tuple[int, int]) -> float:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return max(0, common) / (max(one[1], other[1]) - min(one[0], other[0])) if common > 0 else 0.0


def _touching(spans: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Sorted spans in groups that share frames, directly or through others."""
    groups: list[list[tuple[int, int]]] = []
    end = -1
    for span in spans:
        if span[0] >= end:
            groups.append([])
        groups[-1].append(span)
        end = max(end, span[1])
    return groups
