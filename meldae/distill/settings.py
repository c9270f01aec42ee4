"""What may be set about learning from a teacher: ``--set distillation.temperature=4``."""

from collections.abc import Iterable

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from meldae.settings import RunConfig, apply_settings
from wdmd_tools.errors import ConfigError
from wdmd_tools.settings_errors import settings_fault

GROUP = "distillation"


class DistillConfig(BaseModel):
    """How much of the loss is the teacher's.

    Args:
        temperature: Divides the logits of both before they are compared; above 1 the teacher's doubts
            count for more.
        truth_weight: Of the usual losses against the annotators; 0 learns from the teacher alone.
        frame_weight: Of the divergence of frame logits.
        clip_weight: Of the divergence of ME and state logits.
        feature_weight: Of the difference between the frames' similarities; 0 leaves features out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(default=2.0, gt=0, le=100)
    truth_weight: float = Field(default=1.0, ge=0)
    frame_weight: float = Field(default=1.0, ge=0)
    clip_weight: float = Field(default=0.2, ge=0)
    feature_weight: float = Field(default=0.0, ge=0)


def apply_all(config: RunConfig, settings: Iterable[str]) -> tuple[RunConfig, DistillConfig]:
    """Changes of the student's configuration and of how it is taught.

    Args:
        config: The student's, to start from.
        settings: ``key=value`` texts; those of the group ``distillation`` are about the teaching.

    Raises:
        ConfigError: A key is unknown, or a value is wrong.

    Example:
        >>> apply_all(RunConfig(), ["distillation.temperature=4"])[1].temperature
        4.0
    """
    mine, values = [], {}
    for text in settings:
        key, equals, value = text.partition("=")
        group, _, name = key.partition(".")
        if group == GROUP and equals:
            try:
                values[name] = yaml.safe_load(value)
            except yaml.YAMLError:
                raise ConfigError(f"--set {text}: the value is not valid YAML") from None
        else:
            mine.append(text)
    try:
        how = DistillConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"--set {GROUP}.{settings_fault(error, DistillConfig)}") from None
    return apply_settings(config, mine), how
