"""The `wdmd` command line: parse, call one library function, print. No logic lives here."""

from typing import Annotated

import typer

from wdmd_tools.cli.console import friendly

app = typer.Typer(
    name="wdmd",
    help="ELAN annotations and raw video to a face-crop dataset; annotator agreement; statistics.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from wdmd_tools import __version__
        from wdmd_tools.cli.console import out

        out.print(f"wdmd {__version__}", markup=False, highlight=False)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and end."
        ),
    ] = False,
) -> None:
    """ELAN annotations and raw video to a face-crop dataset; annotator agreement; statistics."""


COMMANDS = (
    "demo",
    "template",
    "check",
    "build",
    "import_",
    "agreement",
    "stats",
    "report",
    "split",
    "screen",
    "export",
    "review",
    "doctor",
)
"""In the order of ``wdmd --help``: one module of this package each, with a function of the same name.

``import_`` is ``wdmd import``: the word is Python's."""


def _register() -> None:
    """Add every command; each module imports its heavy parts inside the command."""
    import importlib

    for name in COMMANDS:
        module = importlib.import_module(f"wdmd_tools.cli.{name}")
        app.command(name.rstrip("_"))(friendly(getattr(module, name)))


def main() -> None:
    """Entry point of the console script."""
    _register()
    app()
