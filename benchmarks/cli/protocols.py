"""`bench protocols`: under what a number was measured."""

from benchmarks.cli.options import Json


def protocols(as_json: Json = False) -> None:
    """List the protocols by name and version."""
    from dataclasses import asdict

    from benchmarks.protocols.definitions import PROTOCOLS
    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json

    if as_json:
        print_json({"protocols": [asdict(one) for one in PROTOCOLS]})
        return
    for number, one in enumerate(PROTOCOLS):
        lines = (f"{one.id}  {one.title}", f"  {one.rule}", f"  {one.made_by}")
        for line in [*([""] if number else []), *lines]:
            stdout.print(line, markup=False, highlight=False)
