"""How numbers and words of a leaderboard read, whatever the file."""

from benchmarks.leaderboard import Row, Table
from benchmarks.summary import Estimate
from wdmd_tools.metrics.catalogue import CATALOGUE

UNDEFINED = "–"
"""Shown where a metric is undefined."""

_UNITS = {entry.name: entry.unit for entry in CATALOGUE}

SYNTHETIC = "SYNTHETIC DATA: rendered faces; it says nothing about real micro-expressions."


def percent(value: float | None) -> str:
    """A share in percent with one decimal, or a dash."""
    return UNDEFINED if value is None else f"{100 * value:.1f}"


def amount(metric_name: str, value: float | None, *, signed: bool = False) -> str:
    """A value as its metric is shown: in percent, or in its unit, with one decimal; or a dash.

    Args:
        metric_name: Of the catalogue; an unknown one is shown as a share.
        value: The number.
        signed: With a plus or minus, for differences.
    """
    if value is None:
        return UNDEFINED
    unit = _UNITS.get(metric_name, "")
    sign = "+" if signed else ""
    return f"{value:{sign}.1f} {unit}" if unit else f"{100 * value:{sign}.1f}"


def interval(one: Estimate | None) -> str:
    """``20.1 to 40.2``; nothing when there is no interval."""
    if one is None or one.low is None or one.high is None:
        return ""
    return f"{percent(one.low)} to {percent(one.high)}"


def estimate(one: Estimate | None) -> str:
    """``31.7 (20.1 to 40.2)``; a dash when undefined, nothing when there is no result."""
    if one is None:
        return ""
    around = interval(one)
    return f"{percent(one.value)} ({around})" if around else percent(one.value)


def seconds(value: float | None) -> str:
    """Seconds, with a decimal below ten."""
    if value is None:
        return ""
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def parameters(value: int | None) -> str:
    """A count such as ``0.49 M``."""
    if value is None:
        return ""
    if value >= 1_000_000:
        return f"{value / 1e6:.1f} M"
    return f"{value / 1e3:.1f} k" if value >= 1000 else str(value)


def title(table: Table) -> str:
    """Heading of a table."""
    label = " (synthetic)" if table.synthetic else ""
    return f"{table.display}{label}, {table.protocol}"


def facts(table: Table) -> str:
    """What was tested, in one sentence."""
    seeds = "one training seed" if table.seeds == 1 else f"mean of {table.seeds} training seeds"
    return (
        f"Test split: {table.n_clips} clips ({table.n_clips_with_me} with a micro-expression), "
        f"{table.n_references} micro-expressions, {table.n_recordings} recordings; {seeds}."
    )


EXPLANATION = (
    "In percent, with 95 % intervals from 10,000 bootstrap resamples of whole recordings. F1: one-to-one "
    "matching, right when the temporal IoU exceeds 0.5. F1_DR: harmonic mean of F1_speaking and "
    "F1_listening. Acc at p = 0.5. A dash is undefined, a blank is a job that is missing or failed. "
    "Thresholds were chosen on the validation split."
)


def status(row: Row) -> str:
    """What to say beside a row; empty when all is well."""
    return "" if row.status == "ok" else row.status
