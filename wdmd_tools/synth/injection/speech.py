"""How much the mouth moves, and from it a guess where the subject speaks.

    opening of the lips  -> smoothed over 40 ms -> |change| per second -> mean over about 1 s = activity
    activity > SPEAKING_IOD_S                                          -> "speaking" (a guess)

Nothing is heard: laughing and chewing count as speech, and so does a yawn. The threshold was chosen on four
films of `wdmd demo`, whose states are known; on four others it was right in 89 % of the frames
(`perf/speech_guess.py`).
"""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from wdmd_tools.intervals import Interval

SPEAKING_IOD_S = 0.1
"""Activity from which the subject is guessed to speak, inter-ocular distances per second."""

_SMOOTH_S = 0.04
_WINDOW_S = 0.3
"""Standard deviation of the Gaussian average, so a window of about a second."""
_SHORTEST_MS = 400
"""Shorter stretches of a state are given to what is around them."""

FloatArray = npt.NDArray[np.float64]


def speech_activity(openings: FloatArray, fps: float) -> FloatArray:
    """How fast the lips open and close around each frame.

    Args:
        openings: (T,) distance of the inner lips in IOD; NaN without a face.
        fps: Frames per second.

    Returns:
        (T,) IOD per second, at least 0; NaN without a face.
    """
    known = np.isfinite(openings)
    if known.sum() < 2:
        return np.where(known, 0.0, np.nan)
    frames = np.arange(len(openings))
    filled = np.interp(frames, frames[known], openings[known])
    speed = np.abs(np.gradient(gaussian_filter1d(filled, _SMOOTH_S * fps))) * fps
    # An average over the frames with a face only.
    weight = gaussian_filter1d(known.astype(float), _WINDOW_S * fps)
    total = gaussian_filter1d(np.where(known, speed, 0.0), _WINDOW_S * fps)
    return np.where(known, total / np.maximum(weight, 1e-9), np.nan)


def guess_states(
    activity: FloatArray, starts_ms: npt.ArrayLike, end_ms: int
) -> tuple[tuple[Interval, str], ...]:
    """Where the subject is guessed to speak.

    Args:
        activity: (T,) as `speech_activity` gives it; NaN counts as not speaking.
        starts_ms: (T,) begin of each frame, increasing.
        end_ms: End of the last frame.

    Returns:
        (interval, ``speaking`` or ``listening``) without gaps from the first frame to `end_ms`. Whoever
        does not speak may be silent as well as listening: both are the not speaking class of the paper.
    """
    speaks = np.nan_to_num(activity) > SPEAKING_IOD_S
    starts = [int(value) for value in np.asarray(starts_ms)]
    edges = [0, *(np.flatnonzero(np.diff(speaks)) + 1).tolist(), len(speaks)]
    bounds = [starts[edge] if edge < len(starts) else end_ms for edge in edges]
    runs = [
        [bounds[number], bounds[number + 1], bool(speaks[edges[number]])]
        for number in range(len(edges) - 1)
    ]
    merged: list[list[int | bool]] = []
    for run in runs:
        short = run[1] - run[0] < _SHORTEST_MS
        if merged and (short or merged[-1][2] == run[2]):
            merged[-1][1] = run[1]
        else:
            merged.append(run)
    return tuple(
        (Interval(int(start), int(end)), "speaking" if speaking else "listening")
        for start, end, speaking in merged
        if end > start
    )
