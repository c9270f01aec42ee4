"""A model's counts to the numbers of a leaderboard row, each with its interval.

With several seeds a number is the mean over seeds, and so is every resample of its interval; it is
undefined as soon as one seed's is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from benchmarks.scoring import ClipOutcome, Score
from wdmd_tools.metrics.bootstrap import (
    cluster_bootstraps,
    f1_dr_statistic,
    f1_statistic,
    ratio,
)
from wdmd_tools.metrics.clips import BinaryCounts, auroc, binary_counts
from wdmd_tools.metrics.details import DETAILS, detail_statistics, detail_values
from wdmd_tools.metrics.emotion_scores import EMOTION_METRICS, undefined_statistic
from wdmd_tools.metrics.events import EventCounts

Matrix = npt.NDArray[np.float64]

METRICS = (
    "acc_me",
    "acc_state",
    "f1_dr",
    "f1_speaking",
    "f1_listening",
    "f1",
    "precision",
    "recall",
    "balanced_acc_me",
    "auroc_me",
    "balanced_acc_state",
    "auroc_state",
    *DETAILS,
    "f1_macro_expression",
    "f1_overall",
    *EMOTION_METRICS,
)
"""Every metric of a result, in order; `wdmd_tools.metrics.catalogue` says what each is."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how far other recordings would move it.

    Args:
        value: In [0, 1], or in the metric's unit; `None` when undefined.
        low: Lower end of the 95 % interval; `None` when there is none.
        high: Upper end.
        seeds: The values of the single training seeds, in order; empty with one seed, or when one of them
            is undefined.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    seeds: tuple[float, ...] = ()

    @property
    def seed_sd(self) -> float | None:
        """Standard deviation over training seeds (n - 1); `None` with one seed."""
        return float(np.std(self.seeds, ddof=1)) if len(self.seeds) > 1 else None


def point_values(score: Score) -> dict[str, float | None]:
    """All metrics of one score, without intervals; `None` is undefined."""
    total, every = score.total, score.total.total
    me, state = _clip_counts(score.clips)
    return {
        "acc_me": me.accuracy if me else None,
        "acc_state": state.accuracy if state else None,
        "f1_dr": total.f1_dr,
        "f1_speaking": total.speaking.f1,
        "f1_listening": total.listening.f1,
        "f1": every.f1,
        "precision": every.precision,
        "recall": every.recall,
        "balanced_acc_me": me.balanced_accuracy if me else None,
        "auroc_me": _auroc(me_pairs(score.clips)),
        "balanced_acc_state": state.balanced_accuracy if state else None,
        "auroc_state": _auroc(state_pairs(score.clips)),
        **detail_values(list(score.details.values())),
        **_macro_values(score),
        **(dict.fromkeys(EMOTION_METRICS) if score.emotions is None else score.emotions.values()),
    }


def _macro_values(score: Score) -> dict[str, float | None]:
    if not _has_macro(score):
        return {"f1_macro_expression": None, "f1_overall": None}
    macro = sum(score.macro.values(), EventCounts())
    micro = sum((one.at_least for one in score.details.values()), EventCounts())
    return {"f1_macro_expression": macro.f1, "f1_overall": (micro + macro).f1}


def _has_macro(score: Score) -> bool:
    """Whether macro-expressions were annotated and spotted; a model without a second class has no F1."""
    macro = sum(score.macro.values(), EventCounts())
    return macro.tp + macro.fn > 0 and macro.tp + macro.fp > 0


def me_pairs(clips: Sequence[ClipOutcome]) -> list[tuple[float, bool]] | None:
    """Said and true "holds an ME"; `None` unless something was said about every clip."""
    pairs = [(clip.p_me, clip.has_me) for clip in clips if clip.p_me is not None]
    return pairs if len(pairs) == len(clips) else None


def state_pairs(clips: Sequence[ClipOutcome]) -> list[tuple[float, bool]] | None:
    """Said and true "speaks", of clips with a state; `None` unless something was said about each."""
    known = [clip for clip in clips if clip.speaking is not None]
    pairs = [(clip.p_state, bool(clip.speaking)) for clip in known if clip.p_state is not None]
    return pairs if len(pairs) == len(known) else None


