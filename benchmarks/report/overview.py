"""All datasets beside each other, one row per model, as in the paper's table 2.

    model | WDMD: Acc_ME Acc_State F1_DR | CAS(ME)2: UF1 F1_MEGC | SAMM: UF1 | ... | yours

A dataset without results keeps its place, blank; so does a row that is incomplete. Reported numbers are in
tables of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.catalogue.read import find_known, known_datasets
from benchmarks.datasets import known_name
from benchmarks.leaderboard import Leaderboard, Row, Table
from benchmarks.report import cells
from benchmarks.report.columns import MAIN, TITLES, main_columns
from benchmarks.summary import Estimate


@dataclass(frozen=True, slots=True)
class Group:
    """One dataset under one protocol.

    Args:
        dataset: Its name.
        key: Anchor of its own table; empty without results.
        display: As shown.
        detail: Whether it is synthetic, its protocol and positives; empty without results.
        metrics: In order of the columns.
        table: Its results; `None` without any.
    """

    dataset: str
    key: str
    display: str
    detail: str
    metrics: tuple[str, ...]
    table: Table | None

    @property
    def title(self) -> str:
        """Name and detail in one text."""
        return f"{self.display}, {self.detail}" if self.detail else self.display

    @property
    def titles(self) -> tuple[str, ...]:
        """Heads of the columns."""
        return tuple(TITLES[name] for name in self.metrics)

    def cells_of(self, model: str) -> tuple[Estimate | None, ...]:
        """A model's numbers, `None` where there is no result."""
        rows = self.table.rows if self.table is not None else ()
        row = next((one for one in rows if one.model == model), None)
        return tuple(row.estimates.get(name) if row else None for name in self.metrics)


@dataclass(frozen=True)
class Overview:
    """The whole table.

    Args:
        groups: Datasets in order.
        models: Name, display name and group of each row.
    """

    groups: tuple[Group, ...]
    models: tuple[tuple[str, str, str], ...]

    def cells_of(self, model: str) -> list[Estimate | None]:
        """A model's numbers over all groups."""
        return [cell for group in self.groups for cell in group.cells_of(model)]

    @property
    def columns(self) -> list[str]:
        """Dataset and metric of each column, in one text."""
        return [f"{group.title} {title}" for group in self.groups for title in group.titles]


def make_overview(board: Leaderboard) -> Overview:
    """Gather it.

    Args:
        board: The tables, of any protocols.
    """
    of_name: dict[str, list[Table]] = {}
    for table in board.tables:
        of_name.setdefault(known_name(table.dataset), []).append(table)
    known = [name for name in known_datasets() if name in MAIN or name in of_name]
    names = [*known, *(name for name in of_name if name not in known)]
    nothing: Sequence[Table | None] = (None,)
    groups = [_group(name, table) for name in names for table in of_name.get(name, nothing)]
    first: dict[str, Row] = {}
    for table in board.tables:
        for row in table.rows:
            first.setdefault(row.model, row)
    models = tuple((name, cells.name(row), row.group) for name, row in first.items())
    return Overview(tuple(groups), models)


def _group(name: str, table: Table | None) -> Group:
    entry = find_known(name)
    if table is None:
        display = entry.display if entry is not None else name
        return Group(name, "", display, "", main_columns(name), None)
    label = "synthetic, " if table.synthetic else ""
    detail = f"{label}{table.protocol}, {table.n_references} MEs"
    key = f"{table.dataset}-{table.protocol}"
    return Group(name, key, table.display, detail, main_columns(name, table), table)


def is_worth_showing(board: Leaderboard) -> bool:
    """Whether it says more than the only table: there are two, or one of a known dataset."""
    return len(board.tables) > 1 or any(find_known(table.dataset) for table in board.tables)
