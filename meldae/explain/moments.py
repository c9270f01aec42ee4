"""Which frames of a clip stand for speech, for a micro-expression, and for neither (figures 6 to 8)."""

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval


def choose_moments(
    references: list[Interval], speaking: npt.NDArray[np.int8], n_frames: int
) -> dict[str, int]:
    """One frame of each kind that the clip has.

    The middle of the longest run of its kind, so that no label nearby is doubtful; for an ME the middle of
    the longest one, since apex frames are not annotated.

    Args:
        references: MEs on the clip's frame axis.
        speaking: (n_frames,): 1 speaking, 0 not, -1 unknown.
        n_frames: Of the clip.

    Returns:
        Any of ``"speech"``, ``"micro-expression"`` and ``"neither"`` to a frame.
    """
    inside = np.zeros(n_frames, dtype=bool)
    for one in references:
        inside[one.start_ms : one.end_ms] = True
    moments = {}
    for name, chosen in (
        ("speech", (speaking == 1) & ~inside),
        ("micro-expression", inside),
        ("neither", (speaking == 0) & ~inside),
    ):
        run = _longest_run(chosen)
        if run is not None:
            moments[name] = (run[0] + run[1]) // 2
    return moments


def _longest_run(chosen: npt.NDArray[np.bool_]) -> tuple[int, int] | None:
    """First frame and end of the longest run of true, the first of equals."""
    steps = np.diff(np.concatenate(([0], chosen.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    if not len(starts):
        return None
    best = int(np.argmax(ends - starts))
    return int(starts[best]), int(ends[best])
