"""`wdmd check`: is everything in order before a build?"""

from pathlib import Path
from typing import Annotated

import typer


def check(
    elan: Annotated[Path, typer.Option(help="Folder of ELAN files (.eaf), or one file.")],
    videos: Annotated[Path, typer.Option(help="Folder of videos, or one file.")],
    protocol: Annotated[
        Path | None, typer.Option(help="Which tier means what, YAML; built-in when left out.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings of the build, YAML.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """List every problem of a project: file, line, tier, annotation, and what to do.

    Exit codes: 0 no errors (warnings may be there), 2 wrong usage, 3 at least one error.
    """
    from dataclasses import asdict

    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.config import load_config
    from wdmd_tools.errors import EXIT_DATA
    from wdmd_tools.pipeline.check import check_project
    from wdmd_tools.protocol import load_protocol

    settings, meaning = load_config(config), load_protocol(protocol)
    with progress_bar(enabled=not as_json) as bar:
        task = bar.add_task("checking", total=None)
        report = check_project(
            elan,
            videos,
            settings,
            meaning,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        print_json(
            {
                "n_eaf": report.n_eaf,
                "recordings": [asdict(facts) for facts in report.recordings],
                "problems": [asdict(problem) for problem in report.problems],
                "n_errors": len(report.errors),
            }
        )
    else:
        for problem in report.problems:
            stdout.print(str(problem), markup=False, highlight=False)
        mes = sum(facts.n_me for facts in report.recordings)
        stdout.print(
            f"{report.n_eaf} ELAN files, {len(report.recordings)} recordings, {mes} micro-expressions "
            f"annotated: {len(report.errors)} errors, "
            f"{len(report.problems) - len(report.errors)} warnings",
            markup=False,
            highlight=False,
        )
    if report.errors:
        raise typer.Exit(EXIT_DATA)
