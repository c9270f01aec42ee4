"""`wdmd build`: annotations and videos to a dataset."""

from pathlib import Path
from typing import Annotated

import typer


def build(
    elan: Annotated[Path, typer.Option(help="Folder of ELAN files (.eaf), or one file.")],
    videos: Annotated[Path, typer.Option(help="Folder of videos, or one file.")],
    out: Annotated[Path, typer.Option(help="Dataset folder; a stopped build goes on.")] = Path(
        "data"
    ),
    size: Annotated[int | None, typer.Option(help="Size of the crops, px (default 224).")] = None,
    align: Annotated[
        str | None, typer.Option(help="smooth (default), clip or frame; see the docs.")
    ] = None,
    consensus: Annotated[
        str | None,
        typer.Option(
            help="How annotators become one: majority (default), union, intersection, or the id of one "
            "annotator."
        ),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings, YAML.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="One setting, e.g. quality.min_fps=25.")
    ] = None,
    protocol: Annotated[
        Path | None, typer.Option(help="Which tier means what, YAML; built-in when left out.")
    ] = None,
    subjects: Annotated[
        Path | None,
        typer.Option(help="Who is where in the picture, CSV; subjects.csv beside the ELAN files."),
    ] = None,
    face_model: Annotated[Path | None, typer.Option(help="face_landmarker.task.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the dataset.")] = None,
    jobs: Annotated[int, typer.Option(help="Processes.")] = 2,
    engine: Annotated[
        str, typer.Option(help="local: processes of this machine; ray: a Ray cluster.")
    ] = "local",
    address: Annotated[
        str | None, typer.Option(help="Of the Ray cluster, e.g. auto; this machine when left out.")
    ] = None,
    with_report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write the HTML report, OUT/report.")
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Cut clips, align and crop faces, and write the tables.

    Exit codes: 0 all built, 2 wrong usage, 3 nothing could be built, 4 built with rejects.
    """
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar, warn
    from wdmd_tools.config import consensus_settings, load_config
    from wdmd_tools.errors import EXIT_PARTIAL
    from wdmd_tools.pipeline.build import build_dataset
    from wdmd_tools.pipeline.engine.choose import choose_engine
    from wdmd_tools.pipeline.progress import BuildProgress
    from wdmd_tools.protocol import load_protocol

    overrides = {"crop.size": size, "crop.align": align, **consensus_settings(consensus)}
    settings = load_config(config, set_ or (), overrides)
    meaning = load_protocol(protocol)
    chosen = choose_engine(engine, jobs, address)
    with progress_bar(enabled=not as_json) as bar:
        task = bar.add_task("building", total=None)

        def show(at: BuildProgress) -> None:
            bar.update(
                task,
                description=f"{at.recordings} of {at.recordings_total} recordings, seconds of film:",
                completed=round(at.seconds),
                total=round(at.seconds_total),
            )

        report = build_dataset(
            elan,
            videos,
            out,
            settings,
            protocol=meaning,
            face_model=face_model,
            jobs=jobs,
            engine=chosen,
            subjects=subjects,
            name=name,
            progress=show,
        )
    rejects = report.rejects
    page = write_html(out, quiet=as_json) if with_report else None
    if as_json:
        print_json(
            {
                "out": str(report.out),
                "counts": report.counts,
                "built": report.built,
                "report": page,
                "rejects": [str(problem) for problem in rejects],
                "retried": dict(report.retried),
                "warnings": [str(p) for p in report.problems if not p.is_error],
            }
        )
    else:
        counts = report.counts
        stdout.print(
            f"{out}: {counts['clips']} clips ({counts['frames']} frames) of {counts['subjects']} "
            f"subjects, {counts['me']} micro-expressions; {counts['recordings']} recordings, "
            f"{report.built} worked on now",
            markup=False,
            highlight=False,
        )
        warnings = len(report.problems) - len(rejects)
        if warnings:
            warn(f"{warnings} warnings; see them with `wdmd check --elan {elan} --videos {videos}`")
        for recording, why in report.retried:
            warn(f"{recording}: tried a second time, since the first ended with: {why}")
        for problem in rejects[:10]:
            warn(str(problem))
        if rejects:
            warn(f"{len(rejects)} rejects in {out / 'rejects.parquet'}")
        if page is not None:
            stdout.print(f"see it in a browser: {page}", markup=False, highlight=False)
    if rejects:
        raise typer.Exit(EXIT_PARTIAL)


def write_html(data: Path, *, quiet: bool) -> str | None:
    """Write the HTML report of a dataset that was just made.

    Args:
        data: The dataset folder.
        quiet: Whether to hide the progress.

    Returns:
        Its first page, or `None` with a warning: the dataset is whole without it.
    """
    from wdmd_tools.cli.console import progress_bar, warn
    from wdmd_tools.errors import WdmdError
    from wdmd_tools.report import write_report

    with progress_bar(enabled=not quiet) as bar:
        task = bar.add_task("drawing clips", total=None)
        try:
            written = write_report(
                data, progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
        except (WdmdError, OSError) as error:
            warn(f"no report ({error}); the dataset is whole; try `wdmd report {data}`")
            return None
    return str(written.index)
