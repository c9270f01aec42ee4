"""`bench compare`: is one model better than another?"""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.options import RESULTS, Json


def compare(
    first: Annotated[str, typer.Argument(help="A model with finished jobs, see bench list.")],
    second: Annotated[str, typer.Argument(help="The model it is compared with.")],
    results: Annotated[Path, typer.Option(help="Folder that bench run wrote.")] = RESULTS,
    metric: Annotated[str, typer.Option(help="f1_dr, f1, recall, acc_me, ...")] = "f1_dr",
    draws: Annotated[int, typer.Option(min=100, help="Bootstrap draws.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
    as_json: Json = False,
) -> None:
    """Say how far SECOND is above FIRST on the same recordings, and whether the difference is shown.

    Recordings are drawn with replacement, the same ones for both models.
    """
    from dataclasses import asdict

    from benchmarks.comparisons import compare_models, sentence
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json

    found = compare_models(results, first, second, metric, draws=draws, seed=seed)
    if as_json:
        documents = [
            {"dataset": dataset, "protocol": protocol, "is_shown": one.is_shown, **asdict(one)}
            for (dataset, protocol), one in found.items()
        ]
        print_json({"first": first, "second": second, "comparisons": documents})
        return
    for (dataset, protocol), one in found.items():
        line = f"{dataset}, {protocol}: {sentence(first, second, one)}"
        stdout.print(line, markup=False, highlight=False)
