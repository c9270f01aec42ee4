"""`bench list`: what there is."""

from benchmarks.cli.options import DATA, ConfigFile, Json, configured


def list_models(config: ConfigFile = None, as_json: Json = False) -> None:
    """List models and datasets."""
    from benchmarks.datasets import open_datasets
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json

    settings, registry = configured(config)
    datasets, _ = open_datasets(settings, (), DATA)
    if as_json:
        print_json(
            {
                "models": [
                    {"name": m.name, "display": m.display, "group": m.group, "note": m.note}
                    for m in registry
                ],
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
    lines = ["Models"]
    for entry in registry:
        lines += [f"  {entry.name:<20}{entry.display}", f"  {'':<20}  {entry.note}"]
    lines.append("Datasets")
    for one in datasets:
        ready = one.dataset is not None and one.spec is not None
        where = str(one.spec.path) if ready and one.spec else f"missing: {one.missing}"
        lines += [f"  {one.name:<20}{one.display}", f"  {'':<20}  {where}"]
    for line in lines:
        stdout.print(line, markup=False, highlight=False)
