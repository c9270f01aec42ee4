"""`bench run`: models on datasets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.cli.options import BOARD, DATA, RESULTS, RUNS, ConfigFile, Json, configured
from benchmarks.cli.show import board_json, print_board, write_board

if TYPE_CHECKING:
    from benchmarks.results import JobResult


def run(
    everything: Annotated[bool, typer.Option("--all", help="Every registered model.")] = False,
    models: Annotated[
        str | None, typer.Option(help="Only these models, separated by commas (see bench list).")
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option(help="The paper's experiments: ablation, sensitivity or losses."),
    ] = None,
    preset: Annotated[str, typer.Option(help="The full model of a suite.")] = "nano",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="One setting of every row of a suite; repeatable."),
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="A dataset folder; may be given several times.")
    ] = None,
    protocol: Annotated[
        str,
        typer.Option(
            help="holdout, or the name of a split that wdmd split made: all of its folds are run."
        ),
    ] = "holdout",
    config: ConfigFile = None,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Trainings per model.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Jobs at a time.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder of results; finished jobs stay.")] = RESULTS,
    leaderboard: Annotated[Path, typer.Option(help="Folder of leaderboards.")] = BOARD,
    runs: Annotated[
        Path, typer.Option(help="Trained MELDAE runs; those that fit are not trained again.")
    ] = RUNS,
    force: Annotated[bool, typer.Option("--force", help="Run finished jobs again.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be run.")] = False,
    as_json: Json = False,
) -> None:
    """Run models on datasets and write the leaderboards; finished jobs are not run again."""
    from benchmarks.datasets import open_datasets
    from benchmarks.runs.execute import failures
    from benchmarks.runs.execute import run as run_plan
    from benchmarks.runs.plan import plan
    from benchmarks.runs.settings import Mode, RunSettings
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar, say
    from wdmd_tools.errors import ConfigError, PartialResultError

    given = [everything, models is not None, suite is not None].count(True)
    if given != 1:
        ways = "--all, --models a,b (see bench list), or --suite ablation"
        raise ConfigError(f"give one of {ways}" if given else f"say which models: {ways}")
    if set_ and suite is None:
        raise ConfigError("--set: only with --suite; bench.yaml gives options to single models")
    settings_file, registry = configured(config)
    names = [one.strip() for one in models.split(",")] if models is not None else None
    chosen = [registry.get(one) for one in dict.fromkeys(names)] if names else list(registry)
    wanted = None
    if suite is not None:
        from benchmarks.suites.model import load_suite

        wanted = load_suite(suite)
        chosen = wanted.entries(preset, set_ or ())
        # Experiments are no rows of the leaderboard.
        out = out / "suites" / suite
    datasets, hint = open_datasets(settings_file, data or (), DATA, protocol)
    if hint:
        say(hint)
    mode = Mode.FORCE if force else Mode.ONLY_MISSING
    settings = RunSettings(out=out, runs=runs, seeds=seeds, mode=mode, workers=jobs)
    planned = plan(datasets, chosen, settings)
    for one in datasets:
        if one.missing and one.spec is not None:
            say(f"{one.display}: missing: {one.missing}")
    absent = ", ".join(one.display for one in datasets if one.spec is None)
    if absent:
        say(f"not on this machine: {absent} (bench list says how to add them)")
    say(f"{len(planned.jobs)} jobs to run, {len(planned.done)} already done")
    if dry_run:
        if as_json:
            print_json({"jobs": [spec.key.model_dump() for spec in planned.jobs]})
        else:
            for spec in planned.jobs:
                stdout.print(str(spec.key), markup=False, highlight=False)
        return
    with progress_bar(enabled=not as_json) as bar:
        results = run_plan(planned, settings, _Display(bar, len(planned.jobs)))
    if wanted is not None:
        from benchmarks.cli.show import show_suite

        records = [one for one in planned.records if not one.missing]
        show_suite(wanted, preset, records, results, runs, seeds, leaderboard, as_json)
        failed = failures(results)
        if failed:
            raise PartialResultError(_failure_line(failed, out))
        return
    board, written = write_board(out, leaderboard)
    if as_json:
        print_json({**board_json(board), "files": [str(path) for path in written]})
    else:
        print_board(board)
        stdout.print(f"leaderboard: {leaderboard / 'leaderboard.html'}", markup=False)
    failed = failures(results)
    if failed:
        raise PartialResultError(_failure_line(failed, out))


class _Display:
    """Progress of a run: one bar for the jobs, and one for each job at work."""

    def __init__(self, bar: Any, total: int) -> None:
        self._bar = bar
        self._all = bar.add_task("jobs", total=total)
        self._tasks: dict[str, Any] = {}

    def __call__(self, job: str, what: str, done: int, total: int) -> None:
        name = job.partition(" (")[0]
        if job not in self._tasks:
            self._tasks[job] = self._bar.add_task(name, total=total)
        if what in {"ok", "failed"}:
            self._bar.remove_task(self._tasks.pop(job))
            self._bar.advance(self._all)
            return
        text = f"{name}: {what}"
        self._bar.update(self._tasks[job], description=text, completed=done, total=total)


def _failure_line(failed: "list[JobResult]", out: Path) -> str:
    first = failed[0]
    reason = first.error.message if first.error is not None else "no reason"
    log = first.job.folder(out) / "log.txt"
    return f"{len(failed)} jobs failed, the first is {first.job}: {reason}; see {log}"
