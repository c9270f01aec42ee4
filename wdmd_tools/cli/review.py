"""`wdmd review`: a model's findings in ELAN, beside the annotators', for a person to check."""

from pathlib import Path
from typing import Annotated

import typer

from wdmd_tools.cli.console import out, print_json, progress_bar


def review(
    predictions: Annotated[
        Path, typer.Option(help="predictions.parquet of the model, or the folder that holds it.")
    ],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the EAFs and review.csv.")],
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    videos: Annotated[
        Path | None, typer.Option(help="Folder of the source videos, so that ELAN finds them.")
    ] = None,
    fill: Annotated[
        str, typer.Option(help="The reviewer's tiers hold at first: consensus, model or empty.")
    ] = "consensus",
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help="Leave out findings with a lower score.")
    ] = None,
    top: Annotated[
        int | None, typer.Option(min=1, help="Only so many findings, the surest of the dataset.")
    ] = None,
    model: Annotated[str, typer.Option(help="What the model is called in tiers.")] = "meldae",
    reviewer: Annotated[
        str, typer.Option(help="Who reviews: tiers ME@<reviewer> and so on.")
    ] = "review",
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", "--force", help="Replace EAFs that differ, edits included."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write ELAN files with a model's findings beside the annotators', and a ranked list.

    Decisions already written into review.csv stay. Exit codes: 0, 2 wrong usage, 3 the dataset or the
    predictions cannot be used.
    """
    from wdmd_tools.cli.paths import check_out_folder, typed
    from wdmd_tools.errors import UnknownNameError
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.names import check_file_name
    from wdmd_tools.review.write import Fill, ReviewOptions, open_predictions, write_reviews

    if fill not in list(Fill):
        raise UnknownNameError("fill", fill, [one.value for one in Fill])
    check_file_name(model, "--model")
    check_file_name(reviewer, "--reviewer")
    if videos is not None:
        from wdmd_tools.video.media import MediaIndex

        MediaIndex(videos)
    check_out_folder(out_dir, data=data)
    options = ReviewOptions(
        model=model, reviewer=reviewer, fill=Fill(fill), threshold=threshold, top=top
    )
    dataset = Dataset.open(data)
    with progress_bar(enabled=not json) as bar:
        task = bar.add_task("recordings", total=None)
        report = write_reviews(
            dataset,
            open_predictions(predictions, dataset),
            out_dir,
            options,
            videos=videos,
            overwrite=overwrite,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if json:
        print_json(report.to_json())
        return
    facts = report.to_json()
    out.print(
        f"{len(report.files)} ELAN files in {out_dir}: {facts['findings']} findings in {facts['clips']} "
        "clips, "
        f"{facts['only_model']} of them where no annotator majority saw one; "
        f"{facts['only_humans']} micro-expressions of the annotators without a finding",
        markup=False,
        highlight=False,
    )
    out.print(
        f"check them in the order of {out_dir / 'review.csv'}, edit the tiers of @{reviewer}, then: "
        + typed(
            *("wdmd", "build", "--elan", out_dir, "--videos", videos or "FILMS"),
            *("--consensus", reviewer, "--out", "reviewed"),
        ),
        markup=False,
        highlight=False,
    )
