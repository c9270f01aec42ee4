"""The fields of a model card."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

GRADES: Mapping[str, str] = {
    "A": "as published: input, architecture or features, loss, training and output rule; deviations are "
    "named and none changes the method",
    "B": "its core is as published; what its source leaves open or was not made for (most were not made "
    "for spotting) is ours",
    "C": "in spirit: the published idea with parts or sizes of our own",
    "D": "ours: no published model is claimed",
}
"""Grades of fidelity to the source, from the closest to none."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Speed(_Frozen):
    """What one run took; comparable only within one machine and dataset.

    Args:
        fit_seconds: Training and every choice on the validation split, features included.
        frames_per_second: Test frames by seconds of prediction, features included where `features` says.
        features: ``"computed"`` when nothing was cached, else ``"cached"``, or ``"none"``.
        machine: Processor, cores or accelerator, and the load beside it.
        data: Which clips.
        command: What was run.
    """

    fit_seconds: float = Field(ge=0)
    frames_per_second: float = Field(gt=0)
    features: Literal["none", "computed", "cached"]
    machine: str = Field(min_length=1)
    data: str = Field(min_length=1)
    command: str = Field(min_length=1)


class ModelCard(_Frozen):
    """One model's card.

    Args:
        summary: One or two sentences: what it does.
        source: Citation, or that there is none.
        task: What the source was made for: spotting, recognition of cut clips, detection of actions.
        grade: Key of `GRADES`.
        sees: What of a clip it uses.
        chosen_on_validation: What is chosen on the validation split.
        deviations: Where it differs from the source, most important first.
        licence: Of the source, and whether any of its code or weights is used.
        parameters: Learnt numbers at the default settings; `None` where they depend on the data.
        speed: One measured run; `None` when not measured.
        warnings: What a reader of the table could take wrongly.
    """

    summary: str = Field(min_length=1)
    source: str = Field(min_length=1)
    task: Literal["spotting", "recognition", "detection", "none"]
    grade: Literal["A", "B", "C", "D"]
    sees: str = Field(min_length=1)
    chosen_on_validation: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    licence: str = Field(min_length=1)
    parameters: int | None = Field(default=None, ge=0)
    speed: Speed | None = None
    warnings: tuple[str, ...] = ()

    @property
    def fidelity(self) -> str:
        """The grade in words."""
        return GRADES[self.grade]
