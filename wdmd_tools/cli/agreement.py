"""`wdmd agreement`: how far do the annotators of a dataset agree?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wdmd_tools.cli.console import out, print_json, progress_bar, say

if TYPE_CHECKING:
    from wdmd_tools.agreement.report import AgreementReport
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.predictions import ClipPrediction


def agreement(
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    out_dir: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Also write agreement.json and .md, disagreements.csv, pictures, and an ELAN file "
            "per recording (adjudicate/) here.",
        ),
    ] = None,
    cluster: Annotated[
        str,
        typer.Option(
            help="What the bootstrap draws: recording (all its clips together), clip, or auto: "
            "recording, and clip where fewer than five are shared."
        ),
    ] = "auto",
    draws: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="Bootstrap draws; 0 for no intervals.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap and --subset.")] = 0,
    subset: Annotated[
        float | None,
        typer.Option(help="Draw this share of the clips that two or more annotated, such as 0.2."),
    ] = None,
    tolerance: Annotated[
        int,
        typer.Option(
            min=0,
            max=100_000,
            help="Frames about a change of state that tolerant figures leave out.",
        ),
    ] = 5,
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help="A folder with predictions.parquet: one more annotator, called as the folder is, or "
            "NAME=PATH.",
        ),
    ] = None,
    gamma: Annotated[
        bool,
        typer.Option("--gamma", help="Also measure gamma of the MEs (needs the extra `gamma`)."),
    ] = False,
    fail_under: Annotated[
        str | None,
        typer.Option(
            help="Exit with 1 below these values, such as alpha=0.8,iou=0.75; keys: alpha "
            "(speaking or not), iou (matched), f1 (at 0.5), or those of --json under overall."
        ),
    ] = None,
    videos: Annotated[
        Path | None, typer.Option(help="Folder of the videos, linked in the ELAN files of --out.")
    ] = None,
) -> None:
    """How far the annotators agree: alpha of states, IoU and F1 of micro-expressions, kappa, boundaries.

    Alpha, IoU and F1 have 95 % intervals. Exit codes: 0, 1 below --fail-under, 2 wrong usage, 3 the dataset
    cannot be used.
    """
    from wdmd_tools.agreement.gate import check_limits, parse_limits
    from wdmd_tools.agreement.report import Cluster, measure_agreement
    from wdmd_tools.agreement.rivals import read_rivals
    from wdmd_tools.cli.paths import check_out_folder
    from wdmd_tools.errors import ConfigError, UnknownNameError
    from wdmd_tools.manifest import Dataset

    names = [str(one) for one in Cluster]
    if cluster not in names:
        raise UnknownNameError("cluster", cluster, names)
    if videos is not None and out_dir is None:
        raise ConfigError("--videos: links the videos in the ELAN files of --out; give --out too")
    if videos is not None and not videos.exists():
        raise ConfigError(f"--videos: {videos}: no such file or folder")
    check_out_folder(out_dir)
    limits = {} if fail_under is None else parse_limits(fail_under)
    rivals = read_rivals(with_ or ())
    dataset = Dataset.open(data)
    with progress_bar(enabled=gamma) as bar:
        task = bar.add_task("gamma, recordings", total=None)
        report = measure_agreement(
            dataset,
            cluster=Cluster(cluster),
            draws=draws,
            seed=seed,
            tolerance=tolerance,
            subset=subset,
            predictions=rivals,
            gamma=gamma,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if out_dir is not None:
        _write(report, dataset, rivals, out_dir, videos)
    if json:
        print_json(report.to_json())
    else:
        _print(report)
    if out_dir is not None:
        say(f"wrote {out_dir / 'agreement.md'}, tables, pictures and adjudicate/*.eaf beside it")
    check_limits(report, limits)


def _write(
    report: "AgreementReport",
    dataset: "Dataset",
    rivals: "dict[str, dict[str, ClipPrediction]]",
    folder: Path,
    videos: Path | None,
) -> None:
    from wdmd_tools import atomic
    from wdmd_tools.agreement.adjudicate import write_adjudication
    from wdmd_tools.agreement.render import markdown
    from wdmd_tools.agreement.render_details import said_text
    from wdmd_tools.agreement.rivals import add_predictions
    from wdmd_tools.agreement.tracks import read_tracks
    from wdmd_tools.export.csv_table import write_csv
    from wdmd_tools.plots.agreement_matrix import plot_agreement_matrix
    from wdmd_tools.plots.agreement_tracks import plot_agreement_tracks

    atomic.write_json(folder / "agreement.json", report.to_json())
    atomic.write_text(folder / "agreement.md", markdown(report))
    head = ["rank", "time", "recording_id", "clip_id", "kind", "severity", "start_ms", "end_ms"]
    head += ["onset_frame", "offset_frame", "said"]
    rows = [
        [
            *(rank, one.time, one.recording_id, one.clip_id, one.kind, one.severity),
            *(one.start_ms, one.end_ms, one.onset_frame, one.offset_frame, said_text(one)),
        ]
        for rank, one in enumerate(report.disagreements, start=1)
    ]
    write_csv(folder / "disagreements.csv", head, rows)
    tracks = read_tracks(dataset)
    for name, given in rivals.items():
        tracks = add_predictions(tracks, name, given)
    for suffix in (".png", ".svg"):
        plot_agreement_matrix(folder / f"agreement{suffix}", report)
        plot_agreement_tracks(folder / f"worst{suffix}", tracks, report.disagreements)
    write_adjudication(dataset, report.disagreements, folder / "adjudicate", videos=videos)


def _print(report: "AgreementReport") -> None:
    from wdmd_tools.agreement.render import (
        annotator_rows,
        notes,
        overall_rows,
        pair_alpha_rows,
        pair_f1_rows,
        pair_overlap_rows,
    )
    from wdmd_tools.agreement.render_details import (
        boundary_rows,
        confusion_rows,
        disagreement_rows,
        kappa_rows,
        label_rows,
        rating_rows,
    )
    from wdmd_tools.cli.tables import print_table

    coverage, *more = notes(report)
    out.print(coverage, markup=False, highlight=False)
    print_table("Annotators", *annotator_rows(report))
    print_table(f"Agreement of annotators: {report.dataset}", *overall_rows(report))
    print_table("Pairs: Krippendorff's alpha", *pair_alpha_rows(report))
    print_table("Pairs: IoU of micro-expressions (MEs)", *pair_overlap_rows(report))
    print_table("Pairs: F1 of micro-expressions", *pair_f1_rows(report))
    for title, (head, rows) in (
        ("Pairs: Cohen's kappa", kappa_rows(report)),
        ("Pairs: confusion of states, frames", confusion_rows(report)),
        ("Boundaries of matched MEs", boundary_rows(report)),
        ("Labels of matched MEs", label_rows(report)),
        ("Ratings", rating_rows(report)),
        ("Worst disagreements", disagreement_rows(report)),
    ):
        if rows:
            print_table(title, head, rows)
    for line in more:
        out.print(line, markup=False, highlight=False)
