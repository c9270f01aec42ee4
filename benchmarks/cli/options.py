"""Options and defaults that the commands share."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from benchmarks.registry import Registry
    from benchmarks.specs import BenchConfig

DATA = Path("data")
RESULTS = Path("results")
BOARD = Path("leaderboard")
RUNS = Path("runs")
CONFIG = Path("bench.yaml")
DATASETS = Path("datasets.toml")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option(help="Datasets and models of your own; bench.yaml is read when it is there."),
]
DatasetFile = Annotated[
    Path | None,
    typer.Option("--datasets", help="Where datasets are; datasets.toml is read when it is there."),
]


def configured(config: Path | None) -> "tuple[BenchConfig, Registry]":
    """The configuration and every model, its own included.

    Args:
        config: Given by the user; else ``bench.yaml`` where there is one, else nothing.

    Raises:
        ConfigError: The file is wrong, or a model's name is taken.
    """
    from benchmarks.built_in import default_registry
    from benchmarks.specs import BenchConfig, load_bench_config

    path = _config_file(config)
    settings = load_bench_config(path) if path is not None else BenchConfig()
    registry = default_registry()
    if path is not None and settings.models and str(path.resolve().parent) not in sys.path:
        # A model of one's own is usually a file beside bench.yaml.
        sys.path.append(str(path.resolve().parent))
    settings.add_models(registry)
    return settings, registry


def configured_datasets(
    config: Path | None, datasets: Path | None
) -> "tuple[BenchConfig, Registry]":
    """The same with the datasets of ``datasets.toml``, for commands that open datasets.

    Args:
        config: As for `configured`.
        datasets: Given by the user; else ``datasets.toml`` where there is one, else nothing.

    Raises:
        ConfigError: As for `configured`; or this file is wrong, or both name the same dataset.
    """
    from benchmarks.dataset_files import with_datasets

    settings, registry = configured(config)
    places = datasets if datasets is not None else (DATASETS if DATASETS.is_file() else None)
    return (settings if places is None else with_datasets(settings, places)), registry


def model_path(config: Path | None) -> dict[str, str]:
    """Environment of jobs, so that they find modules that lie beside the configuration.

    Args:
        config: As given to `configured`.
    """
    path = _config_file(config)
    if path is None:
        return {}
    known = os.environ.get("PYTHONPATH")
    return {
        "PYTHONPATH": os.pathsep.join([str(path.resolve().parent), *([known] if known else [])])
    }


def _config_file(config: Path | None) -> Path | None:
    return config if config is not None else (CONFIG if CONFIG.is_file() else None)
