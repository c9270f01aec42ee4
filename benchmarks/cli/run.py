"""`bench run`: models on datasets."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmarks.cli.options import (
    BOARD,
    DATA,
    RESULTS,
    RUNS,
    ConfigFile,
    DatasetFile,
    Json,
    configured_datasets,
    model_path,
)
from benchmarks.cli.run_output import Display, failure_line, show_estimate, show_smoke
from benchmarks.cli.show import board_json, print_board, write_board

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.results import JobResult
    from benchmarks.runs.plan import Plan


def run(
    everything: Annotated[bool, typer.Option("--all", help="Every registered model.")] = False,
    models: Annotated[
        str | None, typer.Option(help="Only these models, separated by commas (see bench list).")
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option(
            help="Experiments with one setting changed a row: ablation, sensitivity or losses of the "
            "paper, plus, mol, boosting."
        ),
    ] = None,
    preset: Annotated[str, typer.Option(help="The full model of a suite.")] = "nano",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="One setting of every row of a suite; repeatable."),
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="A dataset folder; may be given several times.")
    ] = None,
    train_data: Annotated[
        Path | None,
        typer.Option(help="Learn from this dataset and test on those of --data (cross-dataset)."),
    ] = None,
    adapt: Annotated[
        str | None,
        typer.Option(
            help="With --train-data, further rows that use the target without labels: normalise, "
            "match-rate, self-train, by commas."
        ),
    ] = None,
    protocol: Annotated[
        str,
        typer.Option(
            help="holdout, cross-dataset, composite (all of --data pooled), or the name of a split "
            "that wdmd split made: all of its folds are run; bench protocols explains them."
        ),
    ] = "holdout",
    emotions: Annotated[
        str | None,
        typer.Option(
            help="What is recognised: auto (three classes of imported datasets that can teach them), none, "
            "or a scheme such as 3, 4 or casme2-5; over what bench.yaml says."
        ),
    ] = None,
    config: ConfigFile = None,
    datasets_file: DatasetFile = None,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Trainings per model.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Jobs at a time.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder of results; finished jobs stay.")] = RESULTS,
    leaderboard: Annotated[Path, typer.Option(help="Folder of leaderboards.")] = BOARD,
    runs: Annotated[
        Path, typer.Option(help="Trained MELDAE runs; those that fit are not trained again.")
    ] = RUNS,
    only_missing: Annotated[
        bool,
        typer.Option(
            "--only-missing", help="Run what is not finished, and what failed (the default)."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Run finished jobs again.")] = False,
    only_cache: Annotated[
        bool,
        typer.Option("--only-cache", help="Run nothing; make the tables of what is finished."),
    ] = False,
    time_limit: Annotated[
        str | None, typer.Option(help="Wall time of a job, such as 90s, 15m or 2h.")
    ] = None,
    memory_limit: Annotated[
        str | None, typer.Option(help="Resident memory of a job, such as 800MB or 4GB.")
    ] = None,
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
    smoke: Annotated[
        bool,
        typer.Option(
            "--smoke", help="See if the models run at all: a few clips, minutes, no board."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be run, and what it would cost.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run models on datasets and write the leaderboards; finished jobs are not run again."""
    from benchmarks.asked import asking
    from benchmarks.datasets import open_datasets
    from benchmarks.engine.choose import choose_engine
    from benchmarks.engine.limits import Limits, parse_duration, parse_size
    from benchmarks.results import read_results
    from benchmarks.runs.cached import assemble
    from benchmarks.runs.estimate import estimate
    from benchmarks.runs.execute import failures
    from benchmarks.runs.execute import run as run_plan
    from benchmarks.runs.manifest import command_line, write_manifest
    from benchmarks.runs.plan import plan
    from benchmarks.runs.settings import Mode, RunSettings
    from benchmarks.runs.smoke import FOLDER, TIME_LIMIT_S, smoke_datasets, smoke_entries
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar, say
    from wdmd_tools.errors import ConfigError, PartialResultError

    given = [everything, models is not None, suite is not None].count(True)
    if given != 1:
        ways = "--all, --models a,b (see bench list), or --suite ablation"
        raise ConfigError(f"give one of {ways}" if given else f"say which models: {ways}")
    if set_ and suite is None:
        raise ConfigError("--set: only with --suite; bench.yaml gives options to single models")
    if [only_missing, force, only_cache].count(True) > 1:
        raise ConfigError("give one of --only-missing, --force and --only-cache")
    not_in_smoke = {"--only-cache": only_cache, "--suite": suite is not None, "--dry-run": dry_run}
    for option, is_given in not_in_smoke.items():
        if smoke and is_given:
            raise ConfigError(f"--smoke: not with {option}")
    limits = Limits(
        time_s=parse_duration(time_limit) if time_limit is not None else None,
        memory_bytes=parse_size(memory_limit) if memory_limit is not None else None,
    )
    chosen_engine = choose_engine(engine, jobs, address, gpus_per_job, cpus_per_job)
    settings_file, registry = configured_datasets(config, datasets_file)
    names = [one.strip() for one in models.split(",")] if models is not None else None
    chosen = [registry.get(one) for one in dict.fromkeys(names)] if names else list(registry)
    wanted = None
    if suite is not None:
        from benchmarks.suites.model import load_suite

        wanted = load_suite(suite)
        chosen = wanted.entries(preset, set_ or ())
        # Experiments are no rows of the leaderboard.
        out = out / "suites" / suite
    if adapt is not None:
        from benchmarks.adaptation import with_adaptation

        if train_data is None or suite is not None:
            raise ConfigError("--adapt: goes with --train-data A --data B, and not with --suite")
        chosen = with_adaptation(chosen, [one.strip() for one in adapt.split(",")])
    datasets, hint = open_datasets(settings_file, data or (), DATA, protocol, train_data)
    if hint:
        say(hint)
    datasets = asking(datasets, emotions)
    mode = Mode.ONLY_CACHE if only_cache else Mode.ONLY_MISSING
    if smoke:
        out, runs, seeds = out / FOLDER, out / FOLDER / ".runs", 1
        limits = limits if limits.time_s else replace(limits, time_s=TIME_LIMIT_S)
        datasets, chosen = smoke_datasets(datasets, out), smoke_entries(chosen)
    settings = RunSettings(
        out=out,
        runs=runs,
        seeds=seeds,
        mode=Mode.FORCE if force or smoke else mode,
        workers=jobs,
        limits=limits,
        environment=model_path(config),
        smoke=smoke,
    )
    planned = plan(datasets, chosen, settings)
    for one in datasets:
        if one.missing and one.spec is not None:
            say(f"{one.display}: missing: {one.missing}")
    absent = ", ".join(one.display for one in datasets if one.spec is None)
    if absent:
        say(f"not on this machine: {absent} (bench datasets says how to add them)")
    say(f"{len(planned.jobs)} jobs to run, {len(planned.done)} already done")
    if dry_run:
        costs = estimate(planned.jobs, read_results(out, smoke=smoke), out, jobs)
        show_estimate(planned, costs, jobs, as_json=as_json)
        return
    with progress_bar(enabled=not as_json) as bar:
        show = Display(bar, len(planned.jobs))
        results = run_plan(planned, settings, show, chosen_engine)
    if smoke:
        show_smoke(results, as_json=as_json)
        if failures(results):
            raise PartialResultError(failure_line(failures(results), out))
        return
    if only_cache:
        results = assemble(planned)
    write_manifest(out, command_line())
    if wanted is not None:
        from benchmarks.cli.show import show_suite

        records = [one for one in planned.records if not one.missing]
        show_suite(wanted, preset, records, results, runs, seeds, leaderboard, as_json)
        _end(results, planned, out)
        return
    board, written = write_board(out, leaderboard, results if only_cache else ())
    if as_json:
        print_json({**board_json(board), "files": [str(path) for path in written]})
    else:
        print_board(board)
        stdout.print(f"leaderboard: {leaderboard / 'leaderboard.html'}", markup=False)
    _end(results, planned, out)


def _end(results: "Sequence[JobResult]", planned: "Plan", out: Path) -> None:
    """Say what is not there, as the exit code does."""
    from benchmarks.runs.execute import failures
    from wdmd_tools.errors import PartialResultError

    if planned.missing:
        some = f"{len(planned.missing)} of {len(planned.missing) + len(planned.done)} jobs"
        first = planned.missing[0].key
        raise PartialResultError(
            f"{some} are not finished, the first is {first}; run the same without --only-cache"
        )
    failed = failures(results)
    if failed:
        raise PartialResultError(failure_line(failed, out))
