"""`bench add-model`: a model of one's own, to start from."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.options import Json


def add_model(
    name: Annotated[str, typer.Argument(help="What the model will be called.")],
    out: Annotated[
        Path | None, typer.Option(help="The Python file to write; NAME.py when not given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a small working model, and register it in bench.yaml."""
    from benchmarks.adapter import write_adapter
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json

    made = write_adapter(name, out)
    if as_json:
        print_json(
            {
                "file": str(made.file),
                "config": str(made.config),
                "snippet": made.snippet,
                "registered": made.registered,
                "command": made.command,
            }
        )
        return
    lines = [f"wrote {made.file}: change frame_scores, or everything"]
    if made.registered:
        lines.append(f"wrote {made.config}, which registers it")
    else:
        lines += [f"{made.config} is there already; add this to it:", "", made.snippet]
    lines.append(f"run it: {made.command}")
    for line in lines:
        stdout.print(line, markup=False, highlight=False, soft_wrap=True)
