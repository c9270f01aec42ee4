"""`meldae distill`: a trained model teaches a smaller one."""

from pathlib import Path
from typing import Annotated

import typer


def distill(
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    teacher: Annotated[
        Path, typer.Option(help="Run folder of the teacher, or runs/ when one run is there.")
    ] = Path("runs"),
    preset: Annotated[str, typer.Option(help="What the student is made of.")] = "student",
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="One setting, e.g. model.lstm_dim=16 or distillation.temperature=4; repeatable.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Holds one folder per run.")] = Path("runs"),
    epochs: Annotated[int | None, typer.Option(help="Passes over the training split.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, windows and augmentation.")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Weights of a timm backbone, safetensors.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Train a compact student on what a trained model says of the train split, and on the labels.

    The split is the one that the teacher was trained on. The same data, teacher, settings and seed name
    the same run: a finished one is reused, a stopped one goes on.
    """
    from meldae.cli.report import bar_callback, print_result, use_own_split
    from meldae.open_run import open_run
    from meldae.presets import get_config
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.cli.paths import check_out_folder
    from wdmd_tools.errors import ConfigError
    from wdmd_tools.manifest import Dataset

    if device not in ("auto", "cpu", "cuda"):
        raise ConfigError(f"--device {device}: expected auto, cpu or cuda")
    start = get_config(preset)
    check_out_folder(out)
    opened = open_run(teacher)
    dataset = use_own_split(opened, Dataset.open(data))

    from meldae.distill import distill as teach
    from meldae.distill.settings import apply_all

    settings = list(set_ or ())
    settings += [f"training.epochs={epochs}"] if epochs is not None else []
    settings += [f"seed={seed}"] if seed is not None else []
    config, how = apply_all(start, settings)
    with progress_bar(enabled=not as_json) as bar:
        run = teach(
            dataset,
            opened,
            config,
            how,
            out,
            bar_callback(bar),
            weights=weights,
            accelerator=device,
        )
    result, before = run.result, opened.result
    if as_json:
        print_json({"run": str(run.path), "teacher": opened.run_id, **result})
        return
    print_result(f"{run.path}: epoch {result['epoch']}, validation split", result["validation"])
    stdout.print(
        f"  parameters       {result['parameters']:,}; teacher {opened.run_id} "
        f"{before.get('parameters', 0):,}",
        markup=False,
        highlight=False,
    )
