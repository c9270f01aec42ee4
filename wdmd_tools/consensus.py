"""Several annotators into one: the majority of each frame, turned back into segments.

    A1   ..####....      votes     ..12332...
    A2   ...####...      of 3, more than half = 2 or more
    A3   ....##....      consensus ...####...

Everything here works on arrays over frames, without times or files.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from wdmd_tools.annotations import STATES

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
"""Per frame an index into `wdmd_tools.annotations.STATES`, or -1 for none."""

Run = tuple[int, int]
"""Half-open span of frames."""


def mask_of(runs: Sequence[Run], n_frames: int) -> Mask:
    """Frames that lie in any of the runs, (n_frames,) bool."""
    mask = np.zeros(n_frames, dtype=bool)
    for start, end in runs:
        mask[max(start, 0) : max(end, 0)] = True
    return mask


def runs_of(mask: Mask) -> list[Run]:
    """The inverse of `mask_of`: maximal runs of true frames.

    Example:
        >>> runs_of(np.array([False, True, True, False, True]))
        [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def majority_mask(masks: Sequence[Mask], n_frames: int, min_frames: int = 1) -> Mask:
    """Frames that more than half of the annotators marked.

    Args:
        masks: One per annotator, (n_frames,), also of those who marked nothing.
        n_frames: Frames in all.
        min_frames: Shorter runs are left out.

    Returns:
        (n_frames,) bool; all false without annotators. Of two annotators both must agree.
    """
    if not masks:
        return np.zeros(n_frames, dtype=bool)
    marked = 2 * np.sum(masks, axis=0) > len(masks)
    return mask_of([run for run in runs_of(marked) if run[1] - run[0] >= min_frames], n_frames)


def majority_state(codes: Sequence[Codes], n_frames: int) -> Codes:
    """The state that most annotators gave each frame.

    Speaking stands against listening and silent together, since these are one class in the paper; between
    listening and silent the larger one wins, then listening. Annotators without a state for a frame do
    not vote there; a tie of speaking and not speaking is no state.

    Args:
        codes: One per annotator, (n_frames,).
        n_frames: Frames in all.

    Returns:
        (n_frames,) codes.
    """
    if not codes:
        return np.full(n_frames, -1, dtype=np.int8)
    votes = np.array(codes)
    speaking, listening, silent = (np.sum(votes == index, axis=0) for index in range(len(STATES)))
    quiet = np.where(silent > listening, 2, 1)
    result = np.where(speaking > listening + silent, 0, quiet)
    return np.where(speaking == listening + silent, -1, result).astype(np.int8)


def speaking_share(codes: Codes) -> float | None:
    """Share of speaking frames among those with a state; `None` without any."""
    known = int(np.sum(codes >= 0))
    return float(np.sum(codes == 0) / known) if known else None


def clip_state(codes: Codes, pure_share: float) -> str:
    """The state of a clip: ``speaking``, ``listening``, ``silent``, ``mixed`` or ``unknown``.

    Args:
        codes: Its frames.
        pure_share: From this share on a state is the clip's.
    """
    share = speaking_share(codes)
    if share is None:
        return "unknown"
    if share >= pure_share:
        return "speaking"
    if 1 - share < pure_share:
        return "mixed"
    return "silent" if np.sum(codes == 2) > np.sum(codes == 1) else "listening"


def segment_state(codes: Codes) -> str:
    """The state under a segment: ``speaking``, ``listening`` (with silent) or ``unknown``; ties speak."""
    share = speaking_share(codes)
    if share is None:
        return "unknown"
    return "speaking" if share >= 0.5 else "listening"


def majority_label(labels: Sequence[str], voters: int) -> str | None:
    """The label that more than half of the voters gave, or `None`."""
    if not labels:
        return None
    label, count = Counter(sorted(labels)).most_common(1)[0]
    return label if 2 * count > voters else None
