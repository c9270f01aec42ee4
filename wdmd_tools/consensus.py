"""Several annotators into one, frame by frame, turned back into segments.

    A1   ..####....      votes         ..123321..
    A2   ...####...      majority      ...####...    more than half: of 3, 2 or more
    A3   ....####..      union         ..######..    any
                         intersection  ....##....    all
                         annotator     ..####....    one, here A1

The rules are about micro-expressions. A frame has one state, so the state is the majority's under every
rule but ``annotator``.

Everything here works on arrays over frames, without times or files.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from wdmd_tools.annotations import STATES

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
"""Per frame an index into `wdmd_tools.annotations.STATES`, or -1 for none."""

Rule = Literal["majority", "union", "intersection", "annotator"]
"""Whose frames count: more than half of the annotators', anyone's, everyone's, or one annotator's."""

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


def consensus_mask(
    masks: Mapping[str, Mask],
    n_frames: int,
    rule: Rule = "majority",
    annotator: str = "",
    min_frames: int = 1,
) -> Mask:
    """Frames that count as a micro-expression under a rule.

    Args:
        masks: By annotator, (n_frames,), also of those who marked nothing.
        n_frames: Frames in all.
        rule: See `Rule`.
        annotator: Whose frames count under the rule ``"annotator"``.
        min_frames: Shorter runs are left out, since they are accidents of several people's boundaries;
            one annotator's own segments are kept whatever their length.

    Returns:
        (n_frames,) bool; all false without annotators, or when the chosen one is not among them.
    """
    if rule == "annotator":
        return masks.get(annotator, np.zeros(n_frames, dtype=bool))
    if rule == "majority" or not masks:
        return majority_mask(list(masks.values()), n_frames, min_frames)
    votes = np.array(list(masks.values()))
    least = 1 if rule == "union" else len(votes)
    marked: Mask = votes.sum(axis=0) >= least
    return mask_of([run for run in runs_of(marked) if run[1] - run[0] >= min_frames], n_frames)


def consensus_state(
    codes: Mapping[str, Codes], n_frames: int, rule: Rule = "majority", annotator: str = ""
) -> Codes:
    """The state of each frame under a rule.

    Args:
        codes: By annotator, (n_frames,), of those who annotated states.
        n_frames: Frames in all.
        rule: ``"annotator"`` takes that annotator's states; all other rules the majority's.
        annotator: The chosen one. Where they annotated no state at all, the majority of the others
            stands in: a reviewer of micro-expressions need not annotate the states again.

    Returns:
        (n_frames,) codes.
    """
    if rule == "annotator" and annotator in codes:
        return codes[annotator]
    return majority_state(list(codes.values()), n_frames)


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
