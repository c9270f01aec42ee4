"""`meldae train`: a dataset to a run folder."""

from pathlib import Path
from typing import Annotated

import typer


def train(
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    preset: Annotated[
        str, typer.Option(help="nano (CPU, minutes) or paper (GPU); others: see the docs.")
    ] = "nano",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="One setting, e.g. model.enhancer=broadcast; repeatable."),
    ] = None,
    named_split: Annotated[
        str | None, typer.Option(help="A split that wdmd split made, instead of the built one.")
    ] = None,
    fold: Annotated[str, typer.Option(help="Which fold of it.")] = "",
    config_file: Annotated[
        Path | None,
        typer.Option("--config", help="A run's config.json to repeat, or a YAML file of settings."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Holds one folder per run.")] = Path("runs"),
    epochs: Annotated[int | None, typer.Option(help="Passes over the training split.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, windows and augmentation.")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Weights of the timm ViT, safetensors, for --preset paper.")
    ] = None,
    emotions: Annotated[
        str | None,
        typer.Option(help="Learn emotions too, by this scheme of classes: 3, 4, casme2-5, ..."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    devices: Annotated[
        int, typer.Option(min=1, help="GPUs of this machine, or with --device cpu processes.")
    ] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Train on the train split, choose thresholds on the val split; the test split is not looked at.

    The same data, settings and seed name the same run: a finished one is reused, a stopped one goes on.
    """
    from meldae.cli.report import bar_callback, print_result
    from meldae.presets import get_config
    from meldae.settings import apply_settings
    from meldae.settings_file import read_config
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.errors import ConfigError
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.split.stored import with_split

    if device not in ("auto", "cpu", "cuda"):
        raise ConfigError(f"--device {device}: expected auto, cpu or cuda")
    settings = list(set_ or ())
    settings += [f"training.epochs={epochs}"] if epochs is not None else []
    settings += [f"seed={seed}"] if seed is not None else []
    settings += [f"training.emotions={emotions}"] if emotions is not None else []
    start = get_config(preset) if config_file is None else read_config(config_file, preset)
    config = apply_settings(start, settings)
    if fold and named_split is None:
        raise ConfigError("--fold: needs --named-split (see wdmd split --list)")
    dataset = Dataset.open(data)
    if named_split is not None:
        dataset = with_split(dataset, named_split, fold)

    from meldae.training import train as train_run
    from meldae.training.processes import is_first_process

    speaks = is_first_process()
    with progress_bar(enabled=speaks and not as_json) as bar:
        run = train_run(
            dataset,
            config,
            out,
            bar_callback(bar),
            weights=weights,
            accelerator=device,
            devices=devices,
        )
    if not speaks:
        return
    result = run.result
    if as_json:
        print_json({"run": str(run.path), **result})
        return
    print_result(f"{run.path}: epoch {result['epoch']}, validation split", result["validation"])
