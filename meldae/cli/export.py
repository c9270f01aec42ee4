"""`meldae export`: a run as one ONNX file."""

from pathlib import Path
from typing import Annotated

import typer


def export(
    run: Annotated[Path, typer.Argument(help="Run folder, or runs/ when one run is there.")],
    out: Annotated[Path, typer.Option(help="The .onnx file.")] = Path("model.onnx"),
    int8: Annotated[
        bool, typer.Option("--int8", help="Whole numbers, calibrated on the crops of --data.")
    ] = False,
    data: Annotated[Path, typer.Option(help="Dataset folder; for --int8 only.")] = Path("data"),
    window: Annotated[
        int, typer.Option(min=0, help="Fixed number of frames; 0 leaves it free.")
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Write a run as ONNX with preprocessing, frame rate and decoding inside, compared with torch first.

    The file is a run like any other: meldae spot film.mp4 --run model.onnx.
    """
    from meldae.cli.report import bar_callback, use_own_split
    from meldae.open_run import open_run
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.cli.paths import check_out_file
    from wdmd_tools.manifest import Dataset

    # The ending tells an exported file from a run.
    check_out_file(out, option="--out", endings=(".onnx",))
    opened = open_run(run)
    dataset = use_own_split(opened, Dataset.open(data)) if int8 else None

    from meldae.export import export_run

    with progress_bar(enabled=not as_json) as bar:
        found = export_run(
            opened, out, window=window, int8=int8, dataset=dataset, progress=bar_callback(bar)
        )
    if as_json:
        print_json({"run": str(opened.path), **found.to_json()})
        return
    lines = [
        f"{found.path}: {found.bytes / 1e3:.0f} kB",
        f"  float graph against torch: logits differ by at most {found.largest:.1e}",
    ]
    if found.int8 is not None:
        one = found.int8
        before, after = (
            "—" if value is None else f"{100 * value:.1f}"
            for value in (one.f1_dr_before, one.f1_dr_after)
        )
        lines.append(f"  int8, {one.split} split: F1_DR {before} before, {after} after;")
        lines.append(
            f"  frame probabilities differ by {one.mean:.4f} on average, {one.largest:.2f} at most"
        )
    for line in lines:
        stdout.print(line, markup=False, highlight=False)
