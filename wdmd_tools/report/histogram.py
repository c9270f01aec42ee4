"""Distributions as bars: few values are named, many are binned at round numbers."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from wdmd_tools.report.model import Bin, Histogram

MOST_NAMED = 6
"""Distinct values up to which each gets its own bar."""

MOST_BINS = 16


def named_histogram(title: str, values: Sequence[str], of: str) -> Histogram:
    """How often each value occurs, most frequent first; beyond twelve, the rest in one bar.

    Args:
        title: What.
        values: One per thing counted.
        of: The things, plural, such as "clips".
    """
    counts = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    if len(counts) > 12:
        counts = [*counts[:11], (f"{len(counts) - 11} others", sum(n for _, n in counts[11:]))]
    if not counts:
        return Histogram(title, f"n/a (no {of})", (), named=True)
    top = max(n for _, n in counts)
    bins = tuple(Bin(label, n, n / top) for label, n in counts)
    return Histogram(title, f"{len(values)} {of}", bins, named=True)


def histogram(
    title: str, values: Sequence[float | None], of: str, unit: str, digits: int = 1
) -> Histogram:
    """Numbers in bins at round numbers; few distinct ones are named instead.

    Args:
        title: What, with its unit.
        values: One per thing counted, `None` where undefined.
        of: The things, plural.
        unit: Written after numbers.
        digits: Decimals of numbers.
    """
    present = np.array([v for v in values if v is not None], dtype=np.float64)
    missing = len(values) - len(present)
    if not len(present):
        return Histogram(title, f"n/a (no {of} with a value)", (), named=False)
    low, middle, high = present.min(), float(np.median(present)), present.max()
    least, half, most = (_written(value, digits, unit) for value in (low, middle, high))
    spread = f"all {half}" if least == most else f"median {half}, {least} to {most}"
    summary = f"{spread}; {len(present)} {of}"
    if missing:
        summary += f", {missing} without a value"
    rounded = np.round(present, digits)
    distinct = np.unique(rounded)
    if len(distinct) <= MOST_NAMED:
        counts = [int((rounded == v).sum()) for v in distinct]
        bins = tuple(
            Bin(_written(v, digits, unit), n, n / max(counts))
            for v, n in zip(distinct, counts, strict=True)
        )
        return Histogram(title, summary, bins, named=True)
    edges = nice_edges(float(low), float(high))
    tally = np.histogram(present, edges)[0]
    places = _decimals(edges[1] - edges[0])
    bins = tuple(
        Bin(
            f"{_written(edges[k], places, '')} to {_written(edges[k + 1], places, unit)}",
            int(n),
            int(n) / int(tally.max()),
        )
        for k, n in enumerate(tally)
    )
    ends = (_written(edges[0], places, unit), _written(edges[-1], places, unit))
    return Histogram(title, summary, bins, False, *ends)


def nice_edges(low: float, high: float, most: int = MOST_BINS) -> list[float]:
    """Evenly spaced edges at 1, 2 or 5 times a power of ten that enclose the values.

    Args:
        low: The lowest value.
        high: The highest, not below `low`.
        most: Bins at most.
    """
    # Values that differ by rounding errors only are one value.
    spread = max(high - low, 1e-6 * max(1.0, abs(low), abs(high)))
    power = 10.0 ** math.floor(math.log10(spread / most))
    for factor in (1, 2, 5, 10, 20):
        step = factor * power
        first = math.floor(low / step + 1e-9)
        last = max(math.ceil(high / step - 1e-9), first + 1)
        if last - first <= most:
            break
    return [round(k * step, 12) for k in range(first, last + 1)]


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _written(value: float, digits: int, unit: str) -> str:
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{'0' if text == '-0' else text}{unit}"
