"""Options of the rows ``boosting*``."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from benchmarks.features.flow_methods import FlowMethod
from benchmarks.models.boosting.decode import PUBLISHED_P
from benchmarks.models.boosting.timing import WINDOW_S
from benchmarks.models.options import Options

_SIZES: Mapping[str, Mapping[str, Any]] = {
    "nano": {"flow": "dis", "side": 128, "epochs": 20, "batch": 32, "rate": 1e-3},
    "paper": {"flow": "farneback", "side": 320, "epochs": 50, "batch": 256, "rate": 3e-4},
}
"""What goes with a size unless it is said: ``paper`` has the published numbers, and wants a GPU."""


class BoostingOptions(Options):
    """What a row is; what is not given of the first six follows the size.

    Args:
        size: ``nano``, which trains on a CPU in a minute or two, or ``paper``.
        flow: Method of the flow; ``farneback`` is the published one, ``dis`` costs far less.
        side: Of the canvas in which flow is computed, px.
        epochs: Passes over the windows.
        batch: Windows per step.
        rate: Largest learning rate of the one cycle.
        share: Of a region's vectors, the longest, that are averaged.
        window_s: Length of a window, seconds.
        negatives: Windows without an ME per window with one.
        p: Where the threshold of a film lies between its mean (0) and its largest score (1).
        strategy: How an interval is found around a peak.
        priors: Whether duration and class shares are estimated on the training clips.
        shared: Whether spotting and recognition share their backbone.
    """

    size: Literal["nano", "paper"] = "nano"
    flow: FlowMethod = "dis"
    side: int = Field(default=128, ge=32, le=1024)
    epochs: int = Field(default=20, ge=1)
    batch: int = Field(default=32, ge=2)
    rate: float = Field(default=1e-3, gt=0)
    share: float = Field(default=0.2, gt=0, le=1)
    window_s: float = Field(default=WINDOW_S, gt=0)
    negatives: float = Field(default=4.0, ge=0)
    p: float = Field(default=PUBLISHED_P, ge=0, lt=1)
    strategy: Literal["extensible", "fixed"] = "extensible"
    priors: bool = True
    shared: bool = True

    @model_validator(mode="before")
    @classmethod
    def _of_size(cls, given: Any) -> Any:
        """Fill in what goes with the size."""
        if not isinstance(given, dict):
            return given
        return {**_SIZES.get(str(given.get("size", "nano")), {}), **given}
