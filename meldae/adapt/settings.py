"""How a trained model is fitted to another domain without its labels."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Method = Literal["none", "normalise", "match-rate", "self-train"]


class AdaptConfig(BaseModel):
    """What is done, and how far.

    Args:
        method: ``none``; ``normalise``: the input channels of each recording get the source's mean and
            spread; ``match-rate``: the threshold at which as much is found per minute as in the source;
            ``self-train``: some epochs on the source's labels and on what an averaged teacher says of
            the target.
        epochs: Of self-training, each as long as the source's training split.
        rate: Factor on the learning rates that the run was trained with.
        teacher: Decay per step of the teacher's weights.
        target_weight: Of the target's loss; the source's is 1.
        sure: Share of frames, by the teacher's score from below, that count as without an ME.
        seed: Of windows and augmentation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method = "none"
    epochs: int = Field(default=6, ge=1, le=1000)
    rate: float = Field(default=0.1, gt=0, le=1)
    teacher: float = Field(default=0.98, ge=0, lt=1)
    target_weight: float = Field(default=1.0, ge=0)
    sure: float = Field(default=0.8, gt=0, lt=1)
    seed: int = Field(default=0, ge=0, lt=2**31)
