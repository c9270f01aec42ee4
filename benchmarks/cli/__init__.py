"""The `bench` command line: parse, call one library function, print. No logic lives here."""

import typer

from wdmd_tools.cli.console import friendly

app = typer.Typer(
    name="bench",
    help="Run models on datasets, score predictions, write leaderboards.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _register() -> None:
    """Add every command; each module imports its heavy parts inside the command."""
    import importlib

    for module, name in (
        ("list_models", "list"),
        ("datasets", "datasets"),
        ("protocols", "protocols"),
        ("run", "run"),
        ("reproduce", "reproduce"),
        ("score", "score"),
        ("add_model", "add-model"),
        ("spot", "spot"),
        ("sensitivity", "sensitivity"),
        ("leaderboard", "leaderboard"),
        ("report", "report"),
        ("compare", "compare"),
    ):
        command = getattr(importlib.import_module(f"benchmarks.cli.{module}"), module)
        app.command(name)(friendly(command))


_register()


def main() -> None:
    """Entry point of the console script."""
    app()
