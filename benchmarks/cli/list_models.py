"""`bench list`: what there is."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.cli.options import DATA, ConfigFile, DatasetFile, Json, configured_datasets

if TYPE_CHECKING:
    from benchmarks.registry import ModelEntry

Names = Annotated[list[str] | None, typer.Argument(help="Print the cards of these models only.")]
Cards = Annotated[
    bool, typer.Option("--cards", help="Print every model's card: source, fidelity, deviations.")
]


def list_models(
    names: Names = None,
    cards: Cards = False,
    config: ConfigFile = None,
    datasets_file: DatasetFile = None,
    as_json: Json = False,
) -> None:
    """List models and datasets, or models' cards."""
    from benchmarks.cards.text import card_lines
    from benchmarks.datasets import open_datasets
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json

    settings, registry = configured_datasets(config, datasets_file)
    if cards or names:
        entries = [registry.get(name) for name in names or ()] or list(registry)
        if as_json:
            print_json({"models": [_as_json(entry) for entry in entries]})
            return
        for index, entry in enumerate(entries):
            for line in [*([""] if index else []), *card_lines(entry)]:
                stdout.print(line, markup=False, highlight=False)
        return
    datasets, _ = open_datasets(settings, (), DATA)
    if as_json:
        print_json(
            {
                "models": [_as_json(entry) for entry in registry],
                "datasets": [
                    {
                        "name": one.name,
                        "display": one.display,
                        "path": str(one.spec.path) if one.spec else None,
                        "ready": one.dataset is not None,
                        "synthetic": one.synthetic,
                        "missing": one.missing or None,
                    }
                    for one in datasets
                ],
            }
        )
        return
    lines = ["Models (fidelity to the source from A to D: bench list --cards)"]
    for entry in registry:
        grade = entry.card.grade if entry.card else " "
        lines += [f"  {entry.name:<20}{grade}  {entry.display}", f"  {'':<23}  {entry.note}"]
    lines.append("Datasets (how to come by them, and what was found: bench datasets)")
    for one in datasets:
        ready = one.dataset is not None and one.spec is not None
        where = str(one.spec.path) if ready and one.spec else f"missing: {one.missing}"
        lines += [f"  {one.name:<20}{one.display}", f"  {'':<20}  {where}"]
    for line in lines:
        stdout.print(line, markup=False, highlight=False)


def _as_json(entry: "ModelEntry") -> dict[str, Any]:
    return {
        "name": entry.name,
        "display": entry.display,
        "group": entry.group,
        "note": entry.note,
        "card": entry.card.model_dump(mode="json") if entry.card else None,
    }
