"""What every command line of this project shares: streams, errors, progress.

Results go to standard output, everything else to standard error, so ``--json`` can be piped. Where the
output is not a terminal, rich writes plain text.
"""

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from wdmd_tools.errors import EXIT_FAILURE, WdmdError, describe_os_error

out = Console(soft_wrap=True)
"""Results."""

err = Console(stderr=True, soft_wrap=True)
"""Progress, warnings and errors."""

P = ParamSpec("P")
R = TypeVar("R")


def progress_bar(*, enabled: bool = True) -> Progress:
    """A progress display with ETA on standard error; silent where that is not a terminal.

    Args:
        enabled: Set to `False` to hide it.
    """
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("ETA"),
        TimeRemainingColumn(),
        console=err,
        disable=not (enabled and err.is_terminal),
    )


def print_json(value: Any) -> None:
    """Print one JSON document on standard output and nothing else; NaN is refused."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def say(message: str) -> None:
    """One line to the user on standard error; brackets in file names are safe."""
    err.print(escape(message), highlight=False)


def warn(message: str) -> None:
    """A warning line on standard error."""
    err.print(f"[yellow]warning:[/] {escape(message)}", highlight=False)


def friendly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn foreseen errors of a command into one line and its documented exit code.

    Args:
        command: A typer command function.

    Returns:
        The same function; a `WdmdError`, `OSError` or lack of memory ends in ``error: ...`` on standard
        error.
    """

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except WdmdError as error:
            err.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            err.print("interrupted; run the same command again to go on where it stopped")
            raise typer.Exit(130) from None
        except (MemoryError, OverflowError) as error:
            reason = str(error).splitlines()[0] if str(error) else "no details"
            err.print(
                f"[bold red]error:[/] too large for this machine ({escape(reason)}); try smaller numbers",
                highlight=False,
            )
            raise typer.Exit(EXIT_FAILURE) from None
        except OSError as error:
            where = Path(error.filename) if error.filename else Path("?")
            message = describe_os_error(error, where)
            err.print(f"[bold red]error:[/] {escape(message)}", highlight=False)
            raise typer.Exit(EXIT_FAILURE) from None

    return wrapper
