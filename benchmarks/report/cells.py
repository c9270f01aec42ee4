"""How numbers and words of a leaderboard read, whatever the file."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.leaderboard import RANKED, Leaderboard, Row, Table
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
        f"{table.n_references} micro-expressions, {table.n_recordings} recordings; {seeds}"
        f"{f'; protocol {table.version}' if table.version else ''}."
    )


def spread(one: Estimate | None) -> str:
    """``seeds 28.0 to 35.1, SD 2.9``; nothing with one seed."""
    if one is None or one.seed_sd is None:
        return ""
    low, high = percent(min(one.seeds)), percent(max(one.seeds))
    return f"seeds {low} to {high}, SD {100 * one.seed_sd:.1f}"


@dataclass(frozen=True, slots=True)
class RankTable:
    """Average ranks of one protocol, best first.

    Args:
        protocol: Its name.
        datasets: In order of the columns.
        rows: Model, display name, mean rank, its interval in words, and rank on each dataset; mean,
            interval and ranks are empty for a model that lacks a value on some dataset.
    """

    protocol: str
    datasets: tuple[str, ...]
    rows: tuple[tuple[str, str, str, str, tuple[str, ...]], ...]


def rank_tables(board: Leaderboard) -> list[RankTable]:
    """The average ranks as they are shown."""
    made = []
    for protocol, ranks in board.ranks.items():
        tables = [table for table in board.tables if table.protocol == protocol]
        datasets = [table.dataset for table in tables]
        displays = {row.model: row.display for table in tables for row in table.rows}
        order = sorted(displays, key=lambda name: ranks[name].value if name in ranks else 1e9)
        rows = []
        for name in order:
            one = ranks.get(name)
            if one is None:
                rows.append((name, displays[name], "", "", ("",) * len(datasets)))
                continue
            around = "" if one.low is None else f"{one.low:.2f} to {one.high:.2f}"
            places = tuple(f"{one.ranks[dataset]:g}" for dataset in datasets)
            rows.append((name, displays[name], f"{one.value:.2f}", around, places))
        shown = tuple(table.display for table in tables)
        made.append(RankTable(protocol, shown, tuple(rows)))
    return made


def rank_heads(table: RankTable) -> Sequence[str]:
    """Titles of the columns of average ranks."""
    return ("Model", "average rank", "95 % interval", *table.datasets)


RANK_NOTE = (
    f"Rank by {RANKED.upper()} on each dataset, 1 is best, ties shared; the average over datasets with its "
    "95 % interval from resampled recordings. A model without a value on every dataset is blank and is not "
    "counted in the ranks of the others. Datasets without speaking states have no F1_DR and are left out."
)

ORACLE_NOTE = (
    "NOT A RESULT: F1_DR when the threshold is chosen on the test data itself, the best of some forty: an "
    "upper bound, for comparison with papers that choose so. The first column is the result of the table "
    "above, with the threshold chosen on the validation split."
)


def oracle_rows(table: Table) -> list[tuple[str, str, str]]:
    """Name, F1_DR, and F1_DR with an oracle's threshold, of the rows that have one."""
    return [
        (name(row), percent(row.estimates[RANKED].value), percent(row.oracle))
        for row in table.rows
        if row.oracle is not None and RANKED in row.estimates
    ]


OVERVIEW_NOTE = (
    "One row per model, each dataset by the metrics that papers compare by; a dataset without results "
    "keeps its place. A number is only comparable within its column. Reported numbers are in tables of "
    "their own."
)

ORACLE_HEAD = ("Model", "F1_DR", "F1_DR, oracle threshold")

SUBMITTED = "submitted, not rerun"
"""Beside the name of a row of someone's predictions."""

SUBMITTED_NOTE = (
    "Submitted rows are scored here and were not run here: how their thresholds were chosen, and on what "
    "they were trained, is their authors' word."
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


def name(row: Row) -> str:
    """A row's name, with a word where no model was run."""
    return f"{row.display} ({SUBMITTED})" if row.submitted else row.display
