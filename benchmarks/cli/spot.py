"""`bench spot`: any registered model on any film."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmarks.cli.options import DATA, RESULTS, RUNS, ConfigFile, Json, configured

if TYPE_CHECKING:
    from benchmarks.spotting.spot import Spotted


def spot(
    video: Annotated[Path, typer.Argument(help="A film.")],
    model: Annotated[str, typer.Option(help="Which model (see bench list).")],
    data: Annotated[Path, typer.Option(help="Dataset that the model learns from.")] = DATA,
    eaf: Annotated[Path | None, typer.Option(help="Write an ELAN file that links the film.")] = (
        None
    ),
    csv: Annotated[Path | None, typer.Option(help="Write one line per found expression.")] = None,
    emotions: Annotated[
        str, typer.Option(help="Also say emotions, by this scheme, such as 3; none: no.")
    ] = "none",
    seed: Annotated[int, typer.Option(help="Of the model's training.")] = 0,
    config: ConfigFile = None,
    results: Annotated[
        Path, typer.Option(help="Folder of what is kept: the film's crops, what the model learnt.")
    ] = RESULTS,
    runs: Annotated[
        Path, typer.Option(help="Trained MELDAE runs; those that fit are not trained again.")
    ] = RUNS,
    face_model: Annotated[Path | None, typer.Option(help="face_landmarker.task.")] = None,
    as_json: Json = False,
) -> None:
    """Find expressions in a film with any model, which learns from a dataset first, once.

    What the model learnt is kept: the second film takes only the time of looking at it.

    Exit codes: 0 done, 2 wrong usage, 3 the film or the dataset cannot be used.
    """
    from rich.markup import escape

    from benchmarks.scoring_emotions import known_scheme
    from benchmarks.spotting.output import write_film_csv, write_film_eaf
    from benchmarks.spotting.spot import Settings, spot_film
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.cli.paths import check_out_eaf, check_out_file
    from wdmd_tools.errors import VideoError
    from wdmd_tools.manifest import Dataset

    _, registry = configured(config)
    entry = registry.get(model)
    known_scheme(emotions)
    if video.is_dir():
        raise VideoError(f"{video}: is a folder; name one film (meldae spot takes folders)")
    if not video.is_file():
        raise VideoError(f"{video}: no such file")
    check_out_eaf(eaf)
    check_out_file(csv, option="--csv", endings=(".csv",))
    settings = Settings(results, runs, seed, emotions, face_model)
    with progress_bar(enabled=not as_json) as bar:
        task = bar.add_task("reading", total=None)

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=escape(what), completed=done, total=total or None)

        done = spot_film(entry, Dataset.open(data), video, settings, tell)
    if eaf is not None:
        write_film_eaf(eaf, done.found, done.key)
    if csv is not None:
        write_film_csv(csv, done.found)
    if as_json:
        print_json(
            {**done.found.to_json(), "fit": done.key, "learnt_before": done.was_kept,
             "kept": done.is_kept, "seconds": done.seconds}
        )  # fmt: skip
        return
    _show(done)


def _show(done: "Spotted") -> None:
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import say

    for one in done.found.segments:
        span = f"{one.interval.start_ms / 1000:9.3f} s  {one.interval.duration_ms:5d} ms"
        what = "" if one.label == "me" else f"  {one.label}"
        emotion = f"  {one.emotion}" if one.emotion else ""
        stdout.print(f"{span}  score {one.score:.2f}{what}{emotion}", markup=False, highlight=False)
    stdout.print(
        f"{done.found.video}: {len(done.found.segments)} expressions by {done.found.model} in "
        f"{done.found.clips} clips, {100 * done.found.covered:.0f} % of the frames",
        markup=False,
        highlight=False,
    )
    if not done.found.answered:
        say(
            f"{done.found.model} learnt to recognise only, since the clips that it learnt from were cut "
            "around their expressions: this does not say that there is none; give another --data"
        )
    if not done.is_kept:
        say("what the model learnt cannot be kept; the next film will take as long")
