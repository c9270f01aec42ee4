"""`meldae eval`: how well a run does on a split."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    run: Annotated[Path, typer.Argument(help="Run folder, or runs/ when one run is there.")],
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    split: Annotated[str, typer.Option(help="train, val, test, or all.")] = "test",
    out: Annotated[Path | None, typer.Option(help="Also write the prediction tables here.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Score a run against the consensus of the annotators, under the split that it was trained on."""
    from meldae.cli.report import bar_callback, print_result, use_own_split
    from meldae.open_run import open_run
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.errors import UnknownNameError
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.manifest.dataset import SPLITS
    from wdmd_tools.predictions import write_predictions, write_recognitions

    if split not in (*SPLITS, "all"):
        raise UnknownNameError("split", split, (*SPLITS, "all"))
    opened = open_run(run)
    dataset = use_own_split(opened, Dataset.open(data))

    from meldae.emotions import scheme_of
    from meldae.evaluation import evaluate as score
    from meldae.inference import score_split, to_prediction
    from meldae.macro import evaluate_macro
    from meldae.recognition import EmotionCheck, name_samples

    part = None if split == "all" else split
    with progress_bar(enabled=not as_json) as bar:
        clips, scores = score_split(opened, dataset, part, bar_callback(bar))
    how, macro = opened.decoding, opened.macro_decoding
    predictions = [to_prediction(clip, scores[clip.clip_id], how, macro) for clip in clips]
    emotions = EmotionCheck(dataset, clips, scheme_of(opened.config))
    found = score(dataset, list(dataset.iter_clips(part)), predictions).to_json()
    found |= emotions.to_json(scores)
    if macro is not None:
        found |= evaluate_macro(dataset, clips, predictions)
    if out is not None:
        write_predictions(out, predictions)
        if emotions.scheme is not None:
            write_recognitions(out, name_samples(emotions.samples, scores))
    if as_json:
        print_json({"run": str(opened.path), "dataset": dataset.name, "split": split, **found})
        return
    print_result(f"{opened.path} on {dataset.name}, {split} split", found)
