"""Chi-squared feature difference: a spotter that learns nothing but one threshold.

    face crop ──► LBP histograms, 6 x 6 blocks ──► chi-squared: frame against tail and head ──► mean of the
    12 largest blocks ──► less what is around ──► peaks over mean + tau (max - mean) ──► peak +- k

Reference:
    Moilanen, Zhao and Pietikäinen, ICPR 2014; its card (`benchmarks.cards`) lists what differs here.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from benchmarks.features.blocks import BlockGrid, Counts
from benchmarks.features.difference import contrast, feature_difference
from benchmarks.features.lbp_frame import LbpFrameFeature
from benchmarks.features.store import FeatureStore
from benchmarks.models.base import FitContext, Spotter
from benchmarks.models.options import Options, read_options
from benchmarks.models.peaks import PeakRule, Scores, choose_tau, spot_films
from benchmarks.models.svm import Sigmoid, fit_sigmoid
from benchmarks.models.validation import training_and_validation
from meldae.decode import ScoredClip
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.predictions import ClipPrediction


class DifferenceOptions(Options):
    """Settings of the feature-difference spotter.

    Args:
        size: Crops are averaged down to this size, px.
        blocks: Rows and columns of blocks.
        radius: Of the LBP codes, px.
        largest: M, how many block differences are averaged; a third of the blocks when `None`.
        interval_ms: Tail to head, about the duration of an ME; the training MEs' median when `None`.
    """

    size: int = Field(default=112, ge=16)
    blocks: int = Field(default=6, ge=1, le=16)
    radius: int = Field(default=1, ge=1, le=5)
    largest: int | None = Field(default=None, ge=1)
    interval_ms: float | None = Field(default=None, gt=0)


class FeatureDifference(Spotter):
    """Peaks of the feature difference; it says nothing about the speaking state."""

    def __init__(self) -> None:
        self.options = DifferenceOptions()
        self.interval_s = 0.0
        self.tau = 0.5
        self._largest = 1.0
        self._sigmoid = Sigmoid()
        self._context: FitContext | None = None
        self._facts: dict[str, Any] = {}

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Take the MEs' duration from the training split, choose tau on the validation split.

        Raises:
            ManifestError: The training split has no ME and no interval is given.
        """
        self.options = read_options(DifferenceOptions, context.options, "chi2-difference")
        self._context = context
        train, check = training_and_validation(dataset, context.seed)
        if self.options.interval_ms is not None:
            self.interval_s = self.options.interval_ms / 1000
        else:
            self.interval_s = median_duration_s(dataset, train)
        scores = self._scores(dataset, check)
        scored = {
            clip.clip_id: ScoredClip(
                scores[clip.clip_id].astype(np.float32),
                dataset.reference_intervals(clip.clip_id),
                dataset.speaking_by_frame(clip.clip_id),
                clip.fps,
            )
            for clip in check
        }
        self._largest = max((float(one.max()) for one in scores.values() if len(one)), default=0.0)
        self.tau, value = choose_tau(check, scored, scores, self._rule)
        peaks = [float(scores[clip.clip_id].max()) for clip in check]
        self._sigmoid = fit_sigmoid(peaks, [clip.has_me for clip in check])
        self._facts = {"validation_objective": round(value, 4)}

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Peaks of the clips of a split, recording by recording."""
        if self._context is None:
            raise ValueError("Expected `fit` before `predict`.")
        clips = list(dataset.iter_clips(split))
        scores = self._scores(dataset, clips)
        found = spot_films(clips, scores, self._rule, self.tau, self._largest)
        return [
            ClipPrediction(
                clip.clip_id,
                segments=found[clip.clip_id],
                frame_scores=scaled(scores[clip.clip_id], self._largest),
                p_me=float(self._sigmoid(float(scores[clip.clip_id].max()))),
            )
            for clip in clips
        ]

    def describe(self) -> dict[str, Any]:
        """What was chosen."""
        return {
            **self._facts,
            "parameters": 0,
            "tau": self.tau,
            "interval_ms": round(1000 * self.interval_s, 1),
        }

    def _k(self, fps: float) -> int:
        return max(1, round(0.5 * self.interval_s * fps))

    def _rule(self, fps: float, tau: float) -> PeakRule:
        k = self._k(fps)
        return PeakRule(tau, k, k)

    def _scores(self, dataset: Dataset, clips: list[Clip]) -> dict[str, Scores]:
        if self._context is None:
            raise ValueError("Expected `fit` before `predict`.")
        options = self.options
        blocks = options.blocks * options.blocks
        largest = options.largest or max(1, round(blocks / 3))
        feature = LbpFrameFeature(
            options.radius, BlockGrid(options.blocks, options.blocks), options.size
        )
        store: FeatureStore[Counts] = FeatureStore(
            self._context.cache_dir, lambda _fps: feature, self._context.progress
        )
        found: dict[str, Scores] = {}
        for clip, counts in store.each(dataset, clips):
            k = self._k(clip.fps)
            flat = counts.reshape(len(counts), blocks, -1)
            found[clip.clip_id] = contrast(feature_difference(flat, k, largest), k)
        return found


def median_duration_s(dataset: Dataset, clips: list[Clip]) -> float:
    """Median duration of the clips' reference MEs in seconds.

    Raises:
        ManifestError: There is none.
    """
    durations = [
        interval.duration_ms / clip.fps
        for clip in clips
        for interval in dataset.reference_intervals(clip.clip_id)
    ]
    if not durations:
        raise ManifestError(f"{dataset.root}: no micro-expression in the training split")
    return float(np.median(durations))


def scaled(scores: Scores, largest: float) -> npt.NDArray[np.float32]:
    """Scores as shares of the largest, in [0, 1].

    Args:
        scores: Shape (T,).
        largest: Becomes 1; everything is 0 when it is not positive.
    """
    if largest <= 0:
        return np.zeros(len(scores), dtype=np.float32)
    return np.clip(scores / largest, 0, 1).astype(np.float32)
