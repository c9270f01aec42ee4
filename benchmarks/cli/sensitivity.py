"""`bench sensitivity`: recall against a micro-expression's amplitude, its duration, and speech."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.cli.options import BOARD, DATA, RESULTS, RUNS, ConfigFile, Json, configured

if TYPE_CHECKING:
    from benchmarks.sensitivity.footage import Footage
    from benchmarks.sensitivity.report import Row
    from wdmd_tools.manifest import Dataset

_INJECTING = ("me_amplitude", "me_duration", "me_rate", "versions", "inject_seed")


def sensitivity(
    context: typer.Context,
    injected: Annotated[
        Path,
        typer.Option(help="Folder of wdmd demo --from; with --from, where to write it."),
    ] = Path("injected"),
    from_: Annotated[
        list[Path] | None,
        typer.Option("--from", help="Film, or folder of films, to inject into first; repeatable."),
    ] = None,
    data: Annotated[Path, typer.Option(help="Dataset that the models learn from.")] = DATA,
    models: Annotated[
        str | None,
        typer.Option(
            help="Only these, separated by commas (see bench list).",
            show_default="every model, none with --run",
        ),
    ] = None,
    run: Annotated[
        list[Path] | None,
        typer.Option(help="A finished MELDAE run or exported model as one more; repeatable."),
    ] = None,
    me_amplitude: Annotated[
        str, typer.Option(help="With --from: per cent of the inter-ocular distance.")
    ] = "0.5-6",
    me_duration: Annotated[
        str, typer.Option(help="With --from: ms from onset to offset.")
    ] = "150-500",
    me_rate: Annotated[
        float, typer.Option(help="With --from: micro-expressions per second.")
    ] = 0.4,
    versions: Annotated[int, typer.Option(help="With --from: injected films of each film.")] = 8,
    inject_seed: Annotated[int, typer.Option(help="With --from: seed of the injection.")] = 0,
    seed: Annotated[int, typer.Option(help="Of the models' training.")] = 0,
    config: ConfigFile = None,
    out: Annotated[Path, typer.Option(help="Folder of tables and the picture.")] = BOARD
    / "sensitivity",
    results: Annotated[Path, typer.Option(help="Folder of predictions; kept.")] = RESULTS,
    runs: Annotated[
        Path, typer.Option(help="Trained MELDAE runs; those that fit are not trained again.")
    ] = RUNS,
    draws: Annotated[int, typer.Option(min=50, max=100_000, help="Resamples.")] = 10_000,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes for films.")] = 2,
    face_model: Annotated[Path | None, typer.Option(help="face_landmarker.task.")] = None,
    as_json: Json = False,
) -> None:
    """Say how strong a micro-expression must be for each model to find it, on footage of your own.

    Exit codes: 0 all done, 2 wrong usage, 3 the footage or the dataset cannot be used, 4 a model failed.
    """
    from rich.markup import escape

    from benchmarks.sensitivity.footage import build_footage, check_footage, open_footage
    from benchmarks.sensitivity.run_entry import run_entry
    from wdmd_tools.cli.console import progress_bar, say
    from wdmd_tools.errors import ConfigError, PartialResultError
    from wdmd_tools.manifest import Dataset

    if from_ is None:
        typed = [name for name in _INJECTING if _typed(context, name)]
        if typed:
            raise ConfigError(f"--{typed[0].replace('_', '-')}: only with --from")
    _, registry = configured(config)
    names = [one.strip() for one in models.split(",")] if models is not None else None
    chosen = [registry.get(one) for one in dict.fromkeys(names)] if names else list(registry)
    if run:
        chosen = [*(chosen if names else ()), *(run_entry(path) for path in dict.fromkeys(run))]
    learnt = Dataset.open(data)
    with progress_bar(enabled=not as_json) as bar:
        task = bar.add_task("reading", total=None)

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=escape(what), completed=done, total=total or None)

        if from_ is not None:
            settings = {
                "me_amplitude": me_amplitude,
                "me_duration": me_duration,
                "me_rate": me_rate,
                "versions": versions,
                "seed": inject_seed,
            }
            for reason in _inject(from_, injected, settings, jobs, face_model, tell):
                say(f"left out: {reason}")
        built = build_footage(
            injected,
            learnt,
            jobs=jobs,
            face_model=face_model,
            progress=lambda at: tell(
                "building, seconds of film", round(at.seconds), round(at.seconds_total)
            ),
        )
        footage = open_footage(injected, built)
        check_footage(footage, learnt)
        kept = results / "sensitivity" / injected.resolve().name
        rows = _rows(chosen, learnt, footage, kept, results / ".cache", runs, seed, draws, tell)
    written = _write(footage, learnt, rows, out)
    _show(footage, learnt, rows, written, as_json)
    failed = [row for row in rows if row.result is None]
    if failed:
        raise PartialResultError(
            f"{len(failed)} of {len(rows)} models failed, the first is {failed[0].name}: {failed[0].error}"
        )


def _typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _inject(
    sources: list[Path],
    out: Path,
    settings: dict[str, Any],
    jobs: int,
    face_model: Path | None,
    tell: Any,
) -> tuple[str, ...]:
    from wdmd_tools.synth.injection.inject import inject
    from wdmd_tools.synth.injection.settings import make_injection_config

    config = make_injection_config(**settings)
    done = inject(sources, out, config, jobs=jobs, face_model=face_model, on_progress=tell)
    return done.dropped


def _rows(
    chosen: list[Any],
    learnt: "Dataset",
    footage: "Footage",
    kept: Path,
    cache: Path,
    runs: Path,
    seed: int,
    draws: int,
    tell: Any,
) -> "list[Row]":
    from benchmarks.sensitivity.factors import analyse
    from benchmarks.sensitivity.outcomes import film_detections, film_outcomes, guess_rate
    from benchmarks.sensitivity.predictions import predict_all
    from benchmarks.sensitivity.report import Row

    rows = []
    said = predict_all(chosen, learnt, footage, kept, runs, cache, seed=seed, progress=tell)
    for number, one in enumerate(said):
        tell("resampling", number, len(said))
        result = None
        if one.predictions is not None:
            found = film_detections(footage, one.predictions)
            result = analyse(
                film_outcomes(footage, one.predictions),
                guess_rate(footage, found),
                draws=draws,
                curve_draws=max(50, min(200, draws)),
            )
        rows.append(Row(one.entry.name, one.entry.display, result, one.error))
    return rows


def _write(footage: "Footage", learnt: "Dataset", rows: "list[Row]", out: Path) -> list[Path]:
    from benchmarks.sensitivity.picture import draw
    from benchmarks.sensitivity.report import to_csv, to_json, to_markdown
    from wdmd_tools.atomic import write_json, write_text

    paths = [out / f"sensitivity.{kind}" for kind in ("json", "csv", "md", "png")]
    write_json(paths[0], to_json(footage, learnt.name, rows))
    write_text(paths[1], to_csv(rows))
    write_text(paths[2], to_markdown(footage, learnt.name, rows))
    count = sum(len(film.injected) for film in footage.films)
    sources = len({film.source for film in footage.films})
    draw(paths[3], rows, f"{count} injected MEs, {sources} source films")
    return paths


def _show(
    footage: "Footage", learnt: "Dataset", rows: "list[Row]", written: list[Path], as_json: bool
) -> None:
    from rich.table import Table
    from rich.text import Text

    from benchmarks.sensitivity.report import number, percent, to_json
    from benchmarks.sensitivity.values import Value
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json

    if as_json:
        files = [str(path) for path in written]
        print_json({**to_json(footage, learnt.name, rows), "files": files})
        return
    table = Table("model", "recall", "false alarms/min", "50 % at amplitude, %", box=None)
    for row in rows:
        if row.result is None:
            table.add_row(Text(row.display), "failed", "", "")
            continue
        curve = row.result.factors[0].curve
        half = Value(None) if curve is None else Value(curve.half, curve.half_low, curve.half_high)
        overall = row.result.overall
        cells = [percent(overall["recall"]), number(overall["alarms_per_minute"])]
        cells.append(number(half, open_end=True) or "not reached")
        table.add_row(*(Text(cell) for cell in (row.display, *cells)))
    stdout.print(table)
    stdout.print(f"written: {written[2]}", markup=False, highlight=False)
