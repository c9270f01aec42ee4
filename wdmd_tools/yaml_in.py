"""Read a YAML file that a person wrote, and say in their words what is wrong with it."""

from pathlib import Path
from typing import Any

import yaml

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
