"""What a user may set about the synthetic data."""

import hashlib
from fractions import Fraction
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wdmd_tools.errors import ConfigError
from wdmd_tools.settings_errors import option_fault
from wdmd_tools.synth.camera import Camera

GENERATOR_VERSION = 1
"""Raised whenever the same settings would render something else; part of every stamp."""

Layout = Literal["tiers", "files"]

_NTSC = {23.976: 24, 29.97: 30, 47.952: 48, 59.94: 60, 119.88: 120}


class SynthConfig(BaseModel):
    """Settings of `wdmd demo`; a data set is reproducible from this object alone.

    Args:
        recordings: How many conversations are rendered.
        subjects: How many different people appear; recording i shows subject i modulo this.
        fps: Frames per second, 10 to 240. 23.976, 29.97, 47.952, 59.94 and 119.88 mean n * 1000 / 1001.
        size: Width and height of the video in pixels, even, 96 to 2160.
        seconds: Length of a recording, 2 to 3600.
        me_amplitude: Factor on the size of micro-expressions; 1 is subtle, 0 removes all movement.
        me_rate: Micro-expressions per second, 0 to 1.
        macro_rate: Macro-expressions per second, 0 to 1.
        noise: Camera noise, standard deviation in grey levels, 0 to 20.
        crf: Quality of H.264, 0 (lossless) to 40.
        seed: Seed of everything.
        camera: What films it, see `wdmd_tools.synth.camera`.
        layout: `tiers`: one EAF with `ME@A1` tiers; `files`: one EAF per annotator.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recordings: int = Field(default=12, ge=1, le=100_000)
    subjects: int = Field(default=6, ge=1, le=10_000)
    fps: float = Field(default=60.0, ge=10, le=240)
    size: int = Field(default=360, ge=96, le=2160, multiple_of=2)
    seconds: float = Field(default=60.0, ge=2, le=3600)
    me_amplitude: float = Field(default=1.0, ge=0, le=5)
    me_rate: float = Field(default=0.2, ge=0, le=1)
    macro_rate: float = Field(default=0.12, ge=0, le=1)
    noise: float = Field(default=2.5, ge=0, le=20)
    crf: int = Field(default=20, ge=0, le=40)
    seed: int = Field(default=0, ge=0, lt=2**31)
    camera: Camera = "studio"
    layout: Layout = "tiers"

    @model_validator(mode="after")
    def _subjects_fit(self) -> "SynthConfig":
        if self.subjects > self.recordings:
            raise ValueError(
                f"{self.subjects} subjects need at least as many recordings, got {self.recordings}; "
                "raise --recordings or lower --subjects"
            )
        return self

    @property
    def frame_rate(self) -> Fraction:
        """The exact frame rate."""
        for nominal, whole in _NTSC.items():
            if abs(self.fps - nominal) < 0.002:
                return Fraction(whole * 1000, 1001)
        return Fraction(self.fps).limit_denominator(1000)

    @property
    def n_frames(self) -> int:
        """Frames of a recording."""
        return int(self.seconds * self.frame_rate)

    @property
    def duration_ms(self) -> int:
        """Length of a recording in whole milliseconds, never past its last frame."""
        return int(self.n_frames * 1000 / self.frame_rate)

    def recording_id(self, index: int) -> str:
        """Name of a recording by its 0-based number."""
        return f"demo{index + 1:03d}"

    def subject_index(self, index: int) -> int:
        """0-based number of the subject that a recording shows."""
        return index % self.subjects

    def subject_id(self, index: int) -> str:
        """Name of the subject that a recording shows."""
        return f"S{self.subject_index(index) + 1:02d}"

    def stamp(self, index: int) -> str:
        """Hash of all that the files of one recording depend on, hexadecimal."""
        fields = self.model_dump(mode="json", exclude={"recordings", "subjects"})
        if self.camera == "studio":
            del fields["camera"]  # younger than the first films, which are known again
        fields |= {
            "version": GENERATOR_VERSION,
            "index": index,
            "subject": self.subject_index(index),
        }
        text = "\n".join(f"{key}={fields[key]!r}" for key in sorted(fields))
        return hashlib.sha256(text.encode()).hexdigest()


def make_config(**settings: Any) -> SynthConfig:
    """Build a `SynthConfig` from command-line settings.

    Args:
        settings: Fields of `SynthConfig`.

    Raises:
        ConfigError: A value is out of range; the message names the option.
    """
    try:
        return SynthConfig(**settings)
    except ValidationError as error:
        raise ConfigError(option_fault(error)) from None
