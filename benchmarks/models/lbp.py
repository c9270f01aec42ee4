"""LBP-TOP or LBP-SIP with linear SVMs, made into a spotter.

    face crop ──► LBP histograms per frame and block ──► windows ──► SVM ──► sigmoid ──► frame scores
                                                            └──────► SVM of the state      │
                                                                          segments ◄── decoding

The paper lists both among its baselines and does not say how they became spotters. Ours: windows of the
training MEs' median duration; a window is positive when its temporal IoU with a reference is at least 0.5;
a frame's score is the mean probability of the windows that cover it; segments are decoded as MELDAE's are
(`meldae.decode`), with everything chosen on the validation split. A clip's probability of an ME comes from
its largest window margin, that of speaking from the mean margin of a second SVM.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from benchmarks.features.blocks import BlockGrid, Counts
from benchmarks.features.lbp_codes import LbpGeometry
from benchmarks.features.store import FeatureSettings, HistogramStore
from benchmarks.features.windows import window_descriptors, window_starts
from benchmarks.models.base import FitContext, Recogniser, Spotter
from benchmarks.models.cut_clips import NOT_LEARNT, NothingToSpotError, say_nothing
from benchmarks.models.emotion_svm import EmotionSide, clips_of_samples, in_order
from benchmarks.models.options import Options, read_options
from benchmarks.models.svm import LinearSvm, Sigmoid, fit_sigmoid, train_svm
from benchmarks.models.validation import training_and_validation
from meldae.decode import Decoding, ScoredClip, choose_decoding, decode
from meldae.settings import DecodingConfig
from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample
from wdmd_tools.metrics.dialogue import majority_state
from wdmd_tools.predictions import ClipPrediction, Recognition

Float = npt.NDArray[np.float32]


class LbpOptions(Options):
    """Settings of the LBP spotters.

    Args:
        size: Crops are averaged down to this size, px.
        blocks: Rows and columns of blocks; 5 x 5 is usual for CASME II.
        radius: Radius in x and y, px.
        radius_t_ms: Radius in time; one frame to a third of a window. The rise of an ME takes 100 to
            200 ms, so neighbouring frames hardly differ. Chosen on the validation windows of 24 synthetic
            recordings at 60 fps (one seed, LBP-TOP, C = 3, without the limit of a third of a window):
            average precision 0.067 at 33 ms and 0.114 at 133 ms, where chance is 0.049.
        stride_ms: Step between windows.
        window_ms: Duration of a window; the training MEs' median when `None`.
        negatives: Training windows without an ME, per window with one.
        costs: Values of the SVM's C that are tried.
    """

    size: int = Field(default=112, ge=16)
    blocks: int = Field(default=5, ge=1, le=16)
    radius: int = Field(default=1, ge=1, le=5)
    radius_t_ms: float = Field(default=133.0, gt=0)
    stride_ms: float = Field(default=80.0, gt=0)
    window_ms: float | None = Field(default=None, gt=0)
    negatives: int = Field(default=8, ge=1)
    costs: tuple[float, ...] = (0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True)
class Windows:
    """The windows of one clip.

    Args:
        starts: First frames.
        length: Frames of each.
    """

    starts: npt.NDArray[np.int64]
    length: int

    def intervals(self) -> list[Interval]:
        """The windows as intervals on the frame axis."""
        return [Interval(int(start), int(start) + self.length) for start in self.starts]


class LbpSvm(Spotter, Recogniser):
    """What the LBP spotters share; `kind` says which histograms.

    Emotions come from a third SVM, on the descriptor of the given interval.
    """

    kind = ""
    neighbours = 8

    def __init__(self) -> None:
        self.options = LbpOptions()
        self.window_s = 0.0
        self.facts: dict[str, Any] = {}
        self._context: FitContext | None = None
        self._me = self._state = LinearSvm(np.zeros(0, np.float32), 0.0, 0.0)
        self._frame_sigmoid = self._clip_sigmoid = self._state_sigmoid = Sigmoid()
        self._decoding = Decoding()
        self._spots = True
        self._emotions = EmotionSide(self._descriptors)

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Train both SVMs on the training split, choose everything else on the validation split.

        Raises:
            ManifestError: The training split has no ME, or nothing else and no emotions are asked for.
        """
        self.options = read_options(LbpOptions, context.options, self.kind)
        self._context, self._spots = context, True
        try:
            self._fit_spotting(dataset, context)
        except NothingToSpotError:
            if context.emotions is None:
                raise
            self._spots, self.facts = False, {"spotting": NOT_LEARNT}
        if context.emotions is not None:
            self._emotions.fit(dataset, context.emotions, context.seed)

    def _fit_spotting(self, dataset: Dataset, context: FitContext) -> None:
        train, check = training_and_validation(dataset, context.seed)
        durations = [
            interval.duration_ms / clip.fps
            for clip in train
            for interval in dataset.reference_intervals(clip.clip_id)
        ]
        if not durations:
            raise ManifestError(f"{dataset.root}: no micro-expression in the training split")
        given = self.options.window_ms
        self.window_s = given / 1000 if given is not None else float(np.median(durations))
        share = self._share_of_negatives(dataset, train)
        generator = np.random.default_rng([context.seed, 11])
        store = self._store(context)
        me, state = _Examples(), _Examples()
        for clip, counts in store.each(dataset, train):
            keep = generator.random(len(self._windows(clip).starts)) < share
            self._collect(dataset, clip, counts, me, state, keep)
        check_me, check_state = _Examples(), _Examples()
        for clip, counts in store.each(dataset, check):
            self._collect(dataset, clip, counts, check_me, check_state, None)
        if not me.has_both() or not len(check_me):
            raise NothingToSpotError(
                f"{dataset.root}: the training and validation clips are too short for windows of "
                f"{1000 * self.window_s:.0f} ms with and without a micro-expression"
            )
        arrays = (*me.arrays(), *check_me.arrays())
        self._me = train_svm(*arrays, self.options.costs, context.seed)
        self.facts = {"train_windows": len(arrays[1]), "validation_windows": len(arrays[3])}
        self._state = self._train_state(state, check_state, context.seed)
        margins = self._me.margins(arrays[2])
        self._frame_sigmoid = fit_sigmoid(margins, arrays[3], balanced=True)
        self._choose(dataset, check, store)

    def _share_of_negatives(self, dataset: Dataset, clips: Sequence[Clip]) -> float:
        """Which share of the windows without an ME to train on."""
        labels = [_is_positive(dataset, clip, self._windows(clip)) for clip in clips]
        positive = sum(int(one.sum()) for one in labels)
        negative = sum(len(one) for one in labels) - positive
        return self.options.negatives * positive / negative if negative else 1.0

    def _collect(
        self,
        dataset: Dataset,
        clip: Clip,
        counts: Counts,
        me: "_Examples",
        state: "_Examples",
        keep: npt.NDArray[np.bool_] | None,
    ) -> None:
        """Add a clip's windows: those with an ME, and of the others those in `keep` (`None`: all)."""
        windows = self._windows(clip)
        positive = _is_positive(dataset, clip, windows)
        chosen = np.flatnonzero(positive | (True if keep is None else keep))
        if not len(chosen):
            return
        windows = Windows(windows.starts[chosen], windows.length)
        features = self._describe(counts, clip, windows)
        me.add(features, positive[chosen])
        speaking = dataset.speaking_by_frame(clip.clip_id)
        states = np.array([majority_state(span, speaking) for span in windows.intervals()])
        known = states != "unknown"
        state.add(features[known], states[known] == "speaking")

    def _train_state(self, state: "_Examples", check: "_Examples", seed: int) -> LinearSvm:
        features, labels = state.arrays()
        if not state.has_both():
            said = float(labels.mean()) if len(labels) else 0.5
            return LinearSvm(np.zeros_like(self._me.weights), said - 0.5, 0.0)
        checked = check.arrays() if len(check) else (features[:0], labels[:0])
        return train_svm(features, labels, *checked, self.options.costs, seed)

    def _choose(self, dataset: Dataset, check: Sequence[Clip], store: HistogramStore) -> None:
        """Sigmoids of clips and the decoding, from the validation clips."""
        scored: dict[str, ScoredClip] = {}
        peaks: list[float] = []
        means: list[tuple[float, bool]] = []
        for clip, counts in store.each(dataset, check):
            scores, peak, mean = self._score(clip, counts)
            peaks.append(peak)
            if clip.speaking is not None:
                means.append((mean, clip.speaking))
            scored[clip.clip_id] = ScoredClip(
                scores,
                dataset.reference_intervals(clip.clip_id),
                dataset.speaking_by_frame(clip.clip_id),
                clip.fps,
            )
        self._clip_sigmoid = fit_sigmoid(peaks, [clip.has_me for clip in check])
        self._state_sigmoid = fit_sigmoid([mean for mean, _ in means], [true for _, true in means])
        self._decoding, value = choose_decoding(scored, DecodingConfig())
        self.facts["validation_objective"] = round(value, 4)

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Score and decode the clips of a split."""
        if self._context is None:
            raise ValueError("Expected `fit` before `predict`.")
        if not self._spots:
            return say_nothing(dataset, split)
        store = self._store(self._context)
        found = []
        for clip, counts in store.each(dataset, list(dataset.iter_clips(split))):
            scores, peak, mean = self._score(clip, counts)
            found.append(
                ClipPrediction(
                    clip.clip_id,
                    segments=decode(scores, clip.fps, self._decoding),
                    frame_scores=scores,
                    p_me=float(self._clip_sigmoid(peak)),
                    p_state=float(self._state_sigmoid(mean)),
                )
            )
        return found

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """The class with the largest margin for the descriptor of each interval."""
        return self._emotions.recognise(dataset, samples)

    def _descriptors(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> Float:
        if self._context is None:
            raise ValueError("Expected `fit` before `recognise`.")
        store = self._store(self._context)
        features = store.each(dataset, clips_of_samples(dataset, samples))

        def describe(clip: Clip, counts: Counts, sample: EmotionSample) -> Float:
            settings = self._settings(clip.fps)
            if clip.n_frames <= 2 * settings.geometry.radius_t:  # too short for any code
                return np.zeros(self.options.blocks**2 * sum(settings.parts), np.float32)
            window = self._window_of(clip, sample.interval)
            (described,) = self._describe(counts, clip, window)
            return np.asarray(described, np.float32)

        return in_order(samples, features, describe)

    def _window_of(self, clip: Clip, interval: Interval) -> Windows:
        """The interval as a window; one that is too short for a code grows around its middle."""
        shortest = 2 * self._settings(clip.fps).geometry.radius_t + 1
        return centred(interval, max(shortest, interval.duration_ms), clip.n_frames)

    def describe(self) -> dict[str, Any]:
        """Window, costs, decoding and size."""
        how = self._decoding
        return {
            **self.facts,
            **self._emotions.facts,
            "parameters": len(self._me.weights) + len(self._state.weights) + 2,
            "window_ms": round(1000 * self.window_s, 1),
            "cost_me": self._me.cost,
            "cost_state": self._state.cost,
            "decoding": {
                "threshold": how.threshold,
                "low_share": how.low_share,
                "smooth_ms": how.smooth_ms,
                "min_ms": how.min_ms,
                "max_ms": how.max_ms,
            },
        }

    # Frames to windows and back.

    def _store(self, context: FitContext) -> HistogramStore:
        return HistogramStore(context.cache_dir, self._settings, context.progress)

    def _settings(self, fps: float) -> FeatureSettings:
        radius = self.options.radius
        # At least a third of a window keeps its codes, however short micro-expressions are.
        longest = round(self.window_s * fps) // 3
        reach = max(1, min(round(self.options.radius_t_ms * fps / 1000), longest))
        return FeatureSettings(
            self.kind,
            LbpGeometry(self.neighbours, radius, radius, reach),
            BlockGrid(self.options.blocks, self.options.blocks),
            self.options.size,
        )

    def _windows(self, clip: Clip) -> Windows:
        shortest = 2 * self._settings(clip.fps).geometry.radius_t + 1
        length = min(max(shortest, round(self.window_s * clip.fps)), clip.n_frames)
        if length < shortest:
            return Windows(np.zeros(0, np.int64), shortest)
        stride = max(1, round(self.options.stride_ms * clip.fps / 1000))
        return Windows(window_starts(clip.n_frames, length, stride), length)

    def _describe(self, counts: Counts, clip: Clip, windows: Windows) -> Float:
        """Descriptors of unit length, so that one set of costs serves every grid."""
        settings = self._settings(clip.fps)
        margin, parts = settings.geometry.radius_t, settings.parts
        features = window_descriptors(counts, windows.starts, windows.length, margin, parts)
        return features / np.float32(np.sqrt(self.options.blocks**2 * len(parts)))

    def _score(self, clip: Clip, counts: Counts) -> tuple[Float, float, float]:
        """Frame scores, largest margin, mean margin of the state."""
        windows = self._windows(clip)
        if not len(windows.starts):
            return np.zeros(clip.n_frames, dtype=np.float32), 0.0, 0.0
        features = self._describe(counts, clip, windows)
        margins = self._me.margins(features)
        scores = spread(self._frame_sigmoid(margins), windows.starts, windows.length, clip.n_frames)
        return scores, float(margins.max()), float(self._state.margins(features).mean())


class LbpTopSvm(LbpSvm):
    """LBP-TOP: P = 8, uniform patterns."""

    kind = "lbp-top"
    neighbours = 8


class LbpSipSvm(LbpSvm):
    """LBP-SIP: six intersection points."""

    kind = "lbp-sip"
    neighbours = 4


class _Examples:
    """Features and labels, collected clip by clip."""

    def __init__(self) -> None:
        self._features: list[Float] = []
        self._labels: list[npt.NDArray[np.bool_]] = []

    def __len__(self) -> int:
        return sum(len(labels) for labels in self._labels)

    def add(self, features: Float, labels: npt.NDArray[np.bool_]) -> None:
        self._features.append(features)
        self._labels.append(labels)

    def has_both(self) -> bool:
        labels = np.concatenate([np.zeros(0, np.bool_), *self._labels])
        return bool(labels.any() and not labels.all())

    def arrays(self) -> tuple[Float, npt.NDArray[np.bool_]]:
        if not self._labels:
            return np.zeros((0, 0), np.float32), np.zeros(0, np.bool_)
        return np.concatenate(self._features), np.concatenate(self._labels)


def _is_positive(dataset: Dataset, clip: Clip, windows: Windows) -> npt.NDArray[np.bool_]:
    references = dataset.reference_intervals(clip.clip_id)
    spans = windows.intervals()
    return np.array([any(s.iou(r) >= 0.5 for r in references) for s in spans], dtype=np.bool_)


def centred(interval: Interval, length: int, n_frames: int) -> Windows:
    """A window of `length` frames, or all of a shorter clip, around the middle of an interval."""
    length = min(length, n_frames)
    start = (interval.start_ms + interval.end_ms - length) // 2
    return Windows(np.array([min(max(start, 0), n_frames - length)], np.int64), length)


def spread(
    values: npt.NDArray[np.float64], starts: npt.NDArray[np.int64], length: int, n_frames: int
) -> Float:
    """Window values to frames: the mean of those that cover a frame, 0 where none does.

    Args:
        values: Shape (windows,).
        starts: First frame of each window.
        length: Frames of each window.
        n_frames: Frames of the clip.

    Returns:
        Shape (n_frames,).
    """
    sums, counts = np.zeros(n_frames + 1), np.zeros(n_frames + 1)
    np.add.at(sums, starts, values)
    np.add.at(sums, starts + length, -values)
    np.add.at(counts, starts, 1.0)
    np.add.at(counts, starts + length, -1.0)
    total, covered = np.cumsum(sums)[:-1], np.cumsum(counts)[:-1]
    mean = np.divide(total, covered, out=np.zeros(n_frames), where=covered > 0)
    return np.clip(mean, 0.0, 1.0).astype(np.float32)
