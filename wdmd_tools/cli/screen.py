"""`wdmd screen`: which dialogue should a person look at before a film is used?"""

from pathlib import Path
from typing import Annotated

import typer

from wdmd_tools.cli.console import print_json, progress_bar, say


def screen(
    subtitles: Annotated[Path, typer.Argument(help="Subtitle file, or a folder of them.")],
    rules: Annotated[Path, typer.Option("--rules", help="Keyword rules (YAML).")],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder of queue.csv.")] = Path("screen"),
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Of the subtitles, instead of a guess.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Keywords in subtitles (srt, vtt, ass) as a review queue; nothing is deleted."""
    from wdmd_tools.errors import DataError
    from wdmd_tools.screen.queue import keep_decisions, keyword_rows, read_queue, write_queue
    from wdmd_tools.screen.rules import load_rules
    from wdmd_tools.screen.subtitles import SUFFIXES, read_subtitles

    wanted = load_rules(rules)
    files = [subtitles]
    if subtitles.is_dir():
        files = sorted(p for p in subtitles.rglob("*") if p.suffix.casefold() in SUFFIXES)
    if not files or files[0].suffix.casefold() not in SUFFIXES:
        raise DataError(f"{subtitles}: no subtitle file; expected {', '.join(SUFFIXES)}")
    target = out_dir / "queue.csv"
    earlier = read_queue(target) if target.exists() else []
    rows = []
    with progress_bar() as bar:
        for path in bar.track(files, description="screening"):
            film = path.relative_to(subtitles).as_posix() if subtitles.is_dir() else path.name
            rows += keyword_rows(film, read_subtitles(path, encoding), wanted)
    hits = {rule.term: sum(row["rule"] == rule.term for row in rows) for rule in wanted.rules}
    queue = keep_decisions(rows, earlier)
    write_queue(target, queue)
    open_rows = sum(not row["decision"].strip() for row in queue)
    if json:
        print_json({"films": len(files), "undecided": open_rows, "hits": hits, "queue": queue})
    else:
        from wdmd_tools.cli.tables import print_table

        print_table("Hits by rule", ["rule", "hits"], [[t, str(n)] for t, n in hits.items()])
    say(f"{len(files)} files, {len(queue)} findings, {open_rows} undecided: {target}")
