"""Read `protocol.yaml`."""

from pathlib import Path

from pydantic import ValidationError

from wdmd_tools.errors import ConfigError
from wdmd_tools.protocol.model import Protocol
from wdmd_tools.settings_errors import settings_fault
from wdmd_tools.yaml_in import read_yaml


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
    given = read_yaml(path)
    given = {} if given is None else given
    if not isinstance(given, dict):
        raise ConfigError(f"{path}: expected keys and values, such as `tiers:`")
    default = Protocol()
    for key, base in (("tiers", default.tiers), ("state_values", default.state_values)):
        if isinstance(given.get(key), dict):
            given[key] = {**base, **given[key]}
    try:
        return Protocol.model_validate(given)
    except ValidationError as error:
        raise ConfigError(f"{path}: {settings_fault(error, Protocol)}") from None
