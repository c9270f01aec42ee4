"""A random share of the clips, as the paper's "random 20 % subset", drawn so that anyone gets the same.

Of the N clips that two or more annotated, round(share x N) (half up, at least one) are drawn without
replacement from their sorted ids by ``numpy.random.default_rng(seed).permutation``, the first that many.
"""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wdmd_tools.agreement.tracks import read_tracks
from wdmd_tools.errors import ConfigError, DataError
from wdmd_tools.manifest import Dataset


@dataclass(frozen=True, slots=True)
class Subset:
    """What was drawn.

    Args:
        share: As asked for.
        seed: Of the draw.
        drawn: Number of clips drawn.
        of: Number of clips that two or more annotated.
        clip_ids: The clips, sorted.
    """

    share: float
    seed: int
    drawn: int
    of: int
    clip_ids: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self) | {"clip_ids": list(self.clip_ids)}


def draw_subset(dataset: Dataset, share: float, seed: int) -> tuple[Dataset, Subset]:
    """A view of a dataset with a random share of its clips.

    Args:
        dataset: An open dataset.
        share: In (0, 1].
        seed: 0 or more.

    Raises:
        ConfigError: `share` is outside (0, 1].
        DataError: No clip was annotated by two or more.
    """
    if not 0.0 < share <= 1.0:
        raise ConfigError(f"--subset {share:g}: give a share above 0 and up to 1, such as 0.2")
    tracks = read_tracks(dataset)
    shared = np.flatnonzero(tracks.covers.sum(axis=0) >= 2)
    ids = sorted(tracks.clip_ids[index] for index in shared.tolist())
    if not ids:
        raise DataError(
            f"{dataset.root}: no clip was annotated by two or more; "
            "build it with every annotator's ELAN files"
        )
    # An exact half as written (0.2 of 52.5 ...) must not depend on binary fractions.
    count = max(1, math.floor(round(share * len(ids), 9) + 0.5))
    order = np.random.default_rng(seed).permutation(len(ids))[:count]
    chosen = tuple(sorted(ids[index] for index in order.tolist()))
    wanted = pa.array(chosen, pa.string())
    # Who looked at a recording is known from all its clips, also from those not drawn.
    who: dict[str, list[str]] = {}
    for place, recording in enumerate(tracks.recordings):
        covered = tracks.covers[:, tracks.clip_recording == place].any(axis=1)
        who[recording] = [tracks.annotators[index] for index in np.flatnonzero(covered).tolist()]
    view = replace(
        dataset,
        clips=_only(dataset.clips, wanted),
        segments=_only(dataset.segments, wanted),
        info=dict(dataset.info) | {"annotators_by_recording": who},
    )
    return view, Subset(share, seed, count, len(ids), chosen)


def _only(table: pa.Table, clip_ids: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["clip_id"].cast(pa.string()), value_set=clip_ids))
