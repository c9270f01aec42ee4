"""The adapter ``window``: a classifier of short pieces slides over the clip.

windows of 0.5 s ──► p(ME), p(speaking) ──► frames: weighted mean of the windows that hold them
                                        ──► clip: largest p(ME), mean p(speaking)
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from benchmarks.models.adapters.decided import Decisions, Scored
from benchmarks.models.adapters.spans import Float, Span, sliding_spans, spread, truth_of
from benchmarks.models.base import FitContext
from benchmarks.models.cut_clips import NothingToSpotError
from benchmarks.models.options import Options
from benchmarks.models.validation import training_and_validation
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.predictions import ClipPrediction


class SpanModel(ABC):
    """What the adapter needs of a model: two answers about a piece of a clip."""

    @abstractmethod
    def learn(
        self,
        dataset: Dataset,
        spans: Sequence[Span],
        truth: Float,
        check: Sequence[Span],
        check_truth: Float,
        context: FitContext,
    ) -> None:
        """Learn from spans.

        Args:
            dataset: Of the clips; without test clips.
            spans: N to learn from.
            truth: Shape (N, 2), see `truth_of`.
            check: M of the validation split, to choose an epoch on.
            check_truth: Shape (M, 2).
            context: Seed, folders, progress.
        """

    @abstractmethod
    def say(self, dataset: Dataset, spans: Sequence[Span], context: FitContext) -> Float:
        """Probabilities of an ME and of speaking, shape (N, 2)."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Facts for the result."""


class WindowOptions(Options):
    """Settings of the adapter.

    Args:
        window_ms: Duration of a window; the training split's median ME, but at least 0.2 s, when `None`.
        stride_ms: From one window to the next.
        negatives: Windows without an ME per window with one that are trained on.
        checked: At most so many windows of the validation split choose the epoch.
    """

    window_ms: float | None = Field(default=500.0, gt=0)
    stride_ms: float = Field(default=100.0, gt=0)
    negatives: float = Field(default=1.0, gt=0)
    checked: int = Field(default=800, ge=2)


class WindowAdapter:
    """Spots with a `SpanModel`.

    Args:
        model: Fresh.
        options: See `WindowOptions`.
    """

    def __init__(self, model: SpanModel, options: WindowOptions) -> None:
        self.model, self.options = model, options
        self.window_s = 0.0
        self._decisions: Decisions | None = None
        self._facts: dict[str, Any] = {}

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Learn from the training split's windows, choose on the validation split.

        Raises:
            NothingToSpotError: The training split has no window with an ME, or none without.
        """
        train, check = training_and_validation(dataset, context.seed)
        self.window_s = self._duration(dataset, train)
        generator = np.random.default_rng([context.seed, 23])
        spans = [span for clip in train for span in self._windows(clip)]
        truth = truth_of(dataset, spans)
        positive = np.flatnonzero(truth[:, 0] == 1)
        negative = np.flatnonzero(truth[:, 0] == 0)
        if not len(positive) or not len(negative):
            raise NothingToSpotError(
                f"{dataset.root}: windows of {1000 * self.window_s:.0f} ms with and without a "
                "micro-expression are needed in the training split"
            )
        wanted = min(len(negative), max(1, round(self.options.negatives * len(positive))))
        chosen = np.sort([*positive, *generator.choice(negative, wanted, replace=False)])
        held = [span for clip in check for span in self._windows(clip)]
        shown = np.sort(
            generator.choice(len(held), min(len(held), self.options.checked), replace=False)
        )
        held = [held[index] for index in shown]
        self.model.learn(
            dataset,
            [spans[index] for index in chosen],
            truth[chosen],
            held,
            truth_of(dataset, held),
            context,
        )
        self._decisions = Decisions.choose(dataset, self._score(dataset, check, context))
        self._facts = {"train_windows": len(chosen), "train_positives": len(positive)}

    def predict(self, dataset: Dataset, split: str, context: FitContext) -> list[ClipPrediction]:
        """Score and decode the clips of a split."""
        if self._decisions is None:
            raise ValueError("Expected `fit` before `predict`.")
        scored = self._score(dataset, list(dataset.iter_clips(split)), context)
        return [self._decisions.predict(one) for one in scored]

    def describe(self) -> dict[str, Any]:
        """Facts for the result."""
        chosen = {} if self._decisions is None else self._decisions.describe()
        return {
            **self._facts,
            **self.model.describe(),
            **chosen,
            "adapter": "window",
            "window_ms": round(1000 * self.window_s, 1),
        }

    def _windows(self, clip: Clip) -> list[Span]:
        return sliding_spans(clip, self.window_s, self.options.stride_ms / 1000)

    def _duration(self, dataset: Dataset, clips: Sequence[Clip]) -> float:
        if self.options.window_ms is not None:
            return self.options.window_ms / 1000
        durations = [
            one.duration_ms / clip.fps
            for clip in clips
            for one in dataset.reference_intervals(clip.clip_id)
        ]
        if not durations:
            raise ManifestError(f"{dataset.root}: no micro-expression in the training split")
        return max(0.2, float(np.median(durations)))

    def _score(self, dataset: Dataset, clips: Sequence[Clip], context: FitContext) -> list[Scored]:
        found = []
        for done, clip in enumerate(clips):
            spans = self._windows(clip)
            said: npt.NDArray[np.float32] = self.model.say(dataset, spans, context)
            found.append(
                Scored(
                    clip,
                    spread(said[:, 0], spans, clip.n_frames),
                    _logit(float(said[:, 0].max())),
                    _logit(float(said[:, 1].mean())),
                )
            )
            context.progress("windows of clips", done + 1, len(clips))
        return found


def _logit(share: float) -> float:
    inside = min(max(share, 1e-6), 1 - 1e-6)
    return float(np.log(inside / (1 - inside)))
