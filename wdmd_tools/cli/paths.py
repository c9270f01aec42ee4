"""Folders and files that a command writes: refused before the work starts, not after it."""

import os
import re
import shlex
from pathlib import Path

from wdmd_tools.errors import ConfigError

_MADE_BY = re.compile(rb'<PROPERTY NAME="made_by">(?:meldae|bench) spot</PROPERTY>')
_AUTHOR = re.compile(rb'<ANNOTATION_DOCUMENT\b[^>]*\bAUTHOR="([^"]*)"')
_TIER = re.compile(rb"<TIER\b")
_ANNOTATOR = re.compile(rb'<TIER\b[^>]*\bANNOTATOR="([^"]*)"')


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


def check_out_file(out: Path | None, *, option: str, endings: tuple[str, ...] = ()) -> None:
    """Refuse a file that cannot be written, or whose name is that of another kind of file.

    The ending keeps a mistyped option from replacing a film.

    Args:
        out: As typed; `None` is fine. Folders that are not there yet are.
        option: Its name, for the message.
        endings: Lower case with the dot, such as ``(".csv",)``; empty takes any.

    Raises:
        ConfigError: It is a folder, lies below a file, may not be written, or has another ending.
    """
    if out is None:
        return
    if out.is_dir():
        raise ConfigError(f"{option} {out}: is a folder, expected a file")
    if endings and out.suffix.lower() not in endings:
        raise ConfigError(f"{option} {out}: expected a name that ends in {' or '.join(endings)}")
    parent = next((one for one in out.absolute().parents if one.exists()), None)
    if parent is not None and not parent.is_dir():
        raise ConfigError(f"{option} {out}: {parent} is a file, expected a folder")
    if parent is not None and not os.access(parent, os.W_OK):
        raise ConfigError(f"{option} {out}: {parent} may not be written to; choose another folder")


def check_out_eaf(out: Path | None, *, option: str = "--eaf") -> None:
    """Refuse an ELAN file that cannot be written, or that holds what people annotated.

    What an earlier ``spot`` wrote is replaced, unless somebody added a tier to it.

    Args:
        out: As typed; `None` is fine.
        option: Its name, for the message.

    Raises:
        ConfigError: As `check_out_file`, or it is there and not only a model's.
    """
    check_out_file(out, option=option, endings=(".eaf",))
    if out is not None and out.exists() and not _is_a_models(out.read_bytes()):
        raise ConfigError(
            f"{option} {out}: is there already and holds more than a model's findings; choose another "
            "name, or move it away"
        )


def _is_a_models(eaf: bytes) -> bool:
    author = _AUTHOR.search(eaf)
    if author is None or not _MADE_BY.search(eaf):
        return False
    whose = _ANNOTATOR.findall(eaf)
    return len(whose) == len(_TIER.findall(eaf)) and set(whose) <= {author.group(1)}


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
