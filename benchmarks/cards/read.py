"""Cards from TOML files."""

import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from benchmarks.cards.model import ModelCard
from wdmd_tools.errors import ConfigError
from wdmd_tools.settings_errors import settings_fault

FOLDER = Path(__file__).parent
"""Where the cards of the built-in models are."""


def read_card(path: Path) -> ModelCard:
    """Read a card.

    Raises:
        ConfigError: The file is absent, no TOML, or a key is unknown, missing or wrong; the message
            names it.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {' '.join(str(error).split())}") from None
    try:
        return ModelCard.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {settings_fault(error, ModelCard)}") from None


@lru_cache(maxsize=64)
def built_in_card(name: str) -> ModelCard | None:
    """The card of a built-in model; `None` when there is none.

    Args:
        name: As in the registry.
    """
    path = FOLDER / f"{name}.toml"
    return read_card(path) if path.is_file() else None
