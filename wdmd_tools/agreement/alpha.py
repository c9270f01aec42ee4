"""Krippendorff's alpha for nominal data, and the matrices it is made of.

Alpha is 1 - D_o / D_e: observed over expected disagreement. For nominal values, with the coincidence
matrix O and its row sums n_c, total n,

    D_o = sum of O off the diagonal / n
    D_e = sum over c != k of n_c n_k / (n (n - 1))

Each unit (a frame, a clip) that m >= 2 annotators gave a value adds ``1 / (m - 1)`` for each ordered pair
of its values. So O is a *sum over units*: the matrix of a dataset is the sum of its clips' matrices, and
ten thousand resamples of clips are ten thousand weighted sums.

The point estimate comes from the ``krippendorff`` package, the resamples from these matrices; the tests
hold the two equal.

Reference: K. Krippendorff, Content Analysis: An Introduction to Its Methodology, chapter 12.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.agreement.tracks import Codes, Indices

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Alpha:
    """One value of alpha.

    Args:
        value: At most 1; 0 is chance; `None` when undefined.
        units: Units with values of at least two annotators.
        reason: Why it is undefined, else empty.
    """

    value: float | None
    units: int
    reason: str = ""


def value_counts(codes: Codes, n_values: int) -> Indices:
    """How many annotators gave each unit each value.

    Args:
        codes: Shape (A annotators, N units): 0 to ``n_values - 1``, negative where missing.
        n_values: Number of values, V.

    Returns:
        Shape (N, V).
    """
    counts = np.empty((codes.shape[1], n_values), dtype=np.int64)
    for value in range(n_values):
        counts[:, value] = (codes == value).sum(axis=0)
    return counts


def krippendorff_alpha(codes: Codes, values: tuple[str, ...], unit: str = "unit") -> Alpha:
    """Krippendorff's alpha (nominal) of reliability data.

    Args:
        codes: Shape (A annotators, N units): indices into `values`, negative where missing. Units with
            fewer than two values do not count.
        values: The values' names, for the reason.
        unit: What a unit is, for the reason.

    Returns:
        The value, or `None` with the reason when no unit has two values or when all values are the same
        (chance disagreement is then 0, so alpha is 0 / 0).

    Example:
        >>> krippendorff_alpha(np.array([[0, 0, 1, 1], [0, 0, 1, 0]], dtype=np.int8), ("a", "b")).value
        0.5333333333333333
    """
    import krippendorff

    counts = value_counts(codes, len(values))
    counts = counts[counts.sum(axis=1) >= 2]
    if not len(counts):
        return Alpha(None, 0, f"no {unit} has a value from two annotators")
    seen = np.flatnonzero(counts.any(axis=0))
    if len(seen) < 2:
        return Alpha(None, len(counts), f"only one value observed: {values[int(seen[0])]}")
    # The package's default level of measurement is "interval", which means nothing for states.
    value = krippendorff.alpha(
        value_counts=counts, value_domain=np.arange(len(values)), level_of_measurement="nominal"
    )
    return Alpha(float(value), len(counts))


def coincidences(codes: Codes, n_values: int, group: Indices, n_groups: int) -> Floats:
    """Coincidence matrices per group of units; they add up over groups.

    Args:
        codes: Shape (A, N): values, negative where missing.
        n_values: Number of values, V.
        group: Shape (N,): the group (clip) of each unit.
        n_groups: Number of groups, G.

    Returns:
        Shape (G, V, V), symmetric; a group without pairable units is all zeros.
    """
    counts = value_counts(codes, n_values)
    # Units with the same counts add the same matrix, and few different counts occur.
    base = codes.shape[0] + 1
    key = counts @ (base ** np.arange(n_values, dtype=np.int64))
    _, first, pattern = np.unique(key, return_index=True, return_inverse=True)
    kinds = counts[first].astype(np.float64)
    pairs = kinds[:, :, None] * kinds[:, None, :] - kinds[:, :, None] * np.eye(n_values)
    matrices = pairs / np.maximum(kinds.sum(axis=1) - 1, 1)[:, None, None]
    number = np.bincount(group * len(first) + pattern, minlength=n_groups * len(first))
    per_group = number.reshape(n_groups, len(first)).astype(np.float64)
    result: Floats = np.einsum("gk,kuv->guv", per_group, matrices)
    return result


def alpha_of_coincidences(matrices: Floats) -> Floats:
    """Alpha (nominal) of coincidence matrices.

    Args:
        matrices: Shape (..., V, V).

    Returns:
        Shape (...); NaN where undefined (for use inside a bootstrap only).
    """
    totals = matrices.sum(axis=-1)
    n = totals.sum(axis=-1)
    agreed = np.trace(matrices, axis1=-2, axis2=-1)
    # n_c and n are sums of floats, so "only one value" is exact zero up to rounding.
    expected = n**2 - (totals**2).sum(axis=-1)
    defined = expected > 1e-9 * np.maximum(n**2, 1.0)
    result = np.full(n.shape, np.nan)
    np.divide((n - 1) * (n - agreed), expected, out=result, where=defined)
    return np.asarray(1.0 - result, dtype=np.float64)


def raw_agreement_of_coincidences(matrices: Floats) -> Floats:
    """Share of pairs of annotators with the same value, shape (...); NaN where there is no pair."""
    n = matrices.sum(axis=(-2, -1))
    result = np.full(n.shape, np.nan)
    np.divide(np.trace(matrices, axis1=-2, axis2=-1), n, out=result, where=n > 0)
    return result
