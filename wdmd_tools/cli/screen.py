"""`wdmd screen`: what should a person look at before a film is used?"""

from pathlib import Path
from typing import Annotated

import typer

from wdmd_tools.cli.console import print_json, progress_bar, say, warn


def screen(
    videos: Annotated[
        Path | None, typer.Option(help="Films to measure: a folder, or one file.")
    ] = None,
    subtitles: Annotated[
        Path | None,
        typer.Option(help="Dialogue: srt, vtt, ass, or CSV with start, end, text; file or folder."),
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="Keyword rules, YAML.")] = None,
    toxic_model: Annotated[
        Path | None, typer.Option(help="Local folder of a classifier such as Toxic-BERT.")
    ] = None,
    toxic_threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Least score that is reported.")
    ] = 0.5,
    out_dir: Annotated[Path, typer.Option("--out", help="Folder of queue.csv.")] = Path("screen"),
    encoding: Annotated[
        str | None, typer.Option(help="Of the subtitles, instead of a guess.")
    ] = None,
    min_height: Annotated[int, typer.Option(min=0, help="Lines that are advised.")] = 1080,
    min_fps: Annotated[float, typer.Option(min=0, help="Frames per second advised.")] = 60.0,
    faces: Annotated[
        int, typer.Option(min=0, max=1000, help="Frames per film in which a face is looked for.")
    ] = 8,
    face_model: Annotated[Path | None, typer.Option(help="face_landmarker.task.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Films and dialogue to a review queue for a person; nothing is deleted.

    Films: resolution, frame rate, repeated frames, shot cuts, faces. Dialogue: keywords, toxicity.
    Decisions in an earlier queue are kept.

    Exit codes: 0, 2 wrong usage, 3 no input, 4 some file could not be read.
    """
    from collections import Counter

    from wdmd_tools.errors import ConfigError, PartialResultError
    from wdmd_tools.faces.model_file import find_face_model, get_face_model
    from wdmd_tools.plots.screen_strips import plot_screen
    from wdmd_tools.screen.queue import Row, keep_decisions, read_queue, write_queue
    from wdmd_tools.screen.rules import load_rules
    from wdmd_tools.screen.run import Dialogue, screen_dialogue, screen_films
    from wdmd_tools.screen.technical import TechnicalConfig
    from wdmd_tools.screen.toxicity import ToxicModel

    if videos is None and subtitles is None:
        raise ConfigError("nothing to screen: give --videos, or --subtitles with --rules")
    if subtitles is not None and rules is None and toxic_model is None:
        raise ConfigError("--subtitles: say what to look for, --rules or --toxic-model")
    wanted = load_rules(rules) if rules is not None else None
    toxic = ToxicModel(toxic_model) if toxic_model is not None else None
    target = out_dir / "queue.csv"
    earlier = read_queue(target, warn) if target.exists() else []
    rows: list[Row] = []
    failed: list[str] = []
    n_films, texts = 0, Dialogue()
    with progress_bar(enabled=not json) as bar:
        task = bar.add_task("screening", total=None)

        def progress(done: int, total: int, _: str) -> None:
            bar.update(task, completed=done, total=total)

        if videos is not None:
            config = TechnicalConfig(min_height=min_height, min_fps=min_fps, face_samples=faces)
            model = get_face_model(face_model) if face_model else find_face_model()
            if model is None and faces:
                warn("faces are not looked at: no face model; get it with wdmd doctor --fetch")
            rows, failed, n_films = screen_films(videos, out_dir, config, model, progress)
        if subtitles is not None:
            texts = screen_dialogue(subtitles, wanted, toxic, toxic_threshold, encoding, progress)
            rows, failed = rows + texts.rows, failed + texts.failed
    hits = Counter(f"{row['reason']} / {row['rule']}" for row in rows)
    unused = [rule.term for rule in (wanted.rules if wanted else ())]
    silent = [term for term in unused if not any(key.endswith(f"/ {term}") for key in hits)]
    queue = keep_decisions(rows, earlier)
    write_queue(target, queue)
    if queue:
        for suffix in (".png", ".svg"):
            plot_screen(out_dir / f"queue{suffix}", queue)
    undecided = sum(not row["decision"].strip() for row in queue)
    if json:
        print_json(
            {
                "films": n_films,
                "texts": texts.n_files,
                "encodings": texts.encodings,
                "encodings_guessed": texts.guesses,
                "undecided": undecided,
                "hits": dict(hits),
                "rules_without_hit": silent,
                "unreadable": failed,
                "queue": queue,
            }
        )
    else:
        from wdmd_tools.cli.tables import print_table

        print_table("Findings", ["reason", "how many"], [[k, str(n)] for k, n in hits.items()])
        if silent:
            say(f"rules without a hit: {', '.join(silent)}")
    say(
        f"{n_films} films, {texts.n_files} texts, {len(queue)} findings, {undecided} undecided: {target}"
    )
    for name, guess in texts.guesses.items():
        warn(f"{name}: neither UTF-8 nor marked, read as {guess}; check, or give --encoding")
    for line in failed:
        warn(line)
    if failed:
        raise PartialResultError(
            f"{len(failed)} files could not be read, or not in full; the others are done"
        )
