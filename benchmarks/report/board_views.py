"""What the leaderboard's page shows, gathered before it is rendered."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from benchmarks.cards.model import ModelCard
from benchmarks.cards.text import facts as card_facts
from benchmarks.cards.text import lists as card_lists
from benchmarks.leaderboard import Leaderboard, Row, Table
from benchmarks.report import cells, columns
from benchmarks.report.overview import Group, make_overview
from benchmarks.summary import Estimate
from wdmd_tools.metrics.details import DETAILS
from wdmd_tools.metrics.error_types import ErrorCounts


def _boundary_title(name: str) -> str:
    end, _, kind = name.rpartition("_")[0].partition("_")
    return f"{end}, {'mean absolute error' if kind == 'mae' else kind}"


DETAIL_TITLES: Mapping[str, str] = {
    "precision": "precision",
    "recall": "recall",
    "f1_megc": "F1 by the rule of MEGC (IoU at least 0.5)",
    "map": "mAP at tIoU 0.1 to 0.7",
    "ar_at_1": "AR@1",
    "ar_at_5": "AR@5",
    **{name: _boundary_title(name) for name in DETAILS if name.endswith(("_frames", "_ms"))},
}
"""Numbers of a model's card beside those of the board's columns."""


@dataclass(frozen=True, slots=True)
class CellView:
    """One number of a table.

    Args:
        text: As shown; empty where there is none.
        sort: Number to sort by; empty comes last.
        interval: As shown; empty where there is none.
        spread: Seeds' values in words; empty with one seed.
        deviation: Seeds' standard deviation; empty with one seed.
        best: Whether it is the column's best among models that see pictures.
        whisker: Low end, value and high end in percent of the axis; `None` without a number.
        seeds: Each seed's value in percent of the axis.
    """

    text: str = ""
    sort: str = ""
    interval: str = ""
    spread: str = ""
    deviation: str = ""
    best: bool = False
    whisker: tuple[float, float, float] | None = None
    seeds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class RowView:
    """One model of a table.

    Args:
        row: The row.
        cells: In order of the head.
        status: Why cells are blank; empty when all is well.
    """

    row: Row
    cells: tuple[CellView, ...]
    status: str


@dataclass(frozen=True, slots=True)
class TableView:
    """One table.

    Args:
        name: Anchor, and folder of its clips.
        table: The table.
        title: Heading.
        facts: What was tested.
        head: Key and title of each column after the model's.
        rows: Models.
        clips: Link to the list of its clips; empty without.
        has_status: Whether some row is failed or incomplete.
    """

    name: str
    table: Table
    title: str
    facts: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[RowView, ...]
    clips: str
    has_status: bool


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One model over all datasets.

    Args:
        model: Its name.
        display: As shown.
        group: Its group of rows.
        cells: In order of the head.
    """

    model: str
    display: str
    group: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class OverviewView:
    """All datasets beside each other.

    Args:
        groups: Datasets, see `benchmarks.report.overview`.
        head: Key and title of each column after the model's.
        rows: Models.
        edges: Numbers of the columns with which a dataset begins.
    """

    groups: tuple[Group, ...]
    head: tuple[tuple[str, str], ...]
    rows: tuple[OverviewRow, ...]
    edges: frozenset[int]


