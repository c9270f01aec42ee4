"""A configuration from a file: a run's ``config.json``, or YAML with some of the keys."""

from pathlib import Path

import yaml

from meldae.presets import get_config
from meldae.settings import RunConfig, load_config
from wdmd_tools.errors import ConfigError, describe_os_error


def read_config(path: Path, preset: str = "nano") -> RunConfig:
    """Read it.

    Args:
        path: A run's ``config.json`` holds every key and repeats that run; any other file holds groups
            such as ``training:`` that differ from the preset.
        preset: What the keys that are not there come from.

    Raises:
        ConfigError: It cannot be read, or a key or value is wrong.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ConfigError(describe_os_error(error, path)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: expected keys and values, such as `training:`")
    if isinstance(found.get("config"), dict) and "dataset" in found:
        return load_config(found["config"], str(path))
    return get_config(preset, **found)
