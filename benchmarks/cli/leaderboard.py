"""`bench leaderboard`: the tables again."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.options import BOARD, RESULTS, Json
from benchmarks.cli.show import board_json, print_board, write_board


def leaderboard(
    results: Annotated[Path, typer.Argument(help="Folder that bench run wrote.")] = RESULTS,
    out: Annotated[Path, typer.Option(help="Folder of leaderboards.")] = BOARD,
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Where a dataset is now, for its clips; may be given several times."),
    ] = None,
    clips: Annotated[
        bool, typer.Option("--clips/--no-clips", help="Pages of every clip over time.")
    ] = True,
    media: Annotated[int, typer.Option(min=0, help="Clips of a dataset with pictures.")] = 100,
    films: Annotated[
        bool, typer.Option("--films/--no-films", help="A small film beside the pictures.")
    ] = True,
    oracle: Annotated[
        bool,
        typer.Option(
            "--oracle",
            help="Also tell F1_DR with thresholds chosen on test data, apart and flagged.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the leaderboards again from finished results."""
    from benchmarks.report.clips.every import ClipOptions
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json
    from wdmd_tools.errors import ConfigError, DataError

    if not any(results.glob("*/dataset.json")):
        raise DataError(f"{results}: no results here; make some with `bench run --all`")
    for folder in data or ():
        if not (folder / "dataset.json").is_file():
            raise ConfigError(f"--data {folder}: no dataset here (dataset.json is missing)")
    options = ClipOptions(tuple(data or ()), media, films, clips)
    board, written = write_board(results, out, clips=options, quiet=as_json, oracle=oracle)
    if as_json:
        found = board_json(board)
        if oracle:
            found["oracle_f1_dr_not_a_result"] = {
                f"{table.dataset} {table.protocol}": {row.model: row.oracle for row in table.rows}
                for table in board.tables
            }
        print_json({**found, "files": [str(path) for path in written]})
        return
    print_board(board)
    stdout.print("written: " + ", ".join(map(str, written)), markup=False, highlight=False)
