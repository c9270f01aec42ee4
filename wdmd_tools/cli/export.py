"""`wdmd export`: a dataset in the forms that other tools and venues read."""

from pathlib import Path
from typing import Annotated

import typer

from wdmd_tools.cli.console import out, print_json, progress_bar


def export(
    to: Annotated[
        str,
        typer.Option(
            help="hf, croissant, activitynet, megc, csv, annotations (no pixels) or datasheet."
        ),
    ],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder to make.")],
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    crops: Annotated[
        str | None,
        typer.Option(
            help="Crop videos of hf and croissant: copy (the default), link (hard links) or none; of an "
            "imported dataset always none."
        ),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(help="predictions.parquet or its folder, for activitynet and megc."),
    ] = None,
    keep_geometry: Annotated[
        bool,
        typer.Option(
            "--keep-geometry", help="annotations: keep face boxes, crop transforms and head pose."
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write a dataset for Hugging Face, Croissant, ActivityNet, MEGC, SPSS and R, or without pixels.

    Exit codes: 0, 2 wrong usage, 3 the dataset cannot be used.
    """
    from wdmd_tools.errors import ConfigError, UnknownNameError
    from wdmd_tools.export.options import Crops, ExportOptions
    from wdmd_tools.export.run import FORMATS, export_dataset
    from wdmd_tools.manifest import Dataset

    if to not in FORMATS:
        raise UnknownNameError("export format", to, FORMATS)
    if crops is not None and crops not in list(Crops):
        raise UnknownNameError("choice of --crops", crops, [one.value for one in Crops])
    if predictions is not None and to not in ("activitynet", "megc"):
        raise ConfigError(f"--predictions: {to} holds no predictions; use activitynet or megc")
    if keep_geometry and to != "annotations":
        raise ConfigError(f"--keep-geometry: is for annotations only, not for {to}")
    options = ExportOptions(
        crops=None if crops is None else Crops(crops),
        predictions=predictions,
        keep_geometry=keep_geometry,
    )
    dataset = Dataset.open(data)
    with progress_bar(enabled=not json) as bar:
        task = bar.add_task("crops", total=None)
        report = export_dataset(
            dataset,
            to,
            out_dir,
            options,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if json:
        print_json(report.to_json())
        return
    out.print(
        f"{to}: {len(report.files)} files, {report.size / 1e6:.1f} MB, in {out_dir}",
        markup=False,
        highlight=False,
    )
