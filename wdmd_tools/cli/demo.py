"""`wdmd demo`: make a synthetic data set."""

from pathlib import Path
from typing import Annotated

import typer

_DEFAULT_OUT = Path("demo")


def demo(
    recordings: Annotated[int, typer.Option(help="How many conversations to render.")] = 12,
    subjects: Annotated[
        int | None,
        typer.Option(
            help="How many different people appear.", show_default="6, or one per recording"
        ),
    ] = None,
    fps: Annotated[float, typer.Option(help="Frames per second, 10 to 240.")] = 60.0,
    size: Annotated[int, typer.Option(help="Width and height in pixels, even.")] = 360,
    seconds: Annotated[float, typer.Option(help="Length of a recording.")] = 60.0,
    me_amplitude: Annotated[
        float, typer.Option(help="Factor on the size of micro-expressions; 1 is subtle.")
    ] = 1.0,
    me_rate: Annotated[float, typer.Option(help="Micro-expressions per second.")] = 0.2,
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 0,
    layout: Annotated[
        str, typer.Option(help="tiers: one EAF per recording; files: one EAF per annotator.")
    ] = "tiers",
    out: Annotated[
        Path, typer.Option(help="Folder to write; a stopped run resumes.")
    ] = _DEFAULT_OUT,
    jobs: Annotated[int, typer.Option(help="Processes.")] = 2,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Render synthetic conversations with known micro-expressions, as video and ELAN files."""
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.cli.paths import typed
    from wdmd_tools.synth.config import make_config
    from wdmd_tools.synth.generate import generate

    config = make_config(
        recordings=recordings,
        subjects=min(6, recordings) if subjects is None else subjects,
        fps=fps,
        size=size,
        seconds=seconds,
        me_amplitude=me_amplitude,
        me_rate=me_rate,
        seed=seed,
        layout=layout,
    )
    with progress_bar(enabled=not as_json) as bar:
        task = bar.add_task("rendering", total=config.recordings)
        summary = generate(
            config, out, jobs, lambda done, total: bar.update(task, completed=done, total=total)
        )
    if as_json:
        print_json(
            {
                "out": str(summary.out),
                "synthetic": True,
                "recordings": summary.recordings,
                "rendered": summary.rendered,
                "subjects": summary.subjects,
                "frames": summary.frames,
                "micro_expressions": summary.micro_expressions,
            }
        )
        return
    stdout.print(
        f"{summary.out}: {summary.recordings} synthetic recordings of {summary.subjects} subjects, "
        f"{summary.micro_expressions} micro-expressions ({summary.rendered} rendered now)",
        markup=False,
        highlight=False,
    )
    stdout.print(
        "next: "
        + typed("wdmd", "build", "--elan", summary.out / "ann", "--videos", summary.out / "raw"),
        markup=False,
        highlight=False,
    )
