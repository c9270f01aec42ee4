"""From raw scores to predictions: what is chosen on the validation split, for every adapter alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.models.svm import Sigmoid, fit_sigmoid
from meldae.calibration import rescale
from meldae.decode import Decoding, ScoredClip, choose_decoding, decode
from meldae.settings import DecodingConfig
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.predictions import ClipPrediction

SPREAD = 1.5
"""Standard deviation of the logits of frames: 0.05 and 0.95 are then two of them from the mean."""


@dataclass(frozen=True)
class Scored:
    """What an adapter says about a clip before anything is decided.

    Args:
        clip: Which.
        frames: Shape (T,), in [0, 1].
        me: How sure it is of an ME in the clip, any number.
        state: How sure it is that the subject speaks; `None` when it does not say.
    """

    clip: Clip
    frames: npt.NDArray[np.float32]
    me: float
    state: float | None


@dataclass(frozen=True)
class Decisions:
    """How scores become a prediction.

    Args:
        decoding: Of frames.
        me: Of the clip's ME score.
        state: Of the clip's state score.
        value: The decoding's objective on the validation split.
        frame_scale: Factor on the logits of frames, before anything else is done with them.
        frame_bias: Added to them then.
    """

    decoding: Decoding
    me: Sigmoid
    state: Sigmoid
    value: float
    frame_scale: float = 1.0
    frame_bias: float = 0.0

    @classmethod
    def choose(cls, dataset: Dataset, scored: Sequence[Scored]) -> "Decisions":
        """Choose on validation clips.

        Thresholds are tried in steps of 0.05. A model that is unsure says 0.45 to 0.55 of every frame, and
        no step would part them: the logits of frames are first scaled to a common spread.

        Args:
            dataset: With their labels.
            scored: What the model says about them.
        """
        scale, bias = spread_of([one.frames for one in scored])
        by_clip = {
            one.clip.clip_id: ScoredClip(
                rescale(one.frames, scale, bias),
                dataset.reference_intervals(one.clip.clip_id),
                dataset.speaking_by_frame(one.clip.clip_id),
                one.clip.fps,
            )
            for one in scored
        }
        decoding, value = choose_decoding(by_clip, DecodingConfig())
        states = [
            (one.state, one.clip.speaking)
            for one in scored
            if one.state is not None and one.clip.speaking is not None
        ]
        return cls(
            decoding,
            fit_sigmoid([one.me for one in scored], [one.clip.has_me for one in scored]),
            fit_sigmoid([said for said, _ in states], [true for _, true in states]),
            value,
            scale,
            bias,
        )

    def predict(self, one: Scored) -> ClipPrediction:
        """The prediction for a clip."""
        frames = rescale(one.frames, self.frame_scale, self.frame_bias)
        return ClipPrediction(
            one.clip.clip_id,
            segments=decode(frames, one.clip.fps, self.decoding),
            frame_scores=frames,
            p_me=float(self.me(one.me)),
            p_state=None if one.state is None else float(self.state(one.state)),
        )

    def describe(self) -> dict[str, Any]:
        """Facts for the result."""
        how = self.decoding
        return {
            "validation_objective": round(self.value, 4),
            "frame_scale": round(self.frame_scale, 3),
            "frame_bias": round(self.frame_bias, 3),
            "decoding": {
                "threshold": how.threshold,
                "low_share": how.low_share,
                "smooth_ms": how.smooth_ms,
                "min_ms": how.min_ms,
                "max_ms": how.max_ms,
            },
        }


def spread_of(scores: Sequence[npt.NDArray[np.float32]]) -> tuple[float, float]:
    """Scale and bias after which logits have mean 0 and standard deviation `SPREAD`.

    Args:
        scores: Of the frames of each clip, in [0, 1].

    Returns:
        (1, 0) where all are equal.
    """
    every = np.concatenate([np.zeros(0), *scores]).clip(1e-6, 1 - 1e-6)
    logits = np.log(every) - np.log1p(-every)
    if not len(logits) or logits.std() < 1e-9:
        return 1.0, 0.0
    scale = SPREAD / float(logits.std())
    return scale, -scale * float(logits.mean())
