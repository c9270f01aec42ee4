"""One-to-one matching of predicted and reference intervals.

    reference   |--------|            |------|
    prediction    |--------|     |------|         |---|
                  pair (0, 0)    too little       none

Each prediction serves at most one reference and each reference at most one prediction. Among all such
assignments the one with the most pairs is taken, and among those the one with the largest sum of IoU, so
the counts never depend on the order of the input.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from wdmd_tools.intervals import Interval


class IouRule(StrEnum):
    """When a pair's overlap is enough.

    `EXCEEDS` is IoU > threshold (the paper, section 5.2: "exceeds a threshold"); `AT_LEAST` is
    IoU >= threshold (MEGC challenges).
    """

    EXCEEDS = "exceeds"
    AT_LEAST = "at_least"


def match_intervals(
    predictions: Sequence[Interval],
    references: Sequence[Interval],
    threshold: float = 0.5,
    rule: IouRule = IouRule.EXCEEDS,
) -> list[tuple[int, int]]:
    """Match predictions to references, one to one.

    Args:
        predictions: Spotted intervals of one clip, any order.
        references: Reference intervals of the same clip, any order.
        threshold: Temporal IoU, in [0, 1].
        rule: Whether the threshold itself is enough.

    Returns:
        Pairs ``(prediction index, reference index)``, sorted.

    Raises:
        ValueError: `threshold` is outside [0, 1].

    Example:
        >>> match_intervals([Interval(2, 10)], [Interval(0, 9), Interval(20, 30)])
        [(0, 0)]
    """
    if not 0.0 <= threshold <= 1.0:
        raise ValueError(f"Expected `threshold` in [0, 1] but got {threshold}.")
    if not predictions or not references:
        return []
    from scipy.optimize import linear_sum_assignment

    iou = np.array([[one.iou(other) for other in references] for one in predictions])
    enough = iou > threshold if rule is IouRule.EXCEEDS else (iou >= threshold) & (iou > 0)
    if not enough.any():
        return []
    # A pair is worth more than any sum of IoU, so the number of pairs is maximised first.
    worth = np.where(enough, iou + min(iou.shape) + 1.0, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return sorted(
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if enough[row, column]
    )
