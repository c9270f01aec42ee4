"""`wdmd demo`: make a synthetic data set, or put known micro-expressions into real footage."""

from pathlib import Path
from typing import Annotated, Any

import typer

_DEFAULT_OUT = Path("demo")


_RENDERING = ("recordings", "subjects", "fps", "size", "seconds", "camera", "layout")
_INJECTING = ("me_duration", "versions", "control", "annotators", "crf", "face_model")


def demo(
    context: typer.Context,
    from_: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="Film, or folder of films, to put micro-expressions into; repeatable. Without it "
            "conversations are rendered.",
        ),
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option(
            "--as",
            help="Write a tiny synthetic copy of a public data set in the layout of its release: "
            "casme2sq, casme3, samm, samm-lv, mmew, smic or casme2. With --subjects, --seed, --size.",
        ),
    ] = None,
    recordings: Annotated[int, typer.Option(help="How many conversations to render.")] = 12,
    subjects: Annotated[
        int | None,
        typer.Option(
            help="How many different people appear.",
            show_default="6, or one per recording; 3 with --as",
        ),
    ] = None,
    fps: Annotated[float, typer.Option(help="Frames per second, 10 to 240.")] = 60.0,
    size: Annotated[
        int,
        typer.Option(help="Width and height in pixels, even.", show_default="360, with --as 320"),
    ] = 360,
    seconds: Annotated[float, typer.Option(help="Length of a recording.")] = 60.0,
    me_amplitude: Annotated[
        str | None,
        typer.Option(
            help="Factor on the size of micro-expressions, 1 is subtle; with --from, per cent of the "
            "inter-ocular distance: 2, or 1,2,4, or 0.5-6.",
            show_default="1, with --from 0.5-6",
        ),
    ] = None,
    me_duration: Annotated[
        str, typer.Option(help="With --from: ms from onset to offset, as --me-amplitude.")
    ] = "150-500",
    me_rate: Annotated[float, typer.Option(help="Micro-expressions per second.")] = 0.2,
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 0,
    camera: Annotated[
        str,
        typer.Option(help="studio; webcam or dark-webcam: less light, more noise and compression."),
    ] = "studio",
    versions: Annotated[
        int, typer.Option(help="With --from: films made of each, with other micro-expressions.")
    ] = 1,
    control: Annotated[
        bool, typer.Option(help="With --from: also a film without any, same encoder.")
    ] = True,
    annotators: Annotated[
        str, typer.Option(help="With --from: truth (one who knows) or simulated (three who err).")
    ] = "truth",
    crf: Annotated[int, typer.Option(help="With --from: quality of H.264, 0 is lossless.")] = 12,
    face_model: Annotated[
        Path | None, typer.Option(help="With --from: face_landmarker.task.")
    ] = None,
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
    """Render synthetic conversations with known micro-expressions, as video and ELAN files.

    With --from: put known micro-expressions into real footage. With --as: a twin of a public data set, to
    try `wdmd import` on. Exit codes: 0 all done, 2 wrong usage,
    3 no film could be used, 4 some could not.
    """
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.cli.paths import typed
    from wdmd_tools.synth.config import make_config
    from wdmd_tools.synth.generate import generate

    given = {name for name in context.params if _typed(context, name)}
    if as_ is not None:
        from wdmd_tools.cli.demo_twin import make_twin

        make_twin(
            as_,
            out,
            given,
            subjects=subjects,
            seed=seed,
            size=size if "size" in given else None,
            as_json=as_json,
        )
        return
    _check_mode(given, injecting=from_ is not None)
    if from_ is not None:
        amplitude = {} if me_amplitude is None else {"me_amplitude": me_amplitude}
        settings = {
            "me_rate": me_rate,
            "me_duration": me_duration,
            "versions": versions,
            "control": control,
            "annotators": annotators,
            "crf": crf,
            "seed": seed,
            **amplitude,
        }
        _inject(from_, out, settings, jobs, face_model, as_json)
        return
    config = make_config(
        recordings=recordings,
        subjects=min(6, recordings) if subjects is None else subjects,
        fps=fps,
        size=size,
        seconds=seconds,
        me_amplitude=1.0 if me_amplitude is None else me_amplitude,
        me_rate=me_rate,
        seed=seed,
        camera=camera,
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


def _typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _check_mode(given: set[str], *, injecting: bool) -> None:
    """Refuse options of the other mode, which would be ignored silently."""
    from wdmd_tools.errors import ConfigError

    wrong = [name for name in (_RENDERING if injecting else _INJECTING) if name in given]
    if wrong:
        option = "--" + wrong[0].replace("_", "-")
        cure = "leave it out: the film decides" if injecting else "give a film with --from"
        raise ConfigError(f"{option}: only {'without' if injecting else 'with'} --from; {cure}")


def _inject(
    sources: list[Path],
    out: Path,
    settings: dict[str, Any],
    jobs: int,
    face_model: Path | None,
    as_json: bool,
) -> None:
    from dataclasses import asdict

    from rich.markup import escape

    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.cli.paths import typed
    from wdmd_tools.errors import PartialResultError
    from wdmd_tools.synth.injection.inject import inject
    from wdmd_tools.synth.injection.settings import make_injection_config

    config = make_injection_config(**settings)
    with progress_bar(enabled=not as_json) as bar:
        task = bar.add_task("finding faces", total=None)
        done = inject(
            sources,
            out,
            config,
            jobs=jobs,
            face_model=face_model,
            on_progress=lambda what, done, total: bar.update(
                task, description=escape(what), completed=done, total=total
            ),
        )
    if as_json:
        print_json({**asdict(done), "out": str(done.out), "synthetic": "micro-expressions only"})
    else:
        summary = (
            f"{out}: {done.films} films with {done.micro_expressions} injected micro-expressions, "
            f"{done.controls} controls, from {done.subjects} films ({done.rendered} rendered now)"
        )
        build = typed("wdmd", "build", "--elan", out / "ann", "--videos", out / "raw")
        for line in (summary, f"next: {build}"):
            stdout.print(line, markup=False, highlight=False)
    if done.dropped:
        raise PartialResultError(
            f"{len(done.dropped)} films could not be used, the first: {done.dropped[0]}"
        )
