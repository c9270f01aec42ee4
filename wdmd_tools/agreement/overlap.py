"""Pairwise IoU of micro-expressions (MEs): three numbers that papers call by one name.

Two annotators, one clip:

    A   |--a1--|        |--a2--|
    B     |--b1--|                  |-b2-|
          pair           alone      alone

- *matched* IoU: the mean over the pairs (a1, b1); says how well boundaries agree where both saw one. It is
  always printed with the *match rate*, 2 pairs / (MEs of A + MEs of B).
- *strict* IoU: the same sum of IoU over pairs, divided by pairs + MEs left alone: those count as 0.
- *pooled* IoU: frames that both marked / frames that at least one marked, over all clips.

Pairs are one-to-one and chosen clip by clip so that the sum of their IoU is largest; a pair needs IoU > 0.
(Matching for scores, `wdmd_tools.metrics.matching`, maximises the number of pairs first; there is no
threshold here, so many poor pairs must not be preferred to few good ones.)
Clips in which neither marked an ME add to none of these; they are counted, and clip-level alpha
(`wdmd_tools.agreement.report`) is where agreement on "nothing here" shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.agreement.tracks import Tracks
from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.bootstrap import ratio
from wdmd_tools.metrics.matching import match_intervals

Floats = npt.NDArray[np.float64]

COLUMNS = (
    "clips",
    "clips_both_empty",
    "me_a",
    "me_b",
    "matched",
    "iou_sum",
    "frames_both",
    "frames_any",
    "hits_0.3",
    "hits_0.5",
    "hits_0.7",
)
"""Additive counts of one pair of annotators in one clip; ``hits_x`` are matches at tIoU > x."""

F1_THRESHOLDS = (0.3, 0.5, 0.7)

_COLUMN = {name: index for index, name in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True)
class OverlapMatch:
    """Two MEs of two annotators that are taken to be the same.

    Args:
        first: Index among the first annotator's MEs.
        second: Index among the second annotator's MEs.
        iou: Their temporal IoU, in (0, 1].
    """

    first: int
    second: int
    iou: float


def match_by_overlap(first: Sequence[Interval], second: Sequence[Interval]) -> list[OverlapMatch]:
    """Pair two annotators' MEs of one clip so that the sum of IoU is largest.

    Args:
        first: One annotator's MEs.
        second: The other's.

    Returns:
        One-to-one pairs with IoU > 0, by first index.

    Example:
        >>> match_by_overlap([Interval(0, 10)], [Interval(5, 15), Interval(1, 11)])
        [OverlapMatch(first=0, second=1, iou=0.8181818181818182)]
    """
    if not first or not second:
        return []
    iou = np.array([[one.iou(other) for other in second] for one in first])
    if iou.shape == (1, 1):
        rows, columns = np.array([0]), np.array([0])
    else:
        from scipy.optimize import linear_sum_assignment

        rows, columns = linear_sum_assignment(iou, maximize=True)
    return [
        OverlapMatch(int(row), int(column), float(iou[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if iou[row, column] > 0
    ]


def overlap_counts(tracks: Tracks, one: int, other: int) -> Floats:
    """Additive counts of one pair of annotators, clip by clip.

    Args:
        tracks: The dataset's tracks.
        one: Index of the first annotator.
        other: Index of the second.

    Returns:
        Shape (C clips, 11), columns as in `COLUMNS`; all zeros where one of the two did not annotate.
    """
    counts = np.zeros((len(tracks.clip_ids), len(COLUMNS)))
    shared = tracks.covers[one] & tracks.covers[other]
    counts[:, _COLUMN["clips"]] = shared
    if not shared.any():
        return counts
    marked, marked_other = tracks.me[one] == 1, tracks.me[other] == 1
    covered = np.repeat(shared, np.diff(tracks.bounds))
    counts[:, _COLUMN["frames_both"]] = _clip_sums(marked & marked_other & covered, tracks.bounds)
    counts[:, _COLUMN["frames_any"]] = _clip_sums((marked | marked_other) & covered, tracks.bounds)
    spans, spans_other = tracks.spans[one], tracks.spans[other]
    for clip in np.flatnonzero(shared).tolist():
        first, second = spans.get(clip, []), spans_other.get(clip, [])
        if not first and not second:
            counts[clip, _COLUMN["clips_both_empty"]] = 1
            continue
        pairs = match_by_overlap(first, second)
        counts[clip, _COLUMN["me_a"]] = len(first)
        counts[clip, _COLUMN["me_b"]] = len(second)
        counts[clip, _COLUMN["matched"]] = len(pairs)
        counts[clip, _COLUMN["iou_sum"]] = sum(pair.iou for pair in pairs)
        for threshold in F1_THRESHOLDS if pairs else ():
            hits = len(match_intervals(first, second, threshold))
            counts[clip, _COLUMN[f"hits_{threshold}"]] = hits
    return counts


def _clip_sums(flags: npt.NDArray[np.bool_], bounds: npt.NDArray[np.int64]) -> Floats:
    total = np.concatenate([[0], np.cumsum(flags)])
    return np.asarray(total[bounds[1:]] - total[bounds[:-1]], dtype=np.float64)


def matched_iou(sums: Floats) -> Floats:
    """Mean IoU over matched pairs, shape (...) of sums (..., 11); NaN without a pair."""
    return ratio(_take(sums, "iou_sum"), _take(sums, "matched"))


def match_rate(sums: Floats) -> Floats:
    """2 pairs / (MEs of both), in [0, 1]; NaN without an ME."""
    return ratio(2 * _take(sums, "matched"), _take(sums, "me_a") + _take(sums, "me_b"))


def strict_iou(sums: Floats) -> Floats:
    """Sum of IoU / (pairs + MEs left alone), in [0, 1]; NaN without an ME."""
    units = _take(sums, "me_a") + _take(sums, "me_b") - _take(sums, "matched")
    return ratio(_take(sums, "iou_sum"), units)


def pooled_iou(sums: Floats) -> Floats:
    """Frames both marked / frames any marked, in [0, 1]; NaN without an ME."""
    return ratio(_take(sums, "frames_both"), _take(sums, "frames_any"))


def f1_at(sums: Floats, threshold: float) -> Floats:
    """F1 between two annotators at tIoU > `threshold` (symmetric), in [0, 1]; NaN without an ME.

    Args:
        sums: Shape (..., 11).
        threshold: One of `F1_THRESHOLDS`.
    """
    hits = _take(sums, f"hits_{threshold}")
    return ratio(2 * hits, _take(sums, "me_a") + _take(sums, "me_b"))


def _take(sums: Floats, name: str) -> Floats:
    return np.asarray(sums[..., _COLUMN[name]], dtype=np.float64)
