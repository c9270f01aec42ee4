"""Read `protocol.yaml`."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from wdmd_tools.errors import ConfigError, describe_os_error
from wdmd_tools.protocol.model import Protocol


def load_protocol(path: Path | None) -> Protocol:
    """Read ``protocol.yaml``; the built-in protocol when `None`.

    Args:
        path: A YAML file with any of the fields of `Protocol`. Kinds that ``tiers`` leaves out keep
            their usual names.

    Raises:
        ConfigError: It cannot be read, or a key or value is wrong.
    """
    if path is None:
        return Protocol()
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}
    except OSError as error:
        raise ConfigError(describe_os_error(error, path)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        raise ConfigError(f"{path}: expected keys and values, such as `tiers:`")
    default = Protocol()
    for key, base in (("tiers", default.tiers), ("state_values", default.state_values)):
        if isinstance(given.get(key), dict):
            given[key] = {**base, **given[key]}
    try:
        return Protocol.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "protocol"
        message = "no such key" if first["type"] == "extra_forbidden" else first["msg"]
        raise ConfigError(f"{path}: {where}: {message}") from None
