"""The split that `wdmd build` stores: train, validation and test by subject; nobody is in two of them.

A split is chosen greedily over subjects in a seeded random order: each goes where the share of clips is
furthest below its aim. It depends only on the subjects, their clip counts and the seed, and is stored in
the manifest.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

DEFAULT_SHARES: Mapping[str, float] = {"train": 0.6, "val": 0.15, "test": 0.25}
"""Aimed shares of clips."""


def assign_splits(
    subject_ids: Sequence[str], seed: int, shares: Mapping[str, float] = DEFAULT_SHARES
) -> dict[str, str]:
    """Give every subject a split.

    Args:
        subject_ids: The subject of each clip, so subjects weigh by their clips.
        seed: Of the order in which subjects are dealt out.
        shares: Aimed share of clips per split, adding up to 1.

    Returns:
        Subject to split. With three or more subjects no split is empty; with two there is no validation
        split; with one everything is training data.

    Raises:
        ValueError: `shares` does not add up to 1.
    """
    if abs(sum(shares.values()) - 1.0) > 1e-9:
        raise ValueError(f"Expected `shares` to add up to 1 but got {dict(shares)}.")
    clips = Counter(subject_ids)
    names = sorted(clips)
    order = [names[i] for i in np.random.default_rng(seed).permutation(len(names))]
    if len(order) == 2:
        return {order[0]: "train", order[1]: "test"}
    if len(order) < 2:
        return dict.fromkeys(order, "train")
    total = sum(clips.values())
    filled = dict.fromkeys(shares, 0)
    result: dict[str, str] = {}
    for position, subject in enumerate(order):
        empty = [name for name in shares if not filled[name]]
        left = len(order) - position
        candidates = empty if len(empty) >= left else list(shares)
        chosen = max(candidates, key=lambda name: shares[name] - filled[name] / total)
        result[subject] = chosen
        filled[chosen] += clips[subject]
    return result
