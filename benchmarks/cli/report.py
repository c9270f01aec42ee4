"""`bench report`: one clip over time."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.options import BOARD, DATA, RESULTS, Json


def report(
    data: Annotated[Path, typer.Option(help="The dataset folder.")] = DATA,
    results: Annotated[Path, typer.Option(help="Folder that bench run wrote.")] = RESULTS,
    models: Annotated[str, typer.Option(help="Models, separated by commas.")] = "meldae,lbp-top",
    clip: Annotated[str | None, typer.Option(help="A clip's id; else one is chosen.")] = None,
    out: Annotated[Path, typer.Option(help="The picture (.png, .svg or .pdf).")] = BOARD
    / "timeline.png",
    as_json: Json = False,
) -> None:
    """Draw scores, found and reference micro-expressions and speech of one test clip.

    Without --clip it is the first with a micro-expression during speech and a change of state, whatever
    the models made of it.
    """
    from benchmarks.built_in import default_registry
    from benchmarks.case import draw_case
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json
    from wdmd_tools.manifest import Dataset

    names = [one.strip() for one in models.split(",") if one.strip()]
    registry = default_registry()
    for name in names:
        registry.get(name)
    drawn = draw_case(Dataset.open(data), results, names, out, clip)
    if as_json:
        print_json({"clip": drawn.clip_id, "models": names, "picture": str(out)})
    else:
        stdout.print(f"clip {drawn.clip_id}: {out}", markup=False, highlight=False)