def _clip_counts(
    clips: Sequence[ClipOutcome],
) -> tuple[BinaryCounts | None, BinaryCounts | None]:
    me, state = (
        None
        if pairs is None
        else binary_counts([said for said, _ in pairs], [true for _, true in pairs])
        for pairs in (me_pairs(clips), state_pairs(clips))
    )
    return me, state


def _auroc(pairs: list[tuple[float, bool]] | None) -> float | None:
    return None if not pairs else auroc([said for said, _ in pairs], [true for _, true in pairs])


def summarise(
    scores: Sequence[Score], *, draws: int = 10_000, seed: int = 0
) -> dict[str, Estimate]:
    """Every metric with a 95 % interval from resampled recordings.

    Args:
        scores: One per seed, on the same clips.
        draws: Resamples.
        seed: Of the resampling.

    Returns:
        Keys of `METRICS`.

    Raises:
        ValueError: There is no score, or they are of different recordings.
    """
    if not scores:
        raise ValueError("Expected at least one score.")
    recordings = sorted(scores[0].events)
    if any(sorted(score.events) != recordings for score in scores):
        raise ValueError("Expected all scores to be of the same recordings.")
    if len({None if one.emotions is None else one.emotions.scheme for one in scores}) > 1:
        # Seeds that were scored on different classes have no mean.
        scores = [replace(score, emotions=None) for score in scores]
    points = [point_values(score) for score in scores]
    means = {name: _mean([point[name] for point in points]) for name in METRICS}
    # A resample is a vector of weights of the recordings, so clusters have the unit matrix as counts.
    unit = np.eye(len(recordings))
    every = [statistics_of(score, recordings) for score in scores]
    intervals = cluster_bootstraps(
        unit,
        {
            name: partial(_mean_over_seeds, [one[name] for one in every])
            for name in METRICS
            if means[name] is not None
        },
        draws=draws,
        seed=seed,
    )
    result = {}
    for name, mean in means.items():
        interval = intervals.get(name)
        low, high = (None, None) if interval is None else (interval.low, interval.high)
        result[name] = Estimate(mean, low, high, _each_seed([point[name] for point in points]))
    return result


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def _each_seed(values: Sequence[float | None]) -> tuple[float, ...]:
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(values) > 1 else ()


def _mean_over_seeds(every: Sequence[Callable[[Matrix], Matrix]], weights: Matrix) -> Matrix:
    return np.asarray(np.mean([one(weights) for one in every], axis=0))


def statistics_of(
    score: Score, recordings: Sequence[str]
) -> Mapping[str, Callable[[Matrix], Matrix]]:
    """Each metric as a function of recordings' weights.

    Args:
        score: Of one seed.
        recordings: In the order of the weights.

    Returns:
        Keys of `METRICS`; each maps weights (draws, recordings) to (draws,), NaN where undefined.
    """
    events = np.array(
        [
            [
                getattr(getattr(score.events[name], state), kind)
                for state in ("speaking", "listening", "unknown")
                for kind in ("tp", "fp", "fn")
            ]
            for name in recordings
        ],
        dtype=np.float64,
    )
    every = events[:, :3] + events[:, 3:6] + events[:, 6:]
    me = _confusions(score.clips, recordings, me_pairs)
    state = _confusions(score.clips, recordings, state_pairs)
    return {
        "f1_dr": lambda w: f1_dr_statistic(w @ events[:, :6]),
        "f1_speaking": lambda w: f1_statistic(w @ events[:, :3]),
        "f1_listening": lambda w: f1_statistic(w @ events[:, 3:6]),
        "f1": lambda w: f1_statistic(w @ every),
        "precision": lambda w: ratio(w @ every[:, 0], w @ (every[:, 0] + every[:, 1])),
        "recall": lambda w: ratio(w @ every[:, 0], w @ (every[:, 0] + every[:, 2])),
        "acc_me": lambda w: _accuracy(w @ me),
        "acc_state": lambda w: _accuracy(w @ state),
        "balanced_acc_me": lambda w: _balanced(w @ me),
        "balanced_acc_state": lambda w: _balanced(w @ state),
        "auroc_me": _weighted_auroc(score.clips, recordings, me_pairs),
        "auroc_state": _weighted_auroc(score.clips, recordings, state_pairs),
        **_detail_statistics(score, recordings),
        **_macro_statistics(score, recordings),
        **(
            dict.fromkeys(EMOTION_METRICS, undefined_statistic)
            if score.emotions is None
            else score.emotions.statistics(list(recordings))
        ),
    }


