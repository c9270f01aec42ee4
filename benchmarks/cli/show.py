"""A leaderboard on the terminal and as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.leaderboard import Leaderboard
    from benchmarks.report.clips.every import ClipOptions
    from benchmarks.results import DatasetRecord, JobResult
    from benchmarks.suites.model import Suite
    from benchmarks.summary import Estimate


def write_board(
    results: Path,
    folder: Path,
    instead: "Sequence[JobResult]" = (),
    clips: "ClipOptions | None" = None,
    *,
    quiet: bool = False,
    oracle: bool = False,
) -> "tuple[Leaderboard, list[Path]]":
    """Make the tables of a folder of results and write their files, and the pages of clips.

    Args:
        results: Folder that `bench run` wrote.
        folder: Of the leaderboards.
        instead: Results that take the place of stored ones of the same job.
        clips: What is made for clips; by default all pages, with pictures of the first hundred.
        quiet: No progress.
        oracle: Whether thresholds chosen on test data are told, apart and flagged.
    """
    from benchmarks.built_in import default_registry
    from benchmarks.leaderboard import make_leaderboard
    from benchmarks.report import write_report
    from benchmarks.report.clips.every import ClipOptions, write_every_clip
    from benchmarks.results import read_records, read_results
    from wdmd_tools.cli.console import progress_bar, say

    found = {one.job: one for one in (*read_results(results), *instead)}
    board = make_leaderboard(list(found.values()), read_records(results))
    with progress_bar(enabled=not quiet) as bar:
        task = bar.add_task("pages of clips", total=None)
        links, problems = write_every_clip(
            board,
            results,
            folder,
            clips or ClipOptions(),
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    for line in problems:
        say(line)
    cards = {entry.name: entry.card for entry in default_registry() if entry.card is not None}
    return board, write_report(board, folder, links, cards, oracle=oracle)


def print_board(board: "Leaderboard") -> None:
    """Print the main columns of every table; the last one with its interval."""
    from benchmarks.report import cells
    from benchmarks.report.columns import TITLES, main_columns
    from wdmd_tools.cli.tables import print_table

    for table in board.tables:
        names = main_columns(table.dataset, table)
        head = ("model", *(TITLES[name] for name in names), "95 % interval")
        rows = []
        for row in table.rows:
            found = [row.estimates.get(name) for name in names]
            values = ["" if one is None else cells.percent(one.value) for one in found]
            why = row.status.partition(":")[0] if row.status != "ok" else cells.interval(found[-1])
            rows.append((cells.name(row), *values, why))
        print_table(cells.title(table), head, rows)
    for ranks in cells.rank_tables(board):
        lines = [(name, mean, around, *places) for _, name, mean, around, places in ranks.rows]
        print_table(f"average rank, {ranks.protocol}", cells.rank_heads(ranks), lines)


def board_json(board: "Leaderboard") -> dict[str, Any]:
    """All tables as JSON values; undefined is null."""
    return {
        "tables": [
            {
                "dataset": table.dataset,
                "synthetic": table.synthetic,
                "protocol": table.protocol,
                "protocol_version": table.version,
                "seeds": table.seeds,
                "n_recordings": table.n_recordings,
                "n_clips": table.n_clips,
                "n_clips_with_me": table.n_clips_with_me,
                "n_references": table.n_references,
                "rows": [
                    {
                        "model": row.model,
                        "display": row.display,
                        "status": row.status,
                        "submitted": row.submitted,
                        "train_seconds": row.train_seconds,
                        "parameters": row.parameters,
                        "metrics": {k: estimate_json(v) for k, v in row.estimates.items()},
                        "emotions": list(row.emotions),
                    }
                    for row in table.rows
                ],
            }
            for table in board.tables
        ],
        "average_ranks": {
            protocol: {
                model: {
                    "value": one.value,
                    "low": one.low,
                    "high": one.high,
                    "ranks": {**one.ranks},
                }
                for model, one in ranks.items()
            }
            for protocol, ranks in board.ranks.items()
        },
        "missing": [
            {"dataset": one.dataset, "display": one.display, "reason": one.reason}
            for one in board.missing
        ],
    }


def estimate_json(one: "Estimate") -> dict[str, Any]:
    """A number with its interval as JSON values; with several training seeds, their values and SD."""
    found: dict[str, Any] = {"value": one.value, "low": one.low, "high": one.high}
    if one.seeds:
        found |= {"seeds": list(one.seeds), "seed_sd": one.seed_sd}
    return found


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
