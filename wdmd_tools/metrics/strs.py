"""Spot then recognise: STRS = F1 of spotting x F1 of analysis (MEGC 2023 to 2025).

    spotting    all videos, inclusive frames, IoU >= 0.5, counts pooled
    analysis    over the spotted MEs whose true emotion is in the classes:
                F1 = 2 mP mR / (mP + mR), the harmonic mean of macro precision and macro recall

Two modes. `StrsMode.SOUND` is ours. `StrsMode.OFFICIAL` gives the numbers of the challenge's public
evaluator, with its quirks, to stand beside published ones:

1. in order of the file, a prediction takes *every* reference that is still free and overlaps enough;
2. subjects without a prediction and videos without a reference are not looked at;
3. a class that is all or none of the spotted MEs scores 0, so a perfect result on one class scores 0;
4. what it calls UAR is the mean precision;
5. no right emotion prints ``nan``, no spotted ME stops it; both are undefined here, with the reason.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval, from_frames
from wdmd_tools.metrics.bootstrap import ratio
from wdmd_tools.metrics.matching import IouRule, match_intervals
from wdmd_tools.metrics.measured import Measured, measured
from wdmd_tools.metrics.megc import MEGC_THRESHOLD
from wdmd_tools.metrics.recognition import class_counts, confusion_counts

Matrix = npt.NDArray[np.float64]
VideoKey = tuple[str, str]
"""``(subject, video)``."""


class StrsMode(StrEnum):
    """Ours, or the public evaluator's; see the module's text."""

    SOUND = "sound"
    OFFICIAL = "official"


@dataclass(frozen=True, slots=True)
class EmotionEvent:
    """One row of a challenge's table.

    Args:
        subject: Who.
        video: Which video of theirs.
        onset: First frame.
        offset: Last frame, inside.
        emotion: Class.
    """

    subject: str
    video: str
    onset: int
    offset: int
    emotion: str

    @property
    def interval(self) -> Interval:
        """Half-open."""
        return from_frames(self.onset, self.offset)


@dataclass(frozen=True, slots=True)
class StrsScore:
    """The scores of summed counts; each undefined one with its reason.

    Args:
        tp: Spotted references.
        fp: Predictions that spotted none.
        fn: References not spotted.
        analysed: Spotted references whose emotion is in the classes.
        f1_spotting: 2 TP / (2 TP + FP + FN).
        macro_precision: Mean precision over the classes that count.
        macro_recall: Mean recall over them.
        f1_analysis: Harmonic mean of the two.
        uf1: Mean of the classes' F1, over the spotted.
        uar: Mean recall (sound), mean precision (official).
        strs: `f1_spotting` x `f1_analysis`.
    """

    tp: int
    fp: int
    fn: int
    analysed: int
    f1_spotting: Measured
    macro_precision: Measured
    macro_recall: Measured
    f1_analysis: Measured
    uf1: Measured
    uar: Measured
    strs: Measured


def strs_counts(
    predictions: Sequence[EmotionEvent],
    references: Sequence[EmotionEvent],
    classes: Sequence[str],
    mode: StrsMode = StrsMode.SOUND,
    threshold: float = MEGC_THRESHOLD,
) -> Mapping[VideoKey, Matrix]:
    """Counts of each video, to be summed or resampled.

    Args:
        predictions: Of all videos; their order matters in the official mode only.
        references: Of all videos.
        classes: K emotions to analyse; spotted MEs of others count for spotting only.
        mode: Whose rules.
        threshold: IoU that is enough.

    Returns:
        Video to a row ``tp fp fn``, K numbers of references by class, K * (K + 1) confusions. In the
        official mode left-out videos have rows of zeros.

    Raises:
        ValueError: An offset lies before its onset, or `classes` is empty or repeats a name.
    """
    said, true = _by_video(predictions), _by_video(references)
    subjects = {one.subject for one in predictions}
    rows = {}
    for key in sorted(said.keys() | true.keys()):
        mine, theirs = said.get(key, []), true.get(key, [])
        if mode is StrsMode.OFFICIAL and (key[0] not in subjects or key not in true):
            mine, theirs = [], []
        find = _official_pairs if mode is StrsMode.OFFICIAL else _sound_pairs
        pairs = find(mine, theirs, threshold)
        confusion = confusion_counts(
            [mine[one].emotion for one, _ in pairs],
            [theirs[other].emotion for _, other in pairs],
            classes,
        )
        support = [sum(one.emotion == name for one in theirs) for name in classes]
        wrong = len(mine) - len({one for one, _ in pairs})
        spot = [len(pairs), wrong, len(theirs) - len(pairs)]
        rows[key] = np.concatenate([spot, support, confusion.ravel()]).astype(np.float64)
    return rows


def strs_score(sums: Matrix, mode: StrsMode = StrsMode.SOUND) -> StrsScore:
    """Scores of summed counts.

    Args:
        sums: Sum of rows of `strs_counts`.
        mode: The same as for the counts.
    """
    parts = {name: float(value[0]) for name, value in _parts(sums[None], mode).items()}
    tp, fp, fn = (int(value) for value in sums[:3])
    analysed = int(_confusions(sums[None]).sum())
    nothing = "neither a reference nor a prediction"
    if mode is StrsMode.SOUND:
        why = nothing if tp + fp + fn == 0 else "no reference of the analysed classes"
    elif tp == 0:
        why = "nothing was spotted; the public evaluator stops with an error"
    else:
        why = "no spotted ME got its emotion; the public evaluator prints nan"
    return StrsScore(
        tp=tp,
        fp=fp,
        fn=fn,
        analysed=analysed,
        f1_spotting=measured(parts["f1_spotting"], nothing),
        macro_precision=measured(parts["macro_precision"], why),
        macro_recall=measured(parts["macro_recall"], why),
        f1_analysis=measured(parts["f1_analysis"], why),
        uf1=measured(parts["uf1"], why),
        uar=measured(parts["uar"], why),
        strs=measured(parts["strs"], why),
    )


@dataclass(frozen=True, slots=True)
class StrsStatistic:
    """One score as a function of summed rows, for `cluster_bootstrap`.

    Args:
        name: ``strs``, ``f1_spotting``, ``f1_analysis``, ``uf1`` or ``uar``.
        mode: The same as for the counts.
    """

    name: str = "strs"
    mode: StrsMode = StrsMode.SOUND

    def __call__(self, sums: Matrix) -> Matrix:
        """Values (draws,) of sums (draws, columns), NaN where undefined."""
        return _parts(sums, self.mode)[self.name]


def _by_video(events: Sequence[EmotionEvent]) -> dict[VideoKey, list[EmotionEvent]]:
    videos: dict[VideoKey, list[EmotionEvent]] = {}
    for one in events:
        videos.setdefault((one.subject, one.video), []).append(one)
    return videos


def _by_time(event: EmotionEvent) -> tuple[int, int, str]:
    return event.onset, event.offset, event.emotion


def _sound_pairs(
    said: list[EmotionEvent], true: list[EmotionEvent], threshold: float
) -> list[tuple[int, int]]:
    # Sorted, so that equally good assignments give the same emotions whatever the order of the files.
    said.sort(key=_by_time)
    true.sort(key=_by_time)
    return match_intervals(
        [one.interval for one in said],
        [one.interval for one in true],
        threshold,
        IouRule.AT_LEAST,
    )


def _official_pairs(
    said: list[EmotionEvent], true: list[EmotionEvent], threshold: float
) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    free = set(range(len(true)))
    for index, one in enumerate(said):
        taken = [at for at in sorted(free) if one.interval.iou(true[at].interval) >= threshold]
        pairs.extend((index, at) for at in taken)
        free.difference_update(taken)
    return pairs


def _n_classes(columns: int) -> int:
    # 3 + K + K (K + 1) = (K + 1)^2 + 2
    classes = round(math.sqrt(max(columns - 2, 0))) - 1
    if classes < 1 or (classes + 1) ** 2 + 2 != columns:
        raise ValueError(f"Expected 3 + K + K * (K + 1) columns but got {columns}.")
    return classes


def _confusions(sums: Matrix) -> Matrix:
    classes = _n_classes(sums.shape[1])
    return sums[:, 3 + classes :].reshape(-1, classes, classes + 1)


def _parts(sums: Matrix, mode: StrsMode) -> dict[str, Matrix]:
    confusion = _confusions(sums)
    counts = class_counts(confusion)
    # A class that counts and has a zero denominator scores 0: none of it was found.
    precision, recall, f1 = (
        np.nan_to_num(some) for some in (counts.precision, counts.recall, counts.f1)
    )
    if mode is StrsMode.OFFICIAL:
        everything = (counts.tp == confusion.sum(axis=(1, 2))[:, None]) & (
            counts.fp + counts.fn == 0
        )
        precision, recall, f1 = (
            np.where(everything, 0.0, some) for some in (precision, recall, f1)
        )
        counted = np.ones_like(precision)
    else:
        support = sums[:, 3 : 3 + confusion.shape[1]]
        counted = ((support > 0) | (counts.fp > 0)).astype(np.float64)
        counted *= support.sum(axis=1, keepdims=True) > 0
    n = counted.sum(axis=1)
    macro_p, macro_r, uf1 = (
        ratio((some * counted).sum(axis=1), n) for some in (precision, recall, f1)
    )
    analysis = ratio(2 * macro_p * macro_r, macro_p + macro_r)
    if mode is StrsMode.OFFICIAL:
        none = sums[:, 0] == 0
        macro_p, macro_r, uf1 = (np.where(none, np.nan, some) for some in (macro_p, macro_r, uf1))
        uar = macro_p
    else:
        analysis = np.where(macro_p + macro_r == 0, 0.0, analysis)
        uar = macro_r
    spotting = ratio(2 * sums[:, 0], 2 * sums[:, 0] + sums[:, 1] + sums[:, 2])
    return {
        "f1_spotting": spotting,
        "macro_precision": macro_p,
        "macro_recall": macro_r,
        "f1_analysis": analysis,
        "uf1": uf1,
        "uar": uar,
        "strs": spotting * analysis,
    }
