"""Every error a user can meet, in one tree, with the exit code it ends in.

    WdmdError                       1   anything foreseen that has no class of its own
    ├── ConfigError                 2   a setting, key or path given by the user is wrong
    │   └── UnknownNameError        2   a name that is not registered (did you mean ...?)
    ├── DataError                   3   input files are there but nothing can be made of them
    │   ├── AnnotationError         3   an ELAN file, tier or annotation
    │   ├── VideoError              3   a video
    │   ├── ManifestError           3   a dataset folder or one of its tables
    │   └── ModelFileError          3   a checkpoint or a weights file
    ├── MissingDependencyError      5   a package, binary or model file is not on this machine
    └── PartialResultError          4   work was done and saved, but part of it was rejected

A message is one line that says which file, tier, annotation or key, what is wrong and how to mend it.
The command lines print it after ``error:`` without a traceback (`wdmd_tools.cli.console`).
Wrong calls by a programmer raise `ValueError` or `TypeError` instead.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path

EXIT_OK = 0
EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_DATA = 3
EXIT_PARTIAL = 4
EXIT_MISSING = 5


_LISTED = 40
"""Names that a message lists at most."""


class WdmdError(Exception):
    """A foreseen failure, told to the user in one line."""

    exit_code: int = EXIT_FAILURE


class ConfigError(WdmdError):
    """A setting, key or path given by the user is wrong."""

    exit_code = EXIT_USAGE


class UnknownNameError(ConfigError):
    """A name that is not registered.

    Args:
        kind: What was looked up, for example ``"model"``.
        name: The name as given.
        known: All names that would have been accepted.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = difflib.get_close_matches(name, names, n=1)
        listed = ", ".join(names[:_LISTED]) or "none"
        more = f", ... ({len(names)} in all)" if len(names) > _LISTED else ""
        hint = f"did you mean {close[0]!r}?" if close else f"known: {listed}{more}"
        super().__init__(f"unknown {kind} {name!r}; {hint}")


class DataError(WdmdError):
    """Input files are there, but nothing can be made of them."""

    exit_code = EXIT_DATA


class AnnotationError(DataError):
    """An ELAN file, tier or annotation that cannot be used."""


class VideoError(DataError):
    """A video that cannot be used."""


class ManifestError(DataError):
    """A dataset folder, or one of its tables, that cannot be used."""


class ModelFileError(DataError):
    """A checkpoint or weights file that cannot be used."""


class MissingDependencyError(WdmdError):
    """A package, binary or model file is not on this machine."""

    exit_code = EXIT_MISSING


class PartialResultError(WdmdError):
    """Work was done and saved, but part of it was rejected."""

    exit_code = EXIT_PARTIAL


def describe_os_error(error: OSError, path: Path | str) -> str:
    """One line for an operating system error, with the cure for the usual ones.

    Args:
        error: The error as caught.
        path: The path the program was working on.

    Returns:
        For example ``"demo/raw/a.mp4: no space left on the device; free some or choose --out"``.
    """
    import errno

    cures = {
        errno.ENOSPC: "no space left on the device; free some space or choose another --out, "
        "then run the same command again: finished work is kept",
        errno.EACCES: "permission denied; check the owner and mode of the file or folder",
        errno.EROFS: "the file system is read-only; choose another --out",
        errno.ENOENT: "no such file or folder",
        errno.ENOTDIR: "part of the path is a file, not a folder",
        errno.EISDIR: "is a folder, expected a file",
    }
    return f"{path}: {cures.get(error.errno or 0, error.strerror or str(error))}"
