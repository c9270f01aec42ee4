"""Two annotators' values side by side: confusion, raw agreement, Cohen's kappa, and with tolerance.

Kappa is (p_o - p_e) / (1 - p_e): p_o the share of units with the same value, p_e the share that two
annotators with these habits would reach by chance, the sum over values of the products of their shares.

A change of state is placed a few frames apart by careful annotators too. The tolerant variant leaves out
the frames within k of a change by either of the two:

    a      s s s s s l l l l l l l          k = 1
    b      s s s s s s s l l l l l
    kept   . . . . - - - - . . . .          raw 10 / 12, tolerant 8 / 8
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.agreement.tracks import MISSING, Codes, Indices


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement of two annotators on a nominal value.

    Args:
        values: The values' names, V.
        confusion: V rows (first annotator) of V columns (second): units with these two values.
        units: Units with a value of both.
        raw: Share of units with the same value; `None` without a unit.
        kappa: At most 1, 0 is chance; `None` when undefined.
        reason: Why kappa is undefined, else empty.
    """

    values: tuple[str, ...]
    confusion: list[list[int]]
    units: int
    raw: float | None
    kappa: float | None
    reason: str = ""


def compare(first: Codes, second: Codes, values: tuple[str, ...], unit: str = "unit") -> Kappa:
    """Compare two annotators.

    Args:
        first: Shape (N,): indices into `values`, negative where missing.
        second: Shape (N,).
        values: Names.
        unit: What a unit is, for the reason.

    Example:
        >>> compare(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]), ("a", "b")).kappa
        0.5
    """
    both = (first >= 0) & (second >= 0)
    count = len(values)
    cells = first[both].astype(np.int64) * count + second[both]
    table = np.bincount(cells, minlength=count * count).reshape(count, count)
    total, same = int(table.sum()), int(np.trace(table))
    confusion = [[int(cell) for cell in row] for row in table]
    if not total:
        return Kappa(values, confusion, 0, None, None, f"no {unit} has a value of both")
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    by_chance = int((rows * columns).sum())
    if by_chance == total * total:
        only = values[int(np.argmax(rows))]
        return Kappa(values, confusion, total, 1.0, None, f"only one value observed: {only}")
    kappa = (total * same - by_chance) / (total * total - by_chance)
    return Kappa(values, confusion, total, same / total, kappa)


def near_changes(codes: Codes, bounds: Indices, frames: int) -> npt.NDArray[np.bool_]:
    """Which frames lie within `frames` of a change of value.

    Args:
        codes: Shape (N,), `MISSING` where there is none; from or to missing is no change.
        bounds: Shape (C + 1,): the clips; the cut between two is no change, and none reaches over it.
        frames: How many on either side, 0 or more.

    Returns:
        Shape (N,).
    """
    near = np.zeros(len(codes), dtype=bool)
    if frames <= 0 or len(codes) < 2:
        return near
    changes = np.flatnonzero(
        (codes[1:] != codes[:-1]) & (codes[1:] != MISSING) & (codes[:-1] != MISSING)
    )
    clip = np.searchsorted(bounds, changes, side="right") - 1
    inside = changes + 1 < bounds[clip + 1]
    changes, clip = changes[inside] + 1, clip[inside]
    edges = np.zeros(len(codes) + 1, dtype=np.int64)
    np.add.at(edges, np.maximum(changes - frames, bounds[clip]), 1)
    np.add.at(edges, np.minimum(changes + frames, bounds[clip + 1]), -1)
    return np.asarray(np.cumsum(edges[:-1]) > 0)
