"""A threshold for clips that the model takes for speaking, and one for the others.

Speech moves the face, so scores in speech are distributed otherwise. Which clip is which is what the model
itself says of it, never the annotation, so nothing is known that is not known at use.
"""

from collections.abc import Mapping

import numpy as np

from meldae.decode import THRESHOLDS, Decoding, ScoredClip, count_events, objective


def choose_by_state(
    clips: Mapping[str, ScoredClip], speaking: Mapping[str, bool], how: Decoding
) -> tuple[float, float]:
    """Both thresholds together, for the best objective over all clips.

    Args:
        clips: Scored validation clips.
        speaking: What the model takes them for.
        how: Everything but the thresholds.

    Returns:
        Thresholds for speaking and for other clips: the pair with the best objective, averaged with its
        neighbours against luck; that of `how` for both unless both kinds hold a true ME.
    """
    from dataclasses import replace

    parts = [
        {name: clip for name, clip in clips.items() if speaking[name] == state}
        for state in (True, False)
    ]
    if not all(any(clip.references for clip in part.values()) for part in parts):
        return how.threshold, how.threshold
    # Counts of the two parts add up, so each is decoded once per threshold.
    counts = [
        [count_events(part, replace(how, threshold=value)) for value in THRESHOLDS]
        for part in parts
    ]
    values = np.array([[objective(one + other) for other in counts[1]] for one in counts[0]])
    padded = np.pad(values, 1, mode="edge")
    rows = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    steady = 0.25 * rows[:, :-2] + 0.5 * rows[:, 1:-1] + 0.25 * rows[:, 2:]
    first, second = np.unravel_index(int(np.argmax(steady)), steady.shape)
    return THRESHOLDS[int(first)], THRESHOLDS[int(second)]