@dataclass(frozen=True, slots=True)
class CardRun:
    """What a model did in one table.

    Args:
        title: The table.
        facts: Name and value: jobs, time, memory, options, what the model says about itself.
        errors: Kind, count, and percent of its kind's whole, of predictions and then of references.
        details: Name, value and interval of further metrics.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    errors: tuple[tuple[str, tuple[tuple[str, int, float], ...]], ...]
    details: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class CardView:
    """One model.

    Args:
        name: Its name, also in the anchor.
        display: As shown.
        note: The legend's sentence.
        group: Its group of rows.
        grade: Of the card; empty without one.
        summary: Of the card; empty without one.
        facts: Of the card.
        lists: Of the card.
        runs: One per table.
        submitted: Whether predictions were scored and no model was run.
    """

    name: str
    display: str
    note: str
    group: str
    grade: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    runs: tuple[CardRun, ...]
    submitted: bool


def table_name(table: Table) -> str:
    """Anchor of a table, and the folder of its clips."""
    return f"{table.dataset}-{table.protocol}"


def table_view(table: Table, clips: str) -> TableView:
    """A table.

    Args:
        table: The table.
        clips: Link to the list of its clips; empty without.
    """
    shown = columns.columns_of(table)
    best = {name: best_of(table, name) for name in shown}
    rows = tuple(RowView(row, _cells(table, row, best), cells.status(row)) for row in table.rows)
    head = (
        *shown.items(),
        ("clips", "clips"),
        ("mes", "MEs"),
        ("train", "train s"),
        ("parameters", "parameters"),
    )
    return TableView(
        table_name(table),
        table,
        cells.title(table),
        " ".join(line for line in (cells.facts(table), columns.note(table)) if line),
        head,
        rows,
        clips,
        any(row.status for row in rows),
    )


def overview_view(board: Leaderboard) -> OverviewView:
    """All datasets beside each other.

    Args:
        board: The tables.
    """
    view = make_overview(board)
    columns_ = [(group, name) for group in view.groups for name in group.metrics]
    best = [best_of(group.table, name) if group.table else None for group, name in columns_]
    rows = []
    for model, display, group in view.models:
        found = zip(view.cells_of(model), best, strict=True)
        shown = tuple(number_cell(one, None if group == "trivial" else top) for one, top in found)
        rows.append(OverviewRow(model, display, group, shown))
    head = tuple(
        (f"{group.key or group.dataset}-{name}", columns.TITLES[name]) for group, name in columns_
    )
    widths = [len(group.metrics) for group in view.groups]
    edges = frozenset(sum(widths[:place]) for place in range(len(widths)))
    return OverviewView(view.groups, head, tuple(rows), edges)


def best_of(table: Table, metric: str) -> float | None:
    """The best of a column among models that see pictures; `None` without any above 0."""
    values = [
        row.estimates[metric].value
        for row in table.rows
        if metric in row.estimates and row.group != "trivial"
    ]
    best = max((value for value in values if value is not None), default=0.0)
    return best if best > 0 else None


def _cells(table: Table, row: Row, best: Mapping[str, float | None]) -> tuple[CellView, ...]:
    tested = bool(row.estimates)
    numbers = [
        number_cell(row.estimates.get(name), None if row.group == "trivial" else best[name])
        for name in best
    ]
    return (
        *numbers,
        _plain(str(table.n_clips), table.n_clips) if tested else CellView(),
        _plain(str(table.n_references), table.n_references) if tested else CellView(),
        _plain(cells.seconds(row.train_seconds), row.train_seconds),
        _plain(cells.parameters(row.parameters), row.parameters),
    )


def number_cell(one: Estimate | None, best: float | None) -> CellView:
    """A share with its interval and its seeds.

    Args:
        one: The number; `None` where there is none.
        best: The best of the column, `None` for rows that do not compete.
    """
    if one is None:
        return CellView()
    if one.value is None:
        return CellView(text=cells.UNDEFINED)
    low = one.value if one.low is None else one.low
    high = one.value if one.high is None else one.high
    return CellView(
        text=cells.percent(one.value),
        sort=f"{one.value:.6f}",
        interval=cells.interval(one),
        spread=cells.spread(one),
        deviation="" if one.seed_sd is None else f"{100 * one.seed_sd:.1f}",
        best=one.value == best,
        whisker=(round(100 * low, 2), round(100 * one.value, 2), round(100 * high, 2)),
        seeds=tuple(round(100 * value, 2) for value in one.seeds),
    )


def _plain(text: str, value: float | None) -> CellView:
    return CellView(text=text, sort="" if value is None else f"{value:g}")


def card_views(board: Leaderboard, cards: Mapping[str, ModelCard]) -> list[CardView]:
    """One card per model, with its runs in all tables.

    Args:
        board: The tables.
        cards: By model; those without one show what their results say.
    """
    first: dict[str, Row] = {}
    runs: dict[str, list[CardRun]] = {}
    for table in board.tables:
        for row in table.rows:
            first.setdefault(row.model, row)
            runs.setdefault(row.model, []).append(_run(table, row))
    views = []
    for name, row in first.items():
        card = cards.get(name)
        views.append(
            CardView(
                name,
                row.display,
                row.note,
                row.group,
                card.grade if card else "",
                card.summary if card else "",
                tuple(card_facts(card)) if card else (),
                tuple(card_lists(card)) if card else (),
                tuple(runs[name]),
                row.submitted,
            )
        )
    return views


def _run(table: Table, row: Row) -> CardRun:
    said = [("status", cells.status(row))] if row.status != "ok" else []
    said += [("jobs", str(row.jobs)), ("training", _with(cells.seconds(row.train_seconds), " s"))]
    memory = "" if row.peak_memory_mb is None else f"{row.peak_memory_mb:,.0f}"
    said += [("peak memory", _with(memory, " MB"))]
    said += [("parameters", cells.parameters(row.parameters))]
    said += list(_flat("option", row.options)) + list(_flat("", row.facts))
    said += list(_flat("", row.machine))
    details = []
    for name, title in DETAIL_TITLES.items():
        one = row.estimates.get(name)
        if one is not None and one.value is not None:
            low, high = (cells.amount(name, end).partition(" ")[0] for end in (one.low, one.high))
            around = "" if one.low is None else f"{low} to {high}"
            details.append((title, cells.amount(name, one.value), around))
    known = tuple((name, value) for name, value in said if value and name != "parameters")
    return CardRun(cells.title(table), known, _shares(row.errors), tuple(details))


def _with(text: str, unit: str) -> str:
    return text + unit if text else ""


def _flat(prefix: str, value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Nested settings as lines; lists of numbers and longer texts are cut."""
    lines: list[tuple[str, str]] = []
    for key, one in value.items():
        name = f"{prefix} {key}".strip().replace("_", " ")
        if isinstance(one, Mapping):
            lines += _flat(name, one)
        elif one is not None and one != "":
            text = f"{one:g}" if isinstance(one, float) else str(one)
            lines.append((name, text if len(text) <= 160 else text[:157] + "..."))
    return lines


def _shares(
    errors: ErrorCounts | None,
) -> tuple[tuple[str, tuple[tuple[str, int, float], ...]], ...]:
    if errors is None:
        return ()
    counts = dict(zip((field.name for field in fields(errors)), astuple(errors), strict=True))
    parts: list[tuple[str, Sequence[str], int]] = [
        (
            "segments said",
            ("hit", "duplicate", "short", "long", "shifted", "background"),
            errors.predictions,
        ),
        ("reference MEs", ("hit", "near", "missed"), errors.references),
    ]
    return tuple(
        (title, tuple((kind, counts[kind], 100 * counts[kind] / whole) for kind in kinds))
        for title, kinds, whole in parts
        if whole
    )
