"""`meldae spot`: micro-expressions in a film, or candidates in a folder of films."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from meldae.run_folder import RunFolder


def spot(
    video: Annotated[Path, typer.Argument(help="A raw video, or a folder of them.")],
    run: Annotated[Path, typer.Option(help="Run folder, or runs/ when one run is there.")] = Path(
        "runs"
    ),
    eaf: Annotated[Path | None, typer.Option(help="Write an ELAN file that links the video.")] = (
        None
    ),
    csv: Annotated[Path | None, typer.Option(help="Write one line per found ME.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw scores over time (.png, .svg).")] = None,
    scores: Annotated[
        Path | None, typer.Option(help="Write the raw score of every frame (.parquet).")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="For a folder: ranked candidates, scores, ELAN files and thumbnails."),
    ] = None,
    face_model: Annotated[Path | None, typer.Option(help="face_landmarker.task.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Find micro-expressions in a video of any length, or rank candidates over a folder of videos.

    A folder is searched film by film: a run that was stopped goes on, a film that cannot be read is a
    row of the report (exit code 4).
    """
    from meldae.cli.report import bar_callback
    from meldae.run_folder import open_run
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.errors import ConfigError, VideoError

    if not video.exists():
        raise VideoError(f"{video}: no such file or folder")
    opened = open_run(run)
    if video.is_dir():
        if eaf or csv or plot or scores:
            raise ConfigError(
                f"{video} is a folder: --out DIR holds its ELAN files, tables and scores"
            )
        _search(video, opened, out, face_model, as_json)
        return
    if out is not None:
        raise ConfigError(f"--out: for a folder of films, {video} is one; use --eaf, --csv, --plot")

    from meldae.spot import spot as spot_video
    from meldae.spot_output import (
        plot_spotting,
        write_scores,
        write_spotting_csv,
        write_spotting_eaf,
    )

    with progress_bar(enabled=not as_json) as bar:
        found = spot_video(video, opened, face_model=face_model, progress=bar_callback(bar))
    if scores is not None:
        write_scores(scores, found)
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
        stdout.print(f"{span}  score {one.score:.2f}", markup=False, highlight=False)
    stdout.print(
        f"{video}: {len(found.segments)} micro-expressions in {len(found.scores)} frames, a face in "
        f"{100 * found.face_coverage:.0f} % of them",
        markup=False,
        highlight=False,
    )


def _search(
    folder: Path, run: "RunFolder", out: Path | None, face_model: Path | None, as_json: bool
) -> None:
    from meldae.cli.report import bar_callback
    from meldae.search.folder import search_folder
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.cli.tables import print_table
    from wdmd_tools.errors import ConfigError, PartialResultError

    if out is None:
        raise ConfigError(f"{folder} is a folder: say where the candidates go, with --out DIR")
    with progress_bar(enabled=not as_json) as bar:
        report = search_folder(folder, run, out, face_model=face_model, progress=bar_callback(bar))
    found = report.candidates
    if as_json:
        print_json(report.to_json())
    else:
        rows = [
            [str(rank), one.film, f"{one.interval.start_ms / 1000:.3f} s",
             f"{one.interval.duration_ms} ms", f"{one.score:.3f}"]
            for rank, one in enumerate(found[:15], start=1)
        ]  # fmt: skip
        if rows:
            head = ["rank", "film", "at", "length", "score"]
            print_table("Candidates, the most likely first", head, rows)
        searched = f"{len(report.films) - len(report.failed)} films ({report.hours:.2f} h)"
        stdout.print(
            f"{searched}, {len(found)} candidates: {out / 'candidates.csv'}; {report.searched} films "
            "searched now",
            markup=False,
            highlight=False,
        )
    if report.failed:
        first = report.failed[0]
        raise PartialResultError(
            f"{len(report.failed)} of {len(report.films)} films could not be searched, the first is "
            f"{first.film}: {first.error}"
        )
