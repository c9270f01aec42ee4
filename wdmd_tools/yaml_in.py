"""Read a YAML file that a person wrote, and say in their words what is wrong with it."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from wdmd_tools.errors import ConfigError, describe_os_error


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; `None` for an empty one.

    Args:
        path: In UTF-8, with or without a byte order mark.

    Raises:
        ConfigError: It cannot be read, is not UTF-8, is indented with tabs, or is no YAML.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(describe_os_error(error, path)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{path}:{line}: not UTF-8; save it as UTF-8 (Notepad: Save as, Encoding: UTF-8)"
        ) from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        lines = text.splitlines()
        before = "" if mark is None or mark.line >= len(lines) else lines[mark.line]
        if mark is not None and "\t" in before[: mark.column + 1]:
            reason = f"use spaces, not tabs (line {mark.line + 1})"
        else:
            reason = " ".join(str(error).replace('in "<unicode string>", ', "").split())
        raise ConfigError(f"{path}: not valid YAML: {reason}") from None


def settings_error(
    path: Path, error: ValidationError, known: Iterable[str], hint: str = ""
) -> ConfigError:
    """The first thing wrong with settings, in one line without the words of the validator.

    Args:
        path: The file.
        error: As caught.
        known: Keys that may stand where an unknown one was found.
        hint: Added to errors that say nothing about the cure.
    """
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    message = _in_plain_words(first, known, hint)
    return ConfigError(f"{path}: {where}: {message}" if where else f"{path}: {message}")


def _in_plain_words(first: Any, known: Iterable[str], hint: str) -> str:
    kind, given = first["type"], first.get("input")
    if kind == "extra_forbidden":
        names = sorted(known)
        close = difflib.get_close_matches(str(first["loc"][-1]), names, n=1)
        near = f"did you mean {close[0]!r}? " if close else ""
        return f"no such key; {near}known: {', '.join(names)}"
    if kind == "string_type" and isinstance(given, bool):
        return 'YAML reads yes, no, on and off as true and false; put quotes around the word: "yes"'
    if kind in ("tuple_type", "list_type"):
        return f"expected a list; write it in brackets: [{_short(given)}]" + hint
    if kind == "missing":
        return "is missing" + hint
    message = str(first["msg"]).removeprefix("Value error, ")
    plain = message.replace("Input should be a valid ", "expected a ").replace(
        "Input should be ", "expected "
    )
    plain = plain.replace("a dictionary or instance of", "keys and values of a")
    return plain if plain == message else f"{plain}, found {_short(given)}{hint}"


def _short(given: Any) -> str:
    text = " ".join(str(given).split())
    return text if len(text) <= 40 else f"{text[:40]}..."
