"""`wdmd report`: see what a dataset holds, clip by clip, in a browser."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    out: Annotated[
        Path | None, typer.Option(help="Folder of the report (default: DATA/report).")
    ] = None,
    limit_clips: Annotated[
        int | None, typer.Option(min=1, help="Show the first N clips only; counts are of all.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Write pages with counts, problems, distributions, and every clip's timeline and contact sheet.

    They open from the disk, without a server or network. A picture is drawn again only if its crop changed.
    """
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar, warn
    from wdmd_tools.report import write_report

    with progress_bar(enabled=not as_json) as bar:
        task = bar.add_task("drawing clips", total=None)
        written = write_report(
            data,
            out,
            limit_clips=limit_clips,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        print_json(
            {
                "index": str(written.index),
                "clips": written.clips,
                "recordings": written.recordings,
                "pages": written.pages,
                "sheets_made": written.sheets_made,
                "sheets_kept": written.sheets_kept,
                "not_shown": [{"clip_id": c, "reason": why} for c, why in written.problems],
            }
        )
        return
    stdout.print(
        f"{written.index}: {written.clips} clips of {written.recordings} recordings; "
        f"{written.sheets_made} contact sheets drawn, {written.sheets_kept} kept",
        markup=False,
        highlight=False,
    )
    for clip_id, reason in written.problems[:5]:
        warn(f"{clip_id}: no pictures: {reason}")
    if len(written.problems) > 5:
        warn(f"{len(written.problems) - 5} more clips without pictures; the report lists them")
