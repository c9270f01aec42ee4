"""Who is trained on and who is judged on: subjects and films on one side only.

holdout   the split that `wdmd build` stores with the clips
groups    clips that must stay together
deal      groups dealt to parts so that clips, states and micro-expressions are spread evenly
make      hold-out, k folds, leave-one-out: named splits
stored    named splits in ``<data>/splits/``; a view of a dataset under one of their folds
imported  a split that somebody else made, from CSV
leaks     the check that everything goes through
"""

from wdmd_tools.split.holdout import DEFAULT_SHARES, assign_splits
from wdmd_tools.split.leaks import check_disjoint

__all__ = ["DEFAULT_SHARES", "assign_splits", "check_disjoint"]
