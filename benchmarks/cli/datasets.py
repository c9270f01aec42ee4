"""`bench datasets`: which there are, where they are, and how to come by the others."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.cli.options import DATA, ConfigFile, DatasetFile, Json, configured_datasets

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from benchmarks.catalogue.check import Check
    from benchmarks.catalogue.found import Found


def datasets(
    names: Annotated[
        list[str] | None, typer.Argument(help="Only these, with all that is known of them.")
    ] = None,
    datasets_file: DatasetFile = None,
    config: ConfigFile = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="A dataset folder; may be given several times.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Open each and compare every crop and count; exit code 4."),
    ] = False,
    as_json: Json = False,
) -> None:
    """List the datasets: what each is, how to come by it, what was found here and what is missing."""
    from benchmarks.catalogue.found import find_all
    from benchmarks.datasets import known_name, open_datasets
    from wdmd_tools.cli.console import print_json, say
    from wdmd_tools.errors import PartialResultError, UnknownNameError

    settings, _ = configured_datasets(config, datasets_file)
    opened, hint = open_datasets(settings, data or (), DATA)
    if hint and not (DATA / "dataset.json").exists():
        # Nobody named the default folder, so its absence is no news.
        opened, hint = [one for one in opened if one.spec is None], ""
    if hint and not as_json:
        say(hint)
    found = find_all(opened)
    if names:
        wanted = [known_name(name) for name in names]
        for name in wanted:
            if name not in [one.name for one in found]:
                raise UnknownNameError("dataset", name, [one.name for one in found])
        found = [one for one in found if one.name in wanted]
    checks = _check(found, quiet=as_json) if check else {}
    if as_json:
        print_json({"datasets": [_as_json(one, checks.get(one.name)) for one in found]})
    else:
        _print(found, checks, full=bool(names))
    bad = [name for name, one in checks.items() if not one.whole]
    bad += [one.name for one in found if check and one.spec is not None and one.state != "ready"]
    if bad:
        raise PartialResultError(f"not whole, or not there: {', '.join(bad)}")


def _check(found: "list[Found]", *, quiet: bool) -> "dict[str, Check]":
    from benchmarks.catalogue.check import check_dataset
    from wdmd_tools.cli.console import progress_bar

    checks = {}
    with progress_bar(enabled=not quiet) as bar:
        for one in found:
            if one.dataset is None:
                continue
            task = bar.add_task(f"crops of {one.name}", total=None)
            checks[one.name] = check_dataset(
                one.dataset,
                one.entry,
                synthetic=one.synthetic,
                progress=partial(_show, bar, task),
            )
    return checks


def _show(bar: "Progress", task: "TaskID", done: int, total: int) -> None:
    bar.update(task, completed=done, total=total)


def _print(found: "list[Found]", checks: "dict[str, Check]", *, full: bool) -> None:
    from benchmarks.catalogue.text import lines_of
    from wdmd_tools.cli.console import out as stdout

    for number, one in enumerate(found):
        for line in [*([""] if number else []), *lines_of(one, checks.get(one.name), full=full)]:
            stdout.print(line, markup=False, highlight=False, soft_wrap=True)


def _as_json(one: "Found", check: "Check | None") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "name": one.name,
        "display": one.display,
        "state": one.state,
        "path": str(one.spec.path) if one.spec is not None else None,
        "protocol": one.spec.protocol if one.spec is not None else None,
        "release": one.release or None,
        "synthetic": one.synthetic,
        "missing": one.missing or None,
        "import_command": one.import_command or None,
        "counts": asdict(one.counts) if one.counts is not None else None,
        "check": {**asdict(check), "whole": check.whole} if check is not None else None,
        "catalogue": one.entry.model_dump(mode="json") if one.entry is not None else None,
    }
