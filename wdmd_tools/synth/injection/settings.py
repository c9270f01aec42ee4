"""What a user may set about injected micro-expressions."""

import hashlib
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wdmd_tools.errors import ConfigError
from wdmd_tools.settings_errors import option_fault
from wdmd_tools.synth.injection.levels import Levels, parse_levels

INJECTION_VERSION = 1
"""Raised whenever the same settings would inject something else; part of every stamp."""

AMPLITUDES_PERCENT = "0.5-6"
"""Default range. The paper's MEs move landmarks by 0.5 to 2 px in a crop of 224 px: 0.8 to 3 %."""
DURATIONS_MS = "150-500"

Annotators = Literal["truth", "simulated"]


class InjectionConfig(BaseModel):
    """Settings of `wdmd demo --from`; with the films, all that the result depends on.

    Args:
        me_rate: MEs per second of film, 0 to 2; fewer where there is no room.
        me_amplitude: Largest displacement in per cent of the inter-ocular distance, 0.05 to 20: one
            value, several (``1,2,4``) or a range (``0.5-6``).
        me_duration: Onset to offset in ms, 60 to 1000, likewise.
        versions: How many times each film is injected, each time with other MEs.
        control: Whether each film is also encoded without an ME.
        annotators: ``truth``: one annotator who knows; ``simulated``: three who make mistakes.
        crf: Quality of H.264, 0 (lossless) to 40.
        seed: Seed of everything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    me_rate: float = Field(default=0.2, gt=0, le=2)
    me_amplitude: str = AMPLITUDES_PERCENT
    me_duration: str = DURATIONS_MS
    versions: int = Field(default=1, ge=1, le=999)
    control: bool = True
    annotators: Annotators = "truth"
    crf: int = Field(default=12, ge=0, le=40)
    seed: int = Field(default=0, ge=0, lt=2**31)

    @property
    def amplitudes(self) -> Levels:
        """Amplitudes, per cent of the inter-ocular distance."""
        return parse_levels(self.me_amplitude, "--me-amplitude", 0.05, 20)

    @property
    def durations(self) -> Levels:
        """Durations, ms."""
        return parse_levels(self.me_duration, "--me-duration", 60, 1000)

    def stamp(self, film_sha256: str, version: int) -> str:
        """Hash of all that the files of one output film depend on, hexadecimal.

        Args:
            film_sha256: Of the source film.
            version: 0 for the control.
        """
        fields = self.model_dump(mode="json", exclude={"versions", "control"})
        if version == 0:
            fields = {"crf": self.crf, "annotators": self.annotators, "seed": self.seed}
        fields |= {"film": film_sha256, "number": version, "code": INJECTION_VERSION}
        text = "\n".join(f"{key}={fields[key]!r}" for key in sorted(fields))
        return hashlib.sha256(text.encode()).hexdigest()


def make_injection_config(**settings: Any) -> InjectionConfig:
    """Build an `InjectionConfig` from command-line settings.

    Args:
        settings: Fields of `InjectionConfig`.

    Raises:
        ConfigError: A value is out of range; the message names the option.
    """
    try:
        config = InjectionConfig(**settings)
    except ValidationError as error:
        raise ConfigError(option_fault(error)) from None
    _ = config.amplitudes, config.durations  # refuse what cannot be read before any work
    return config
