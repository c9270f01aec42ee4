"""How far apart two annotators put the onset and the offset of the same micro-expression (ME).

    a    |--------|              onset error = b - a = +2 frames, offset error = -1
    b      |-----|               duration ratio = 7 / 10

MEs are matched by `wdmd_tools.agreement.overlap.match_by_overlap`. Bias is the mean of the signed error
(positive: the second is later), the absolute error is the mean of its size. Milliseconds are frames at
the clip's own rate. Offsets are compared as last frames, so their error equals that of the ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wdmd_tools.agreement.overlap import match_by_overlap
from wdmd_tools.intervals import Interval


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


def boundary_error(
    first: Mapping[int, Sequence[Interval]],
    second: Mapping[int, Sequence[Interval]],
    ms_per_frame: Sequence[float],
    clips: set[int],
) -> BoundaryError:
    """Compare two annotators' MEs.

    Args:
        first: Clip to MEs on its frame axis.
        second: The other's.
        ms_per_frame: Of each clip.
        clips: Clips that both annotated.
    """
    rows: list[tuple[int, int, float, float]] = []
    for clip in sorted(clips & first.keys() & second.keys()):
        for pair in match_by_overlap(first[clip], second[clip]):
            one, other = first[clip][pair.first], second[clip][pair.second]
            ratio = other.duration_ms / one.duration_ms
            onset, offset = other.start_ms - one.start_ms, other.end_ms - one.end_ms
            rows.append((onset, offset, ms_per_frame[clip], ratio))
    if not rows:
        return BoundaryError(0, reason="no two MEs overlap in a shared clip")
    table = np.array(rows, dtype=np.float64)
    frames, ms = table[:, :2], table[:, :2] * table[:, 2:3]
    bias, error = frames.mean(axis=0), np.abs(frames).mean(axis=0)
    bias_ms, error_ms = ms.mean(axis=0), np.abs(ms).mean(axis=0)
    return BoundaryError(
        matched=len(rows),
        onset_bias_frames=float(bias[0]),
        onset_mae_frames=float(error[0]),
        offset_bias_frames=float(bias[1]),
        offset_mae_frames=float(error[1]),
        onset_bias_ms=float(bias_ms[0]),
        onset_mae_ms=float(error_ms[0]),
        offset_bias_ms=float(bias_ms[1]),
        offset_mae_ms=float(error_ms[1]),
        duration_ratio=float(np.exp(np.log(table[:, 3]).mean())),
    )