def _macro_statistics(
    score: Score, recordings: Sequence[str]
) -> Mapping[str, Callable[[Matrix], Matrix]]:
    if not _has_macro(score):
        return dict.fromkeys(("f1_macro_expression", "f1_overall"), undefined_statistic)
    nothing = EventCounts()
    rows = [score.macro.get(name, nothing) for name in recordings]
    macro = np.array([astuple(one) for one in rows], dtype=np.float64)
    both = np.array(
        [
            astuple(one + score.details[name].at_least)
            for one, name in zip(rows, recordings, strict=True)
        ],
        dtype=np.float64,
    )
    return {
        "f1_macro_expression": lambda w: f1_statistic(w @ macro),
        "f1_overall": lambda w: f1_statistic(w @ both),
    }


def _detail_statistics(
    score: Score, recordings: Sequence[str]
) -> Mapping[str, Callable[[Matrix], Matrix]]:
    """Metrics of the segments beyond F1; undefined for a result of before they were stored."""
    if not set(recordings) <= score.details.keys():
        return dict.fromkeys(DETAILS, lambda w: np.full(len(w), np.nan))
    return detail_statistics([score.details[name] for name in recordings])


Pairs = Callable[[Sequence[ClipOutcome]], list[tuple[float, bool]] | None]


def _by_recording(
    clips: Sequence[ClipOutcome], recordings: Sequence[str]
) -> list[list[ClipOutcome]]:
    groups: dict[str, list[ClipOutcome]] = {name: [] for name in recordings}
    for clip in clips:
        if clip.recording_id in groups:
            groups[clip.recording_id].append(clip)
    return list(groups.values())


def _confusions(clips: Sequence[ClipOutcome], recordings: Sequence[str], pairs: Pairs) -> Matrix:
    """Shape (recordings, 4): tp, fp, tn, fn."""
    rows = []
    for mine in _by_recording(clips, recordings):
        found = pairs(mine) or []
        counts = binary_counts([said for said, _ in found], [true for _, true in found])
        rows.append([counts.tp, counts.fp, counts.tn, counts.fn])
    return np.array(rows, dtype=np.float64)


def _accuracy(sums: Matrix) -> Matrix:
    return ratio(sums[:, 0] + sums[:, 2], sums.sum(axis=1))


def _balanced(sums: Matrix) -> Matrix:
    positive = ratio(sums[:, 0], sums[:, 0] + sums[:, 3])
    negative = ratio(sums[:, 2], sums[:, 2] + sums[:, 1])
    return (positive + negative) / 2


def _weighted_auroc(
    clips: Sequence[ClipOutcome], recordings: Sequence[str], pairs: Pairs
) -> Callable[[Matrix], Matrix]:
    """AUROC when recordings have weights: wins of positives over negatives, by pair of recordings."""
    positives: list[npt.NDArray[np.float64]] = []
    negatives: list[npt.NDArray[np.float64]] = []
    for mine in _by_recording(clips, recordings):
        found = pairs(mine) or []
        positives.append(np.array([said for said, true in found if true], dtype=np.float64))
        negatives.append(np.sort([said for said, true in found if not true]).astype(np.float64))
    n_positive = np.array([len(one) for one in positives], dtype=np.float64)
    n_negative = np.array([len(one) for one in negatives], dtype=np.float64)
    every = np.concatenate([np.empty(0), *positives])
    owner = np.repeat(np.arange(len(positives)), [len(one) for one in positives])
    wins = np.zeros((len(positives), len(negatives)))
    for column, no in enumerate(negatives):
        below = np.searchsorted(no, every, "left") + np.searchsorted(no, every, "right")
        wins[:, column] = np.bincount(owner, below / 2, minlength=len(positives))

    def statistic(weights: Matrix) -> Matrix:
        won = np.einsum("di,ij,dj->d", weights, wins, weights, optimize=True)
        return ratio(won, (weights @ n_positive) * (weights @ n_negative))

    return statistic
