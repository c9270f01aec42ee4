"""Deal groups to parts so that each part has its share of everything.

Largest groups first (ties in a seeded random order), each to the part where the squared distance of all
shares from their aims grows least. No part stays empty while there are groups enough.

scikit-learn's StratifiedGroupKFold was considered: it stratifies by one label per sample, where here
clips, states and MEs by state count together; it makes equal folds only; it may leave a fold empty; and
its result may change with its version.
"""

from collections.abc import Sequence

import numpy as np

from wdmd_tools.split.groups import Group


def deal(groups: Sequence[Group], shares: Sequence[float], seed: int) -> list[int]:
    """Give each group a part.

    Args:
        groups: At least as many as parts.
        shares: Aimed share of each part, adding up to 1.
        seed: Of the order among equal groups.

    Returns:
        The part of each group, in the order of `groups`; the result depends on their names, weights and
        the seed, not on that order.

    Raises:
        ValueError: There are fewer groups than parts, or the shares do not add up to 1.
    """
    if abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"Expected `shares` to add up to 1 but got {list(shares)}.")
    if len(groups) < len(shares):
        raise ValueError(f"Expected at least {len(shares)} groups but got {len(groups)}.")
    weights = np.array([group.weights for group in groups], dtype=np.float64)
    totals = weights.sum(axis=0)
    weights = weights[:, totals > 0] / totals[totals > 0]
    by_name = sorted(range(len(groups)), key=lambda index: groups[index].name)
    shuffled = [by_name[i] for i in np.random.default_rng(seed).permutation(len(by_name))]
    order = sorted(shuffled, key=lambda index: -round(float(weights[index].max()), 9))
    missing = np.repeat(np.array(shares)[:, None], weights.shape[1], axis=1)
    parts = [-1] * len(groups)
    empty = set(range(len(shares)))
    for position, index in enumerate(order):
        left = len(order) - position
        candidates = sorted(empty) if len(empty) >= left else range(len(shares))
        gain = {
            part: float(((missing[part] - weights[index]) ** 2 - missing[part] ** 2).sum())
            for part in candidates
        }
        chosen = min(gain, key=lambda part: (round(gain[part], 12), part))
        parts[index] = chosen
        missing[chosen] -= weights[index]
        empty.discard(chosen)
    return parts
