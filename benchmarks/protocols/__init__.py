"""How datasets are cut into what a model learns from and what it is judged on, and that nothing leaks.

definitions  the protocols by name and version
folds        a dataset under each fold of a protocol, checked
leaks        the checks, also across datasets
views        what a model sees: without test clips, or without labels
across       learning on one dataset, tested on another
pooled       several datasets as one, for the composite
people       who of one dataset is also in another
opened       from folders to a dataset
"""

from benchmarks.protocols.across import CrossDataset, cross
from benchmarks.protocols.definitions import (
    COMPOSITE,
    CROSS,
    HOLDOUT,
    PROTOCOLS,
    ProtocolInfo,
    protocol_info,
)
from benchmarks.protocols.folds import Fold, folds_of, open_fold, protocol_facts
from benchmarks.protocols.leaks import TEST_SPLIT, check_cross, check_holdout
from benchmarks.protocols.opened import Folders, open_data
from benchmarks.protocols.pooled import PooledDataset, pool
from benchmarks.protocols.views import TRAINING_SPLITS, blind_view, training_view

__all__ = [
    "COMPOSITE",
    "CROSS",
    "HOLDOUT",
    "PROTOCOLS",
    "TEST_SPLIT",
    "TRAINING_SPLITS",
    "CrossDataset",
    "Fold",
    "Folders",
    "PooledDataset",
    "ProtocolInfo",
    "blind_view",
    "check_cross",
    "check_holdout",
    "cross",
    "folds_of",
    "open_data",
    "open_fold",
    "pool",
    "protocol_facts",
    "protocol_info",
    "training_view",
]
