"""`bench leaderboard`: the tables again."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.options import BOARD, RESULTS, Json
from benchmarks.cli.show import board_json, print_board, write_board


def leaderboard(
    results: Annotated[Path, typer.Argument(help="Folder that bench run wrote.")] = RESULTS,
    out: Annotated[Path, typer.Option(help="Folder of leaderboards.")] = BOARD,
    as_json: Json = False,
) -> None:
    """Write the leaderboards again from finished results."""
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json
    from wdmd_tools.errors import DataError

    if not any(results.glob("*/dataset.json")):
        raise DataError(f"{results}: no results here; make some with `bench run --all`")
    board, written = write_board(results, out)
    if as_json:
        print_json({**board_json(board), "files": [str(path) for path in written]})
        return
    print_board(board)
    stdout.print("written: " + ", ".join(map(str, written)), markup=False, highlight=False)
