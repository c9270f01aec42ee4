"""Where attention goes by face region: while speaking, while listening, inside micro-expressions.

The paper claims that the enhancer looks away from the mouth in speech. Here that is a number: the share of
attention on the mouth's band in speaking frames minus that in listening frames, with an interval over
recordings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from meldae.explain.regions import FACE_ROWS
from wdmd_tools.metrics.bootstrap import Statistic, cluster_bootstrap, ratio

Floats = npt.NDArray[np.float64]

GROUPS = ("speaking", "listening", "me")
"""Frames while speaking, while not, and inside a micro-expression in either state."""


@dataclass(frozen=True)
class Share:
    """One figure.

    Args:
        region: One of `FACE_ROWS`.
        group: One of `GROUPS`, or ``"speaking - listening"``.
        value: Share of attention, or difference of shares; `None` without such frames.
        low: Lower end of the 95 % interval, or `None`.
        high: Upper end, or `None`.
    """

    region: str
    group: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Shares:
    """All figures.

    Args:
        rows: Regions times groups.
        frames: Frames per group.
        recordings: How many were resampled.
        even: Share of each region if attention were spread evenly over the face.
    """

    rows: tuple[Share, ...]
    frames: dict[str, int]
    recordings: int
    even: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def of(self, region: str, group: str) -> Share:
        """One of the rows."""
        return next(one for one in self.rows if (one.region, one.group) == (region, group))


def band_sums(
    bands: npt.NDArray[np.float32],
    weight: npt.NDArray[np.float32],
    speaking: npt.NDArray[np.int8],
    is_me: npt.NDArray[np.bool_],
) -> Floats:
    """What a clip adds to the counts: attention by group and region, and frames by group.

    Args:
        bands: (T, 5), each row sums to 1.
        weight: (T,): attention given to each frame.
        speaking: (T,): 1 speaking, 0 not, -1 unknown.
        is_me: (T,).

    Returns:
        (3 * 6,): for each of `GROUPS` the five bands' weighted sums and the sum of weights, in turn.
    """
    result = []
    for chosen in (speaking == 1, speaking == 0, is_me):
        given = weight[chosen].astype(np.float64)
        result.append(
            np.concatenate([given @ bands[chosen].astype(np.float64).reshape(-1, 5), [given.sum()]])
        )
    return np.concatenate(result)


def measure_shares(
    by_recording: Mapping[str, Floats],
    frames: Sequence[int],
    even: Floats,
    *,
    draws: int = 10_000,
    seed: int = 0,
) -> Shares:
    """Shares with intervals over recordings.

    Args:
        by_recording: Recording to the sum of its clips' `band_sums`.
        frames: Frames in each of `GROUPS`.
        even: (5,): shares if attention were spread evenly.
        draws: Resamples.
        seed: Of the bootstrap.
    """
    counts = np.array([by_recording[name] for name in sorted(by_recording)]).reshape(-1, 18)
    total = counts.sum(axis=0)[None]
    rows = []
    for band, region in enumerate(FACE_ROWS):
        statistics: dict[str, Statistic] = {
            group: _share(place, band) for place, group in enumerate(GROUPS)
        }
        statistics["speaking - listening"] = _difference(band)
        for group, statistic in statistics.items():
            value = float(statistic(total)[0])
            interval = cluster_bootstrap(counts, statistic, draws=draws, seed=seed)
            known = bool(np.isfinite(value))
            rows.append(
                Share(
                    region,
                    group,
                    value if known else None,
                    interval.low if interval and known else None,
                    interval.high if interval and known else None,
                )
            )
    return Shares(
        rows=tuple(rows),
        frames=dict(zip(GROUPS, frames, strict=True)),
        recordings=len(counts),
        even={region: float(even[band]) for band, region in enumerate(FACE_ROWS)},
    )


def _share(group: int, band: int) -> Statistic:
    def statistic(sums: Floats) -> Floats:
        return ratio(sums[:, 6 * group + band], sums[:, 6 * group + 5])

    return statistic


def _difference(band: int) -> Statistic:
    speaking, listening = _share(0, band), _share(1, band)

    def statistic(sums: Floats) -> Floats:
        return speaking(sums) - listening(sums)

    return statistic
