"""Folders that a command writes: refused before the work starts, not after it."""

import os
import shlex
from pathlib import Path

from wdmd_tools.errors import ConfigError


def check_out_folder(out: Path | None, *, data: Path | None = None, option: str = "--out") -> None:
    """Refuse a folder that cannot be written to, or lies inside a dataset.

    Args:
        out: As typed; `None` is fine.
        data: A dataset folder whose own files must stay as they are.
        option: Its name, for the message.

    Raises:
        ConfigError: It is a file, lies below a file or in the dataset, or may not be written.
    """
    if out is None:
        return
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{option} {out}: is a file, expected a folder")
    parent = next((one for one in (out, *out.absolute().parents) if one.exists()), None)
    if parent is not None and not parent.is_dir():
        raise ConfigError(f"{option} {out}: {parent} is a file, expected a folder")
    if parent is not None and not os.access(parent, os.W_OK):
        raise ConfigError(f"{option} {out}: {parent} may not be written to; choose another folder")
    if data is not None and out.resolve().is_relative_to(data.resolve()):
        raise ConfigError(
            f"{option} {out}: lies in the dataset {data}; choose a folder beside it, so that the dataset "
            "stays as it was built"
        )


def typed(*words: object) -> str:
    """Words as they can be pasted into a shell, quoted where need be.

    Example:
        >>> typed("wdmd", "build", "--elan", "my demo/ann")
        'wdmd build --elan "my demo/ann"'
    """
    return " ".join(_quoted(str(word)) for word in words)


def _quoted(word: str) -> str:
    """Double quotes, which cmd.exe knows too, unless something in the word is special within them."""
    if shlex.quote(word) == word:
        return word
    return shlex.quote(word) if set(word) & set('"$`\\!%') else f'"{word}"'
