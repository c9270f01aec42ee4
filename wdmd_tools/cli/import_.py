"""`wdmd import`: a public dataset, as it was released, to a dataset."""

from pathlib import Path
from typing import Annotated

import typer


def import_(
    dataset: Annotated[
        str, typer.Argument(help="casme2sq, casme3, samm, samm-lv, mmew, smic or casme2.")
    ],
    src: Annotated[Path, typer.Argument(help="Folder of the release, as it was unpacked.")],
    out: Annotated[Path, typer.Option(help="Dataset folder; a stopped import goes on.")],
    corrections: Annotated[
        str | None,
        typer.Option(help="none, or a CSV of your own; left out: the known ones, each cited."),
    ] = None,
    offset_zero: Annotated[
        str, typer.Option(help="An offset of 0 ends at the apex, at apex+20, or drop.")
    ] = "apex",
    onset_zero: Annotated[
        str, typer.Option(help="An onset of 0: drop, or first (frame of the video).")
    ] = "drop",
    apex_at_onset: Annotated[
        str, typer.Option(help="An apex on the onset frame: keep, or unknown.")
    ] = "keep",
    strict_counts: Annotated[
        bool, typer.Option("--strict-counts", help="Stop where numbers are not as published.")
    ] = False,
    size: Annotated[int | None, typer.Option(help="Size of the crops, px (default 224).")] = None,
    align: Annotated[
        str | None, typer.Option(help="smooth (default), clip or frame; see the docs.")
    ] = None,
    codec: Annotated[
        str | None, typer.Option(help="Of the crops: ffv1 (default), utvideo or h264.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings, YAML.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="One setting, e.g. clips.window_s=8.")
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
    """Import a public dataset: same crops, tables and report as wdmd build.

    Exit codes: 0 all imported, 2 wrong usage, 3 nothing could be imported, 4 imported with rejects.
    """
    from dataclasses import asdict

    from pydantic import ValidationError

    from wdmd_tools.cli.build import write_html
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar, warn
    from wdmd_tools.config import load_config
    from wdmd_tools.errors import EXIT_PARTIAL, ConfigError
    from wdmd_tools.importers.plan import Policies
    from wdmd_tools.importers.run import import_release
    from wdmd_tools.pipeline.engine.choose import choose_engine
    from wdmd_tools.pipeline.progress import BuildProgress
    from wdmd_tools.settings_errors import option_fault

    overrides = {"crop.size": size, "crop.align": align, "crop.codec": codec}
    settings = load_config(config, set_ or (), overrides)
    try:
        policies = Policies.model_validate(
            {"offset_zero": offset_zero, "onset_zero": onset_zero, "apex_at_onset": apex_at_onset}
        )
    except ValidationError as error:
        raise ConfigError(option_fault(error)) from None
    chosen = choose_engine(engine, jobs, address)
    with progress_bar(enabled=not as_json) as bar:
        task = bar.add_task("looking at videos", total=None)

        def show(at: BuildProgress) -> None:
            bar.update(
                task,
                description=f"{at.recordings} of {at.recordings_total} videos, seconds of film:",
                completed=round(at.seconds),
                total=round(at.seconds_total),
            )

        report = import_release(
            dataset,
            src,
            out,
            settings,
            corrections=corrections,
            policies=policies,
            strict_counts=strict_counts,
            name=name,
            face_model=face_model,
            jobs=jobs,
            engine=chosen,
            looked_at=lambda done, total: bar.update(task, completed=done, total=total),
            progress=show,
        )
    build, release = report.build, report.release
    rejects = build.rejects
    warnings = [problem for problem in build.problems if not problem.is_error]
    page = write_html(out, quiet=as_json) if with_report else None
    if as_json:
        print_json(
            {
                "out": str(build.out),
                "dataset": release.dataset,
                "release": release.version,
                "layout": release.layout,
                "counts": build.counts,
                "published": [asdict(count) for count in release.counts],
                "corrections": {
                    "origin": report.origin,
                    "applied": [str(one) for one in release.corrections],
                    "not_needed": len(report.idle),
                },
                "built": build.built,
                "report": page,
                "rejects": [str(problem) for problem in rejects],
                "retried": dict(build.retried),
                "warnings": [str(problem) for problem in warnings],
            }
        )
    else:

        def line(text: str) -> None:
            stdout.print(text, markup=False, highlight=False)

        counts = build.counts
        line(f"{release.display}: {release.version}")
        line(f"pictures taken: {release.layout}")
        line(
            f"{out}: {counts['clips']} clips ({counts['frames']} frames) of {counts['subjects']} "
            f"subjects, {counts['me']} micro-expressions; {counts['recordings']} videos, {build.built} "
            "worked on now"
        )
        for count in release.counts:
            if count.expected is not None:
                line(
                    f"  {count.what}: {count.found}, as published"
                    if count.agrees
                    else f"  {count.what}: {count.found}; published {count.expected}"
                )
        line(f"corrections ({report.origin}): {len(release.corrections)} applied")
        for one in release.corrections:
            line(f"  {one}")
        odd = [one for one in warnings if one.code != "W_COUNTS"]
        for problem in odd[:10]:
            warn(str(problem))
        if len(odd) > 10:
            warn(f"{len(odd)} warnings in all; --json lists them")
        for problem in rejects[:10]:
            warn(str(problem))
        if rejects:
            warn(f"{len(rejects)} rejects in {out / 'rejects.parquet'}")
        if page is not None:
            line(f"see it in a browser: {page}")
    if rejects:
        raise typer.Exit(EXIT_PARTIAL)
