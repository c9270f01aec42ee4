"""`bench reproduce`: does the same come out again?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmarks.cli.options import ConfigFile, Json, configured, model_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.reproduce.rerun import Outcome


def reproduce(
    manifest: Annotated[
        Path, typer.Argument(help="manifest.json of a folder of results, or the folder.")
    ],
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Where a dataset is now, if elsewhere; may be given several times."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the new results; resumes there.")] = Path(
        "reproduced"
    ),
    config: ConfigFile = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Jobs at a time.")] = 1,
    engine: Annotated[str, typer.Option(help="local, or ray for a cluster.")] = "local",
    address: Annotated[
        str | None, typer.Option(help="Of the Ray cluster; RAY_ADDRESS, else this machine alone.")
    ] = None,
    gpus_per_job: Annotated[
        float, typer.Option(min=0, help="GPUs that Ray keeps for each job; 0.5 lets two share one.")
    ] = 0.0,
    cpus_per_job: Annotated[
        int, typer.Option(min=1, help="Processors that Ray keeps for each job, and its threads.")
    ] = 1,
    time_limit: Annotated[
        str | None, typer.Option(help="Wall time of a job, such as 90s, 15m or 2h.")
    ] = None,
    memory_limit: Annotated[
        str | None, typer.Option(help="Resident memory of a job, such as 800MB or 4GB.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0, max=1, help="Difference of scores and metrics that is allowed.")
    ] = 1e-3,
    check_only: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Only say what is not as it was; run nothing. Exit code 4 if results, data, split or a "
            "model's code are others.",
        ),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="With --check, also if commit, uncommitted changes, versions or machine are others.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Run the jobs of a manifest again and compare predictions and metrics job by job."""
    from benchmarks.cli.run_output import Display
    from benchmarks.engine.choose import choose_engine
    from benchmarks.engine.limits import Limits, parse_duration, parse_size
    from benchmarks.reproduce.check import check
    from benchmarks.reproduce.rerun import finished, judge, rerun, write_report
    from benchmarks.runs.manifest import read_manifest
    from wdmd_tools.cli.console import print_json, progress_bar, say
    from wdmd_tools.errors import ConfigError, DataError, PartialResultError

    limits = Limits(
        time_s=parse_duration(time_limit) if time_limit is not None else None,
        memory_bytes=parse_size(memory_limit) if memory_limit is not None else None,
    )
    chosen = choose_engine(engine, jobs, address, gpus_per_job, cpus_per_job)
    for folder in data or ():
        if not folder.is_dir():
            raise ConfigError(f"--data {folder}: no such folder")
    configured(config)  # models of one's own may lie beside bench.yaml
    if strict and not check_only:
        raise ConfigError("--strict: goes with --check")
    wanted = read_manifest(manifest)
    root = manifest if manifest.is_dir() else manifest.parent
    if not wanted.jobs:
        raise DataError(f"{manifest}: it has no jobs")
    if out.resolve() == root.resolve():
        raise ConfigError(
            f"--out {out}: the results to be checked are there; choose another folder"
        )
    checked = check(wanted, root, out, data or ())
    if not as_json:
        for note in checked.notes:
            say(f"{note.what}: {note.text}")
    if check_only:
        if as_json:
            print_json(
                {"differences": [{**vars(note), "decides": note.decides} for note in checked.notes]}
            )
        bad_notes = [note for note in checked.notes if strict or note.decides]
        if bad_notes:
            raise PartialResultError(f"{len(bad_notes)} things are not as they were")
        return
    waiting = sum(finished(one) is None for one in checked.ready)
    say(f"{waiting} jobs to run, {len(checked.ready) - waiting} already done")
    with progress_bar(enabled=not as_json) as bar:
        results = rerun(checked, chosen, limits, Display(bar, waiting), model_path(config))
    outcomes = judge(checked, results, root, tolerance)
    document = write_report(out, checked, outcomes)
    if as_json:
        print_json(document)
    else:
        _print(outcomes)
    bad = [one for one in outcomes if not one.verdict.is_good]
    if bad:
        first = f"{bad[0].job}: {bad[0].verdict.value}"
        raise PartialResultError(
            f"{len(bad)} of {len(outcomes)} jobs did not come out the same, the first is {first}"
            + (f" ({bad[0].note})" if bad[0].note else "")
        )


def _print(outcomes: "Sequence[Outcome]") -> None:
    from wdmd_tools.cli.tables import print_table

    rows = []
    for one in outcomes:
        away = one.difference
        numbers = ("", "", "")
        if away is not None:
            numbers = (str(away.clips), f"{away.score:.2g}", f"{away.metric:.2g}")
        rows.append((str(one.job), one.verdict.value, *numbers, one.note))
    head = ("job", "verdict", "clips that differ", "largest: score", "metric", "note")
    print_table("reproduced", head, rows)
