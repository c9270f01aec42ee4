"""From raw scores to predictions: what is chosen on the validation split, for every adapter alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.models.svm import Sigmoid, fit_sigmoid
from meldae.decode import Decoding, ScoredClip, choose_decoding, decode
from meldae.settings import DecodingConfig
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.predictions import ClipPrediction


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
    """

    decoding: Decoding
    me: Sigmoid
    state: Sigmoid
    value: float

    @classmethod
    def choose(cls, dataset: Dataset, scored: Sequence[Scored]) -> "Decisions":
        """Choose on validation clips.

        Args:
            dataset: With their labels.
            scored: What the model says about them.
        """
        by_clip = {
            one.clip.clip_id: ScoredClip(
                one.frames,
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
        )

    def predict(self, one: Scored) -> ClipPrediction:
        """The prediction for a clip."""
        return ClipPrediction(
            one.clip.clip_id,
            segments=decode(one.frames, one.clip.fps, self.decoding),
            frame_scores=one.frames,
            p_me=float(self.me(one.me)),
            p_state=None if one.state is None else float(self.state(one.state)),
        )

    def describe(self) -> dict[str, Any]:
        """Facts for the result."""
        how = self.decoding
        return {
            "validation_objective": round(self.value, 4),
            "decoding": {
                "threshold": how.threshold,
                "low_share": how.low_share,
                "smooth_ms": how.smooth_ms,
                "min_ms": how.min_ms,
                "max_ms": how.max_ms,
            },
        }
