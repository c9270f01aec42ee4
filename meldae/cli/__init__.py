"""The `meldae` command line: parse, call one library function, print. No logic lives here."""

import os

import typer

from wdmd_tools.cli.console import friendly

app = typer.Typer(
    name="meldae",
    help="Train a micro-expression spotter on a built dataset, score it, and use it on any video.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

# Threads that spin between OpenMP regions make two shared cores several times slower; this has to be set
# before torch loads.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _register() -> None:
    """Add every command; each module imports its heavy parts inside the command."""
    import importlib

    commands = (
        ("train", "train"),
        ("evaluate", "eval"),
        ("spot", "spot"),
        ("explain", "explain"),
        ("distill", "distill"),
        ("export", "export"),
    )
    for module, name in commands:
        command = getattr(importlib.import_module(f"meldae.cli.{module}"), module)
        app.command(name)(friendly(command))


_register()


def main() -> None:
    """Entry point of the console script."""
    app()
