"""Read `protocol.yaml`."""

from pathlib import Path

from pydantic import BaseModel, ValidationError

from wdmd_tools.errors import ConfigError
from wdmd_tools.protocol.model import Duration, Protocol, Rating
from wdmd_tools.yaml_in import read_yaml, settings_error


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
        parts: dict[object, type[BaseModel]] = {"ratings": Rating, "durations": Duration}
        where = error.errors()[0]["loc"]
        model = parts.get(where[0], Protocol) if len(where) > 1 else Protocol
        raise settings_error(path, error, model.model_fields) from None
