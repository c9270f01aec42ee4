"""How far onsets and offsets lie apart, in frames and in milliseconds.

    reference   |--------|              onset error = +2 frames, offset error = -1
    prediction    |-----|               duration ratio = 7 / 10

Signed errors are second minus first, so a positive bias is late. Offsets are compared as last frames,
and their error equals that of the ends. Only matched pairs count: a spotter that finds one easy ME in
ten may have tiny errors, so recall always stands beside them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.bootstrap import ratio
from wdmd_tools.metrics.matching import IouRule, match_intervals

Matrix = npt.NDArray[np.float64]

BOUNDARY_COLUMNS = (
    "matched",
    "onset_bias_frames",
    "onset_mae_frames",
    "offset_bias_frames",
    "offset_mae_frames",
    "onset_bias_ms",
    "onset_mae_ms",
    "offset_bias_ms",
    "offset_mae_ms",
    "log_duration_ratio",
)
"""Columns of `boundary_sums`: how many pairs, then sums over them."""


@dataclass(frozen=True, slots=True)
class BoundaryError:
    """Errors over all matched MEs; every figure is `None` when nothing matched.

    Args:
        matched: Number of pairs of MEs.
        onset_bias_frames: Mean of second minus first.
        onset_mae_frames: Mean absolute error.
        offset_bias_frames: As above.
        offset_mae_frames: As above.
        onset_bias_ms: The same in milliseconds.
        onset_mae_ms: As above.
        offset_bias_ms: As above.
        offset_mae_ms: As above.
        duration_ratio: Geometric mean of second / first length, so that swapping the two inverts it.
        reason: Why there is nothing, else empty.
    """

    matched: int
    onset_bias_frames: float | None = None
    onset_mae_frames: float | None = None
    offset_bias_frames: float | None = None
    offset_mae_frames: float | None = None
    onset_bias_ms: float | None = None
    onset_mae_ms: float | None = None
    offset_bias_ms: float | None = None
    offset_mae_ms: float | None = None
    duration_ratio: float | None = None
    reason: str = ""


def boundary_sums(pairs: Iterable[tuple[Interval, Interval]], ms_per_frame: float) -> Matrix:
    """Additive sums over pairs of one clip.

    Args:
        pairs: First (the reference) and second, on the clip's frame axis.
        ms_per_frame: Of the clip, greater than 0.

    Returns:
        Shape (10,), see `BOUNDARY_COLUMNS`.

    Example:
        >>> boundary_sums([(Interval(0, 10), Interval(2, 9))], 20.0)[:5].tolist()
        [1.0, 2.0, 2.0, -1.0, 1.0]
    """
    sums = np.zeros(len(BOUNDARY_COLUMNS))
    for one, other in pairs:
        onset, offset = other.start_ms - one.start_ms, other.end_ms - one.end_ms
        frames = np.array([onset, abs(onset), offset, abs(offset)], dtype=np.float64)
        longer = np.log(other.duration_ms / one.duration_ms)
        sums += np.concatenate([[1.0], frames, frames * ms_per_frame, [longer]])
    return sums


def spotting_boundary_sums(
    predictions: Sequence[Interval],
    references: Sequence[Interval],
    ms_per_frame: float,
    threshold: float = 0.5,
    rule: IouRule = IouRule.EXCEEDS,
) -> Matrix:
    """Sums of a spotter's errors on one clip, over the matched pairs; see `boundary_sums`.

    Args:
        predictions: Spotted intervals on the clip's frame axis.
        references: Reference intervals.
        ms_per_frame: Of the clip.
        threshold: Temporal IoU at which a prediction is right.
        rule: Whether the threshold itself is enough.
    """
    pairs = match_intervals(predictions, references, threshold, rule)
    return boundary_sums(
        ((references[ref], predictions[said]) for said, ref in pairs), ms_per_frame
    )


def boundary_error_of(sums: Matrix, nothing: str = "no reference was found") -> BoundaryError:
    """Means of summed `boundary_sums`.

    Args:
        sums: Shape (10,).
        nothing: The reason when there is no pair.
    """
    matched = int(sums[0])
    if not matched:
        return BoundaryError(0, reason=nothing)
    means = dict(zip(BOUNDARY_COLUMNS[1:-1], (sums[1:-1] / matched).tolist(), strict=True))
    ratio_of_lengths = float(np.exp(sums[-1] / matched))
    return BoundaryError(matched, duration_ratio=ratio_of_lengths, **means)


@dataclass(frozen=True, slots=True)
class BoundaryStatistic:
    """A mean error as a function of sums, for `cluster_bootstrap`.

    Args:
        name: One of `BOUNDARY_COLUMNS` other than the first.
    """

    name: str

    def __call__(self, sums: Matrix) -> Matrix:
        """Means (draws,) of sums (draws, 10), NaN without pairs."""
        return ratio(sums[:, BOUNDARY_COLUMNS.index(self.name)], sums[:, 0])
