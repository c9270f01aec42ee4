"""A leaderboard on the terminal and as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.leaderboard import Leaderboard
    from benchmarks.results import DatasetRecord, JobResult
    from benchmarks.suites.model import Suite
    from benchmarks.summary import Estimate


def write_board(
    results: Path, folder: Path, instead: "Sequence[JobResult]" = ()
) -> "tuple[Leaderboard, list[Path]]":
    """Make the tables of a folder of results and write their files.

    Args:
        results: Folder that `bench run` wrote.
        folder: Of the leaderboards.
        instead: Results that take the place of stored ones of the same job.
    """
    from benchmarks.leaderboard import make_leaderboard
    from benchmarks.report import write_report
    from benchmarks.results import read_records, read_results

    found = {one.job: one for one in (*read_results(results), *instead)}
    board = make_leaderboard(list(found.values()), read_records(results))
    return board, write_report(board, folder)


def print_board(board: "Leaderboard") -> None:
    """Print the main columns of every table; F1_DR with its interval."""
    from benchmarks.report import cells
    from wdmd_tools.cli.tables import print_table

    head = ("model", "Acc_ME", "Acc_State", "F1_DR", "95 % interval")
    for table in board.tables:
        rows = []
        for row in table.rows:
            found = [row.estimates.get(name) for name in ("acc_me", "acc_state", "f1_dr")]
            values = ["" if one is None else cells.percent(one.value) for one in found]
            why = row.status.partition(":")[0] if row.status != "ok" else cells.interval(found[-1])
            rows.append((row.display, *values, why))
        print_table(cells.title(table), head, rows)


def board_json(board: "Leaderboard") -> dict[str, Any]:
    """All tables as JSON values; undefined is null."""
    return {
        "tables": [
            {
                "dataset": table.dataset,
                "synthetic": table.synthetic,
                "protocol": table.protocol,
                "seeds": table.seeds,
                "n_recordings": table.n_recordings,
                "n_clips": table.n_clips,
                "n_references": table.n_references,
                "rows": [
                    {
                        "model": row.model,
                        "display": row.display,
                        "status": row.status,
                        "train_seconds": row.train_seconds,
                        "parameters": row.parameters,
                        "metrics": {k: estimate_json(v) for k, v in row.estimates.items()},
                    }
                    for row in table.rows
                ],
            }
            for table in board.tables
        ],
        "missing": [
            {"dataset": one.dataset, "display": one.display, "reason": one.reason}
            for one in board.missing
        ],
    }


def estimate_json(one: "Estimate") -> dict[str, float | None]:
    """A number with its interval as JSON values."""
    return {"value": one.value, "low": one.low, "high": one.high}


def show_suite(
    suite: "Suite",
    preset: str,
    records: "Sequence[DatasetRecord]",
    results: "Sequence[JobResult]",
    runs: Path,
    seeds: int,
    folder: Path,
    as_json: bool,
) -> None:
    """Write a suite's files, one folder per dataset, and print its tables.

    Args:
        suite: Which.
        preset: The full model.
        records: Datasets that it was run on.
        results: Of all of them.
        runs: Folder of trained runs.
        seeds: Trainings per row.
        folder: Of the leaderboards.
        as_json: Print one JSON document instead.
    """
    from benchmarks.suites.files import rows_of_text, write_suite
    from benchmarks.suites.table import make_table, to_json
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json
    from wdmd_tools.cli.tables import print_table

    documents = []
    for record in records:
        mine = [one for one in results if one.job.dataset == record.name]
        table = make_table(suite, record.display, record.synthetic, preset, mine, runs, seeds)
        written = write_suite(table, folder / "suites" / record.name)
        documents.append({**to_json(table), "files": [str(path) for path in written]})
        if not as_json:
            head, rows = rows_of_text(table)
            print_table(f"{suite.title}: {record.display}", head, rows)
            stdout.print(
                f"wrote {written[0]}, and {len(written) - 1} files beside it", markup=False
            )
    if as_json:
        print_json({"suites": documents})
