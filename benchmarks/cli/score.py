"""`bench score`: anyone's predictions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.cli.options import DATA, RESULTS, Json
from benchmarks.cli.show import estimate_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.scoring import Score
    from benchmarks.summary import Estimate
    from wdmd_tools.predictions import ClipPrediction


def score(
    predictions: Annotated[
        Path,
        typer.Argument(
            help="Folder with predictions.parquet, ActivityNet .json, MEGC .csv, .eaf or a folder of them."
        ),
    ],
    data: Annotated[Path, typer.Option(help="The dataset they were made for.")] = DATA,
    split: Annotated[str, typer.Option(help="train, val, test, or all.")] = "test",
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", help="parquet, activitynet, megc or elan; found out where it is not given."
        ),
    ] = None,
    tier: Annotated[
        str | None, typer.Option(help="ELAN: the tier, or the model of ME@<model>.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="Place it on the leaderboard under this name, as submitted, not rerun."),
    ] = None,
    results: Annotated[
        Path, typer.Option(help="Folder of results, where --name places it.")
    ] = RESULTS,
    emotions: Annotated[
        str,
        typer.Option(
            help="Classes of emotions: auto (three where the dataset has them), none, or a scheme."
        ),
    ] = "auto",
    as_json: Json = False,
) -> None:
    """Score anyone's predictions against a dataset's annotations."""
    from benchmarks.scoring import score_predictions
    from benchmarks.scoring_emotions import scheme_for
    from benchmarks.submissions.read import read_submission
    from benchmarks.summary import summarise
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, warn
    from wdmd_tools.errors import ConfigError, UnknownNameError
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.manifest.dataset import SPLITS

    if split != "all" and split not in SPLITS:
        raise UnknownNameError("split", split, (*SPLITS, "all"))
    if name is not None and split != "test":
        raise ConfigError(f"--name {name}: only scores of the test split have a place on the board")
    dataset = Dataset.open(data)
    submission = read_submission(predictions, dataset, format_, tier)
    scheme = scheme_for(dataset, emotions)
    score = score_predictions(
        dataset,
        submission.predictions,
        None if split == "all" else split,
        emotions=scheme,
        recognitions=None if scheme is None else submission.recognitions,
    )
    found = summarise([score])
    notes = [*submission.notes, *_elsewhere(submission.predictions, score, split)]
    if scheme is None and submission.recognitions:
        notes.append("recognitions were left aside: no classes to score them by (--emotions)")
    placed: Path | None = None
    if name is not None:
        from benchmarks.submissions.place import place_submission

        placed = place_submission(results, dataset, name, predictions, submission, score)
    for note in notes:
        warn(f"{predictions}: {note}")
    if score.unpredicted:
        warn(
            f"{score.unpredicted} of {len(score.clips)} clips have no prediction; they count as "
            "'nothing found'"
        )
    if as_json:
        head = {
            "predictions": str(predictions),
            "format": submission.format,
            "notes": notes,
            "dataset": dataset.name,
            "split": split,
            "placed": None if placed is None else str(placed),
        }
        print_json(head | _json(score, found))
        return
    for line in _lines(dataset.name, split, score, found):
        stdout.print(line, markup=False, highlight=False)
    if placed is not None:
        stdout.print(
            f"placed as {name!r} (submitted, not rerun): {placed}; "
            f"bench leaderboard {results} shows it",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def _elsewhere(
    predictions: "Mapping[str, ClipPrediction]", score: "Score", split: str
) -> list[str]:
    """What is said of segments in clips that were not scored."""
    scored = {clip.clip_id for clip in score.clips}
    count = sum(len(one.segments) for name, one in predictions.items() if name not in scored)
    if not count:
        return []
    return [f"{count} segments lie in clips outside of {split} and were left aside (--split all)"]


def _json(score: "Score", found: "dict[str, Estimate]") -> dict[str, Any]:
    from benchmarks.scoring import IOU_RULE, IOU_THRESHOLD
    from benchmarks.scoring_emotions import emotion_facts
    from wdmd_tools.metrics.catalogue import metric

    total = score.total
    states = (
        ("speaking", total.speaking),
        ("listening", total.listening),
        ("unknown", total.unknown),
    )
    return {
        "iou_threshold": IOU_THRESHOLD,
        "iou_rule": IOU_RULE.value,
        "n_clips": len(score.clips),
        "n_recordings": len(score.events),
        "n_references": score.n_references,
        "unpredicted": score.unpredicted,
        "counts": {state: {"tp": one.tp, "fp": one.fp, "fn": one.fn} for state, one in states},
        "emotions": emotion_facts(score.emotions),
        "metrics": {name: estimate_json(one) for name, one in found.items()},
        "undefined": {
            name: metric(name).undefined for name, one in found.items() if one.value is None
        },
    }


def _lines(dataset: str, split: str, score: "Score", found: "dict[str, Estimate]") -> list[str]:
    from benchmarks.report.cells import amount
    from benchmarks.scoring import IOU_THRESHOLD
    from wdmd_tools.metrics.catalogue import metric

    head = (
        f"{dataset}, {split}: {len(score.clips)} clips, {score.n_references} micro-expressions, "
        f"{len(score.events)} recordings; IoU > {IOU_THRESHOLD}"
    )
    lines = [head]
    if score.emotions is not None:
        support = ", ".join(f"{count} {name}" for name, count in score.emotions.support.items())
        lines.append(f"emotions, scheme {score.emotions.scheme}: {support}")
    for name, one in found.items():
        interval = (
            f"  [{amount(name, one.low)}, {amount(name, one.high)}]"
            if one.low is not None and one.high is not None
            else ""
        )
        value = f"n/a ({metric(name).undefined})" if one.value is None else amount(name, one.value)
        lines.append(f"{name:<20}{value:>12}{interval}")
    return lines
