"""The `bench` command line: parse, call one library function, print."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wdmd_tools.cli.console import friendly

if TYPE_CHECKING:
    from benchmarks.leaderboard import Leaderboard
    from benchmarks.registry import Registry
    from benchmarks.results import JobResult
    from benchmarks.specs import BenchConfig

app = typer.Typer(
    name="bench",
    help="Run models on datasets, score predictions, write leaderboards.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

_DATA = Path("data")
_RESULTS = Path("results")
_BOARD = Path("leaderboard")
_RUNS = Path("runs")
_CONFIG = Path("bench.yaml")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option(help="Datasets and models of your own; bench.yaml is read when it is there."),
]


@app.command("run")
@friendly
def run_command(
    everything: Annotated[bool, typer.Option("--all", help="Every registered model.")] = False,
    models: Annotated[
        str | None, typer.Option(help="Only these models, separated by commas (see bench list).")
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="A dataset folder; may be given several times.")
    ] = None,
    config: ConfigFile = None,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Trainings per model.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Jobs at a time.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder of results; finished jobs stay.")] = _RESULTS,
    leaderboard: Annotated[Path, typer.Option(help="Folder of leaderboards.")] = _BOARD,
    runs: Annotated[
        Path, typer.Option(help="Trained MELDAE runs; those that fit are not trained again.")
    ] = _RUNS,
    force: Annotated[bool, typer.Option("--force", help="Run finished jobs again.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be run.")] = False,
    as_json: Json = False,
) -> None:
    """Run models on datasets and write the leaderboards; finished jobs are not run again."""
    from benchmarks.datasets import open_datasets
    from benchmarks.runner import RunSettings, failures, plan, run
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar, say
    from wdmd_tools.errors import ConfigError, PartialResultError

    if everything == (models is not None):
        raise ConfigError("say which models: either --all or --models a,b (see bench list)")
    settings_file, registry = _configured(config)
    names = [one.strip() for one in models.split(",")] if models is not None else None
    chosen = [registry.get(one) for one in dict.fromkeys(names)] if names else list(registry)
    datasets, hint = open_datasets(settings_file, data or (), _DATA)
    if hint:
        say(hint)
    settings = RunSettings(out=out, runs=runs, seeds=seeds, force=force, workers=jobs)
    planned = plan(datasets, chosen, settings)
    for record in planned.records:
        if record.missing:
            say(f"{record.display}: missing: {record.missing}")
    say(f"{len(planned.jobs)} jobs to run, {len(planned.done)} already done")
    if dry_run:
        if as_json:
            print_json({"jobs": [spec.key.model_dump() for spec in planned.jobs]})
        else:
            for spec in planned.jobs:
                stdout.print(str(spec.key), markup=False, highlight=False)
        return
    with progress_bar(enabled=not as_json) as bar:
        results = run(planned, settings, _Display(bar, len(planned.jobs)))
    board, written = _write(out, leaderboard)
    if as_json:
        print_json({**_board_json(board), "files": [str(path) for path in written]})
    else:
        _print_board(board)
        stdout.print(f"leaderboard: {leaderboard / 'leaderboard.html'}", markup=False)
    failed = failures(results)
    if failed:
        raise PartialResultError(_failure_line(failed, out))


@app.command("list")
@friendly
def list_command(config: ConfigFile = None, as_json: Json = False) -> None:
    """List models and datasets."""
    from rich.table import Table as RichTable

    from benchmarks.datasets import open_datasets
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json

    settings, registry = _configured(config)
    datasets, _ = open_datasets(settings, (), _DATA)
    if as_json:
        print_json(
            {
                "models": [
                    {"name": m.name, "display": m.display, "group": m.group, "note": m.note}
                    for m in registry
                ],
                "datasets": [
                    {
                        "name": one.name,
                        "display": one.display,
                        "path": str(one.spec.path) if one.spec else None,
                        "ready": one.dataset is not None,
                        "synthetic": one.synthetic,
                        "missing": one.missing or None,
                    }
                    for one in datasets
                ],
            }
        )
        return
    models = RichTable("model", "shown as", "what to know", title="Models")
    for entry in registry:
        models.add_row(*map(_plain, (entry.name, entry.display, entry.note)))
    sets = RichTable("dataset", "shown as", "files", title="Datasets")
    for one in datasets:
        where = str(one.spec.path) if one.dataset is not None and one.spec is not None else ""
        sets.add_row(*map(_plain, (one.name, one.display, where or f"missing: {one.missing}")))
    stdout.print(models)
    stdout.print(sets)


@app.command("score")
@friendly
def score_command(
    predictions: Annotated[Path, typer.Argument(help="Folder with predictions.parquet.")],
    data: Annotated[Path, typer.Option(help="The dataset they were made for.")] = _DATA,
    split: Annotated[str, typer.Option(help="train, val, test, or all.")] = "test",
    as_json: Json = False,
) -> None:
    """Score anyone's predictions against a dataset's annotations."""
    from benchmarks.report.cells import percent
    from benchmarks.scoring import IOU_RULE, IOU_THRESHOLD, score_predictions
    from benchmarks.summary import summarise
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, warn
    from wdmd_tools.errors import ConfigError, UnknownNameError
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.manifest.dataset import SPLITS
    from wdmd_tools.predictions import read_predictions

    if split != "all" and split not in SPLITS:
        raise UnknownNameError("split", split, (*SPLITS, "all"))
    if not predictions.is_dir():
        raise ConfigError(f"{predictions}: no such folder; give the one with predictions.parquet")
    dataset = Dataset.open(data)
    score = score_predictions(
        dataset, read_predictions(predictions), None if split == "all" else split
    )
    found = summarise([score])
    if score.unpredicted:
        warn(
            f"{score.unpredicted} of {len(score.clips)} clips have no prediction; they count as "
            "'nothing found'"
        )
    total = score.total
    if as_json:
        print_json(
            {
                "predictions": str(predictions),
                "dataset": dataset.name,
                "split": split,
                "iou_threshold": IOU_THRESHOLD,
                "iou_rule": IOU_RULE.value,
                "n_clips": len(score.clips),
                "n_recordings": len(score.events),
                "n_references": score.n_references,
                "unpredicted": score.unpredicted,
                "counts": {
                    state: {"tp": one.tp, "fp": one.fp, "fn": one.fn}
                    for state, one in (
                        ("speaking", total.speaking),
                        ("listening", total.listening),
                        ("unknown", total.unknown),
                    )
                },
                "metrics": {name: _estimate_json(one) for name, one in found.items()},
            }
        )
        return
    stdout.print(
        f"{dataset.name}, {split}: {len(score.clips)} clips, {score.n_references} micro-expressions, "
        f"{len(score.events)} recordings; IoU > {IOU_THRESHOLD}",
        markup=False,
        highlight=False,
    )
    for name, one in found.items():
        interval = (
            f"  [{percent(one.low)}, {percent(one.high)}]"
            if one.low is not None and one.high is not None
            else ""
        )
        line = f"{name:<20}{percent(one.value):>6}{interval}"
        stdout.print(line, markup=False, highlight=False)


@app.command("leaderboard")
@friendly
def leaderboard_command(
    results: Annotated[Path, typer.Argument(help="Folder that bench run wrote.")] = _RESULTS,
    out: Annotated[Path, typer.Option(help="Folder of leaderboards.")] = _BOARD,
    as_json: Json = False,
) -> None:
    """Write the leaderboards again from finished results."""
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json
    from wdmd_tools.errors import DataError

    if not any(results.glob("*/dataset.json")):
        raise DataError(f"{results}: no results here; make some with `bench run --all`")
    board, written = _write(results, out)
    if as_json:
        print_json({**_board_json(board), "files": [str(path) for path in written]})
        return
    _print_board(board)
    stdout.print("written: " + ", ".join(map(str, written)), markup=False, highlight=False)


def _configured(config: Path | None) -> "tuple[BenchConfig, Registry]":
    from benchmarks.registry import default_registry
    from benchmarks.specs import BenchConfig, load_bench_config

    path = config if config is not None else (_CONFIG if _CONFIG.is_file() else None)
    settings = load_bench_config(path) if path is not None else BenchConfig()
    registry = default_registry()
    settings.add_models(registry)
    return settings, registry


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


def _write(results: Path, folder: Path) -> "tuple[Leaderboard, list[Path]]":
    from benchmarks.leaderboard import read_leaderboard
    from benchmarks.report import write_report

    board = read_leaderboard(results)
    return board, write_report(board, folder)


def _print_board(board: "Leaderboard") -> None:
    from rich.table import Table as RichTable

    from benchmarks.report import cells
    from wdmd_tools.cli.console import out as stdout

    shown = {"acc_me": "Acc_ME", "acc_state": "Acc_State", "f1_dr": "F1_DR", "f1": "F1"}
    for table in board.tables:
        grid = RichTable("model", *shown.values(), title=_plain(cells.title(table)))
        for column in grid.columns[1:]:
            column.justify = "right"
        for row in table.rows:
            values = [cells.estimate(row.estimates.get(name)) for name in shown]
            name = row.display + (
                f" ({row.status.partition(':')[0]})" if row.status != "ok" else ""
            )
            grid.add_row(*map(_plain, (name, *values)))
        stdout.print(grid)


def _board_json(board: "Leaderboard") -> dict[str, Any]:
    return {
        "tables": [
            {
                "dataset": table.dataset,
                "synthetic": table.synthetic,
                "protocol": table.protocol,
                "seeds": table.seeds,
                "n_recordings": table.n_recordings,
                "n_clips": table.n_clips,
                "n_references": table.n_references,
                "rows": [
                    {
                        "model": row.model,
                        "display": row.display,
                        "status": row.status,
                        "train_seconds": row.train_seconds,
                        "parameters": row.parameters,
                        "metrics": {k: _estimate_json(v) for k, v in row.estimates.items()},
                    }
                    for row in table.rows
                ],
            }
            for table in board.tables
        ],
        "missing": [
            {"dataset": one.dataset, "display": one.display, "reason": one.reason}
            for one in board.missing
        ],
    }


def _estimate_json(one: Any) -> dict[str, float | None]:
    return {"value": one.value, "low": one.low, "high": one.high}


def _failure_line(failed: "list[JobResult]", out: Path) -> str:
    first = failed[0]
    reason = first.error.message if first.error is not None else "no reason"
    log = first.job.folder(out) / "log.txt"
    return f"{len(failed)} jobs failed, the first is {first.job}: {reason}; see {log}"


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def main() -> None:
    """Entry point of the console script."""
    app()
