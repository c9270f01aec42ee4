"""`wdmd split`: who is trained on and who is judged on."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.split.make import NamedSplit


def split(
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    name: Annotated[str | None, typer.Option(help="Of the split, e.g. subjects5.")] = None,
    by: Annotated[
        str, typer.Option(help="subject or source (film); neither is ever on two sides.")
    ] = "subject",
    folds: Annotated[int | None, typer.Option(min=2, help="K folds.")] = None,
    loso: Annotated[
        bool, typer.Option("--loso", help="Leave one subject (or source) out.")
    ] = False,
    holdout: Annotated[
        str | None, typer.Option(help="Shares of train, val and test, e.g. 60,15,25.")
    ] = None,
    from_csv: Annotated[
        Path | None, typer.Option("--from", help="CSV with clip_id or subject_id, and part.")
    ] = None,
    val_share: Annotated[
        float, typer.Option(min=0, max=0.5, help="Of the training side of a fold.")
    ] = 0.15,
    seed: Annotated[int, typer.Option(min=0, help="Of the dealing.")] = 0,
    plot: Annotated[Path | None, typer.Option(help="Also draw it (.png, .svg).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a split of that name.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Say what is stored.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make a named split, stored in the dataset: hold-out, k folds, leave-one-out, or from a CSV.

    Clips, states and micro-expressions are spread evenly. Without a rule the split of that name is shown
    and checked. Exit codes: 0, 2 wrong usage, 3 the split leaks or does not fit the dataset.
    """
    from wdmd_tools.cli.console import say
    from wdmd_tools.errors import ConfigError, UnknownNameError
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.names import check_file_name
    from wdmd_tools.plots.style import check_picture
    from wdmd_tools.split.stored import read_split, split_path, write_split

    dataset = Dataset.open(data)
    if list_:
        _list(dataset, as_json=as_json)
        return
    if name is None:
        raise ConfigError("--name: give the split a name, e.g. --name subjects5 (or use --list)")
    check_file_name(name, "--name")
    if by not in ("subject", "source"):
        raise UnknownNameError("--by", by, ("subject", "source"))
    rules = {"--folds": folds, "--loso": loso, "--holdout": holdout, "--from": from_csv}
    chosen = [option for option, value in rules.items() if value not in (None, False)]
    if len(chosen) > 1:
        raise ConfigError(f"{' and '.join(chosen)}: choose one of them")
    path = split_path(data, name)
    if plot is not None:
        check_picture(plot)
    if not chosen and not path.is_file():
        raise ConfigError(
            f"no split {name!r} here (see --list); to make it, give --folds, --holdout, --loso or --from"
        )
    if not chosen:
        made = read_split(dataset, name)
    else:
        if path.exists() and not force:
            raise ConfigError(f"{path}: exists; choose another --name, or replace it with --force")
        made = _make(dataset, name, by, folds, loso, holdout, from_csv, val_share, seed)
        write_split(dataset, made)
    if plot is not None:
        from wdmd_tools.plots.split_grid import plot_split

        plot_split(plot, dataset, made)
    _show(dataset, made, path, as_json=as_json)
    if plot is not None:
        say(f"wrote {plot}")


def _make(
    dataset: "Dataset",
    name: str,
    by: Any,
    folds: int | None,
    loso: bool,
    holdout: str | None,
    from_csv: Path | None,
    val_share: float,
    seed: int,
) -> "NamedSplit":
    from wdmd_tools.cli.console import warn
    from wdmd_tools.split.imported import read_split_csv
    from wdmd_tools.split.make import make_folds, make_holdout, make_loso

    if from_csv is not None:
        return read_split_csv(from_csv, dataset, name, warn)
    if folds is not None:
        return make_folds(dataset, name, by, folds, val_share, seed)
    if loso:
        return make_loso(dataset, name, by, val_share, seed)
    return make_holdout(dataset, name, by, _shares(holdout or ""), seed)


def _shares(text: str) -> dict[str, float]:
    """``60,15,25`` as shares of train, val and test."""
    from wdmd_tools.errors import ConfigError

    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    total = sum(numbers)
    finite = all(math.isfinite(number) for number in (*numbers, total))
    if len(numbers) != 3 or not finite or min(numbers) < 0 or not numbers[0] or not numbers[2]:
        raise ConfigError(
            f"--holdout {text}: expected the shares of train, val and test, e.g. 60,15,25"
        )
    if not any(math.isclose(total, whole, rel_tol=1e-9) for whole in (1, 100)):
        raise ConfigError(
            f"--holdout {text}: the shares add up to {total:g}; give per cent (100) or parts of 1"
        )
    return {part: n / total for part, n in zip(("train", "val", "test"), numbers, strict=True)}


def _list(dataset: "Dataset", *, as_json: bool) -> None:
    from wdmd_tools.cli.console import out, print_json
    from wdmd_tools.cli.tables import print_table
    from wdmd_tools.errors import ManifestError
    from wdmd_tools.split.stored import read_split, stored_splits

    rows = []
    for name in stored_splits(dataset.root):
        try:
            one = read_split(dataset, name)
            rows.append([name, one.kind, one.by, str(len(one.folds)), "yes"])
        except ManifestError as error:
            rows.append([name, "", "", "", f"no: {error}"])
    head = ["split", "kind", "by", "folds", "usable"]
    if as_json:
        print_json({"splits": [dict(zip(head, row, strict=True)) for row in rows]})
    elif rows:
        print_table(f"Named splits of {dataset.name}", head, rows)
    else:
        out.print("no named split; make one, e.g. with --name subjects5 --folds 5", markup=False)


def _show(dataset: "Dataset", made: "NamedSplit", path: Path, *, as_json: bool) -> None:
    from dataclasses import asdict

    from wdmd_tools.cli.console import print_json, say
    from wdmd_tools.cli.tables import print_table
    from wdmd_tools.split.summary import summarise

    rows = summarise(dataset, made)
    if as_json:
        facts = {"name": made.name, "kind": made.kind, "by": made.by, "seed": made.seed}
        print_json({"file": str(path), **facts, "parts": [asdict(row) for row in rows]})
        return
    head = ["fold", "part", "clips", "subjects", "films", "MEs", "in speech", "speaking clips"]
    print_table(
        f"{made.name}: {made.kind} by {made.by}",
        head,
        [
            [
                row.fold,
                row.part,
                str(row.clips),
                str(row.subjects),
                str(row.sources),
                str(row.mes),
                str(row.mes_speaking),
                "n/a" if row.speaking_share is None else f"{100 * row.speaking_share:.1f} %",
            ]
            for row in rows
        ],
    )
    say(
        f"{path}: nobody and no film on two sides; use it with meldae train --named-split {made.name}"
    )
