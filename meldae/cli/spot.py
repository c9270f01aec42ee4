"""`meldae spot`: micro-expressions in a film, or candidates in a folder of films."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from meldae.run_folder import RunFolder
    from meldae.spot import SpottedSegment, Spotting
    from meldae.spot.film import Faces


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
    faces: Annotated[
        str,
        typer.Option(
            help="all: everybody in the film. main: the largest face of each shot.",
            metavar="all|main",
        ),
    ] = "all",
    min_face: Annotated[
        float, typer.Option(min=1, help="Smaller faces are left out, px of the film.")
    ] = 48.0,
    live: Annotated[
        bool, typer.Option("--live", help="Print each ME as soon as it is certain.")
    ] = False,
    face_model: Annotated[Path | None, typer.Option(help="face_landmarker.task.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Find micro-expressions in a video of any length, or rank candidates over a folder of videos.

    Nobody is recognised: between two cuts a face keeps its number, after a cut it is a new one.

    A folder is searched film by film: a run that was stopped goes on, a film that cannot be read is a
    row of the report (exit code 4).
    """
    from meldae.cli.report import bar_callback
    from meldae.open_run import open_run
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar, say
    from wdmd_tools.cli.paths import check_out_eaf, check_out_file
    from wdmd_tools.errors import ConfigError, VideoError

    if faces not in ("all", "main"):
        raise ConfigError(f"--faces {faces}: expected all or main")
    if live and as_json:
        raise ConfigError("--live: prints lines as it goes; --json prints one document at the end")
    if not video.exists():
        raise VideoError(f"{video}: no such file or folder")
    opened = open_run(run)
    if video.is_dir():
        if eaf or csv or plot or scores:
            raise ConfigError(
                f"{video} is a folder: --out DIR holds its ELAN files, tables and scores"
            )
        if live:
            raise ConfigError(f"--live: for one film, {video} is a folder")
        _search(video, opened, out, cast("Faces", faces), min_face, face_model, as_json)
        return
    if out is not None:
        raise ConfigError(f"--out: for a folder of films, {video} is one; use --eaf, --csv, --plot")
    check_out_eaf(eaf)
    check_out_file(csv, option="--csv", endings=(".csv",))
    check_out_file(plot, option="--plot", endings=(".png", ".svg", ".pdf"))
    check_out_file(scores, option="--scores", endings=(".parquet",))

    from meldae.spot import spot as spot_video
    from meldae.spot.output import (
        plot_spotting,
        write_scores,
        write_spotting_csv,
        write_spotting_eaf,
    )

    with progress_bar(enabled=not as_json) as bar:
        found = spot_video(
            video,
            opened,
            faces=cast("Faces", faces),
            min_face_px=min_face,
            face_model=face_model,
            progress=bar_callback(bar),
            on_found=_print_segment if live else None,
        )
    if scores is not None:
        write_scores(scores, found)
    if eaf is not None:
        write_spotting_eaf(eaf, found, opened.run_id)
    if csv is not None:
        write_spotting_csv(csv, found)
    if plot is not None:
        plot_spotting(plot, found, opened.decoding.raw_threshold)
    if as_json:
        print_json(found.to_json())
        return
    for one in () if live else found.segments:
        _print_segment(one, several=len(found.faces) > 1)
    stdout.print(
        f"{video}: {len(found.segments)} micro-expressions in {len(found.scores)} frames, a face in "
        f"{100 * found.face_coverage:.0f} % of them",
        markup=False,
        highlight=False,
    )
    if len(found.faces) > 1:
        say(_about_faces(found))


def _print_segment(one: "SpottedSegment", several: bool = True) -> None:
    from wdmd_tools.cli.console import out as stdout

    span = f"{one.interval.start_ms / 1000:9.3f} s  {one.interval.duration_ms:5d} ms"
    who = f"  face {one.face}" if several else ""
    named = "" if one.emotion is None else f"  {one.emotion} {one.emotion_probability or 0:.2f}"
    stdout.print(f"{span}  score {one.score:.2f}{who}{named}", markup=False, highlight=False)


def _about_faces(found: "Spotting") -> str:
    """Who is who, where there are several."""
    text = f"{len(found.faces)} faces, up to {found.most_at_once} at the same time"
    if found.shared_frames:
        share = 100 * found.shared_frames / len(found.scores)
        text += f" (in {share:.0f} % of the frames; --faces main takes the largest only)"
    if found.cuts:
        text += f"; {len(found.cuts)} cuts, after each of which a face has a new number"
    return text


def _search(
    folder: Path,
    run: "RunFolder",
    out: Path | None,
    faces: "Faces",
    min_face: float,
    face_model: Path | None,
    as_json: bool,
) -> None:
    from meldae.cli.report import bar_callback
    from meldae.search.folder import search_folder
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.cli.paths import check_out_folder
    from wdmd_tools.cli.tables import print_table
    from wdmd_tools.errors import ConfigError, PartialResultError

    if out is None:
        raise ConfigError(f"{folder} is a folder: say where the candidates go, with --out DIR")
    check_out_folder(out)
    with progress_bar(enabled=not as_json) as bar:
        report = search_folder(
            folder,
            run,
            out,
            faces=faces,
            min_face_px=min_face,
            face_model=face_model,
            progress=bar_callback(bar),
        )
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
