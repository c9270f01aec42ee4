"""Options of a model, checked."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from wdmd_tools.errors import ConfigError
from wdmd_tools.settings_errors import settings_fault


class Options(BaseModel):
    """Base of all options: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


OptionsT = TypeVar("OptionsT", bound=Options)


def read_options(kind: type[OptionsT], values: Mapping[str, Any], model: str) -> OptionsT:
    """Check the options of a model.

    Args:
        kind: What the model takes.
        values: From the registry or ``bench.yaml``.
        model: Its name, for messages.

    Raises:
        ConfigError: A key is unknown or a value is wrong.
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        raise ConfigError(f"model {model!r}: option {settings_fault(error, kind)}") from None
