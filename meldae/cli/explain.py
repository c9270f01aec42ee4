"""`meldae explain`: what does the enhancer look at?"""

from pathlib import Path
from typing import Annotated

import typer


def explain(
    run: Annotated[Path, typer.Argument(help="Run folder, or runs/ when one run is there.")],
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    split: Annotated[str, typer.Option(help="train, val, test, or all.")] = "test",
    clip: Annotated[
        str | None, typer.Option(help="Draw this clip; the first with speech and an ME by default.")
    ] = None,
    frame: Annotated[
        list[int] | None, typer.Option(help="Draw this frame of the clip; repeatable.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for pictures and tables.")] = Path("explain"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Attention maps over the face, attention over time, and its share by face region.

    The table tests the paper's claim that the enhancer looks away from the mouth in speech.
    """
    from meldae.cli.report import bar_callback, use_own_split
    from meldae.open_run import open_run
    from wdmd_tools import atomic
    from wdmd_tools.agreement.render import markdown_table
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.cli.paths import check_out_folder
    from wdmd_tools.cli.tables import print_table
    from wdmd_tools.errors import ConfigError, UnknownNameError
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.manifest.dataset import SPLITS

    if split not in (*SPLITS, "all"):
        raise UnknownNameError("split", split, (*SPLITS, "all"))
    if frame and clip is None:
        raise ConfigError("--frame: say of which clip, with --clip")
    check_out_folder(out, data=data)
    opened = open_run(run)
    dataset = use_own_split(opened, Dataset.open(data))

    from meldae.explain.run import Explainer, pick_clips, shares_table

    part = None if split == "all" else split
    clips = pick_clips(dataset, part, clip)
    with progress_bar(enabled=not as_json) as bar:
        tell = bar_callback(bar)
        explainer = Explainer.open(opened, dataset, progress=tell)
        pictures = [path for one in clips for path in explainer.draw(one, out, frame or ())]
        shares = explainer.shares(part, tell)
    head, rows = shares_table(shares)
    document = {
        "run": str(opened.path),
        "dataset": dataset.name,
        "split": split,
        **shares.to_json(),
        "pictures": [str(path) for path in pictures],
    }
    atomic.write_json(out / "attention.json", document)
    atomic.write_text(out / "attention.md", markdown_table(head, rows) + "\n")
    if as_json:
        print_json(document)
        return
    counted = ", ".join(f"{count:,} {group}" for group, count in shares.frames.items())
    print_table(f"Share of attention by face region, {split} split", head, rows)
    stdout.print(f"frames: {counted}; intervals draw {shares.recordings} recordings", markup=False)
    stdout.print(f"wrote {out / 'attention.json'}, .md and {len(pictures)} pictures", markup=False)
