"""`meldae spot`: micro-expressions in any video."""

from pathlib import Path
from typing import Annotated

import typer


def spot(
    video: Annotated[Path, typer.Argument(help="A raw video.")],
    run: Annotated[Path, typer.Option(help="Run folder, or runs/ when one run is there.")] = Path(
        "runs"
    ),
    eaf: Annotated[Path | None, typer.Option(help="Write an ELAN file that links the video.")] = (
        None
    ),
    csv: Annotated[Path | None, typer.Option(help="Write one line per found ME.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw scores over time (.png, .svg).")] = None,
    face_model: Annotated[Path | None, typer.Option(help="face_landmarker.task.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Find micro-expressions in a video of any length."""
    from meldae.cli.report import bar_callback
    from meldae.run_folder import open_run
    from wdmd_tools.cli.console import out, print_json, progress_bar

    opened = open_run(run)

    from meldae.spot import spot as spot_video
    from meldae.spot_output import plot_spotting, write_spotting_csv, write_spotting_eaf

    with progress_bar(enabled=not as_json) as bar:
        found = spot_video(video, opened, face_model=face_model, progress=bar_callback(bar))
    if eaf is not None:
        write_spotting_eaf(eaf, found, opened.run_id)
    if csv is not None:
        write_spotting_csv(csv, found)
    if plot is not None:
        plot_spotting(plot, found, opened.decoding.threshold)
    if as_json:
        print_json(found.to_json())
        return
    for one in found.segments:
        span = f"{one.interval.start_ms / 1000:9.3f} s  {one.interval.duration_ms:5d} ms"
        out.print(f"{span}  score {one.score:.2f}", markup=False, highlight=False)
    out.print(
        f"{video}: {len(found.segments)} micro-expressions in {len(found.scores)} frames, a face in "
        f"{100 * found.face_coverage:.0f} % of them",
        markup=False,
        highlight=False,
    )
