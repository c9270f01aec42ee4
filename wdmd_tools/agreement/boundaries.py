"""How far apart two annotators put the onset and the offset of the same micro-expression (ME).

    a    |--------|              onset error = b - a = +2 frames, offset error = -1
    b      |-----|               duration ratio = 7 / 10

MEs are matched by `wdmd_tools.agreement.overlap.match_by_overlap`. Bias is the mean of the signed error
(positive: the second is later), the absolute error is the mean of its size. Milliseconds are frames at
the clip's own rate. Offsets are compared as last frames, so their error equals that of the ends.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from wdmd_tools.agreement.overlap import match_by_overlap
from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.boundaries import (
    BOUNDARY_COLUMNS,
    BoundaryError,
    boundary_error_of,
    boundary_sums,
)

__all__ = ["BoundaryError", "boundary_error"]


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
    sums = np.zeros(len(BOUNDARY_COLUMNS))
    for clip in sorted(clips & first.keys() & second.keys()):
        pairs = match_by_overlap(first[clip], second[clip])
        sums += boundary_sums(
            ((first[clip][pair.first], second[clip][pair.second]) for pair in pairs),
            ms_per_frame[clip],
        )
    return boundary_error_of(sums, "no two MEs overlap in a shared clip")
