"""`wdmd check`: is everything in order before a build?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wdmd_tools.annotations import Problem
    from wdmd_tools.pipeline.check import CheckReport


def check(
    elan: Annotated[Path, typer.Option(help="Folder of ELAN files (.eaf), or one file.")],
    videos: Annotated[
        Path | None,
        typer.Option(help="Folder of videos, or one file; only the ELAN files when left out."),
    ] = None,
    protocol: Annotated[
        Path | None, typer.Option(help="Which tier means what, YAML; built-in when left out.")
    ] = None,
    subjects: Annotated[
        Path | None,
        typer.Option(help="Who is where in the picture, CSV; subjects.csv beside the ELAN files."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings of the build, YAML.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """List every problem of a project: file, line, tier, annotation, and what to do.

    Exit codes: 0 no errors (warnings may be there), 2 wrong usage, 3 at least one error.
    """
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.config import load_config
    from wdmd_tools.errors import EXIT_DATA
    from wdmd_tools.pipeline.check import check_annotations, check_project
    from wdmd_tools.protocol import load_protocol

    settings, meaning = load_config(config), load_protocol(protocol)
    with progress_bar(enabled=not as_json) as bar:
        task = bar.add_task("checking", total=None)

        def shown(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if videos is None:
            report = check_annotations(elan, meaning, shown)
        else:
            report = check_project(elan, videos, settings, meaning, shown, subjects)
    if as_json:
        print_json(_as_json(report))
    else:
        _print(report, with_films=videos is not None)
    if report.errors:
        raise typer.Exit(EXIT_DATA)


def _as_json(report: "CheckReport") -> dict[str, Any]:
    from collections import Counter
    from dataclasses import asdict

    return {
        "n_eaf": report.n_eaf,
        "n_me": report.n_me,
        "n_errors": len(report.errors),
        "n_warnings": len(report.problems) - len(report.errors),
        "codes": dict(sorted(Counter(problem.code for problem in report.problems).items())),
        "recordings": [asdict(facts) for facts in report.recordings],
        "problems": [
            {"severity": "error" if problem.is_error else "warning", **asdict(problem)}
            for problem in report.problems
        ],
    }


def _print(report: "CheckReport", *, with_films: bool) -> None:
    from itertools import groupby

    from wdmd_tools.cli.console import out

    for file, problems in groupby(report.problems, key=lambda problem: problem.file):
        out.print(file or "(no file)", markup=False, highlight=False)
        for problem in problems:
            out.print(_line(problem), markup=False, highlight=False)
            out.print(f"      {problem.fix}", markup=False, highlight=False)
        out.print()
    errors = len(report.errors)
    films = f"{len(report.recordings)} recordings" if with_films else "films not looked at"
    out.print(
        f"{report.n_eaf} ELAN files, {films}, {report.n_me} micro-expressions annotated: "
        f"{errors} errors, {len(report.problems) - errors} warnings",
        markup=False,
        highlight=False,
    )


def _line(problem: "Problem") -> str:
    where = [f"line {problem.line}"] if problem.line else []
    where += [f"tier {problem.tier!r}"] if problem.tier else []
    where += [f"annotation {problem.annotation_id}"] if problem.annotation_id else []
    where += [f"at {_clock(problem.time_ms)}"] if problem.time_ms is not None else []
    return f"  {problem.code}  {', '.join([*where, problem.message])}"


def _clock(time_ms: int) -> str:
    """As ELAN shows it: hours, minutes, seconds and milliseconds."""
    sign, time_ms = ("-" if time_ms < 0 else ""), abs(time_ms)
    seconds, ms = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours:02d}:{minutes:02d}:{seconds:02d}.{ms:03d}"
