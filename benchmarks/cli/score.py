"""`bench score`: anyone's predictions."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.options import DATA, Json
from benchmarks.cli.show import estimate_json


def score(
    predictions: Annotated[Path, typer.Argument(help="Folder with predictions.parquet.")],
    data: Annotated[Path, typer.Option(help="The dataset they were made for.")] = DATA,
    split: Annotated[str, typer.Option(help="train, val, test, or all.")] = "test",
    as_json: Json = False,
) -> None:
    """Score anyone's predictions against a dataset's annotations."""
    from benchmarks.report.cells import amount
    from benchmarks.scoring import IOU_RULE, IOU_THRESHOLD, score_predictions
    from benchmarks.summary import summarise
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, warn
    from wdmd_tools.errors import ConfigError, UnknownNameError
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.manifest.dataset import SPLITS
    from wdmd_tools.metrics.catalogue import metric
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
                "metrics": {name: estimate_json(one) for name, one in found.items()},
                "undefined": {
                    name: metric(name).undefined for name, one in found.items() if one.value is None
                },
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
            f"  [{amount(name, one.low)}, {amount(name, one.high)}]"
            if one.low is not None and one.high is not None
            else ""
        )
        value = f"n/a ({metric(name).undefined})" if one.value is None else amount(name, one.value)
        line = f"{name:<20}{value:>12}{interval}"
        stdout.print(line, markup=False, highlight=False)
