"""What predictions say of emotions and of macro-expressions, beside a dataset's annotations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.emotions import scheme as scheme_of
from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval, from_frames, to_frames
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample, emotion_samples
from wdmd_tools.metrics.emotion_scores import EmotionCounts, EmotionScore
from wdmd_tools.metrics.events import EventCounts, event_counts
from wdmd_tools.metrics.matching import IouRule
from wdmd_tools.metrics.recognition import confusion_counts
from wdmd_tools.metrics.strs import EmotionEvent, StrsMode, strs_counts
from wdmd_tools.predictions import MACRO, ClipPrediction, Recognition

NO_EMOTIONS, AUTO = "none", "auto"
_AUTO_SCHEME = "3"
_NO_CLASS = ""
"""Emotion of a reference that is in no class, and of a spotted ME of which none was said."""


def known_scheme(name: str) -> EmotionScheme | None:
    """The scheme of a name; `None` for ``"none"``.

    Raises:
        UnknownNameError: There is none of that name.
    """
    return None if name == NO_EMOTIONS else scheme_of(name)


def scheme_for(dataset: Dataset, name: str, split: str | None = None) -> EmotionScheme | None:
    """The scheme that a dataset can be scored under.

    Args:
        dataset: With labels.
        name: A scheme's name, ``"none"``, or ``"auto"``: three classes when samples have at least two.
        split: Where samples are looked for; everywhere when `None`.

    Raises:
        UnknownNameError: There is no scheme of that name.
    """
    if name != AUTO:
        return known_scheme(name)
    three = scheme_of(_AUTO_SCHEME)
    found = {one.emotion for one in emotion_samples(dataset, three, split)}
    return three if len(found) > 1 else None


def score_emotions(
    dataset: Dataset,
    predictions: Mapping[str, ClipPrediction],
    recognitions: Mapping[str, Recognition] | None,
    scheme: EmotionScheme,
    split: str | None = "test",
) -> EmotionScore:
    """Confusions of recognition and counts of spot-then-recognise, by recording.

    Args:
        dataset: With labels.
        predictions: By clip id.
        recognitions: By sample id; `None` when nobody recognised anything. Those of samples that the
            scheme leaves out, or of other splits, are left aside.
        scheme: The classes. A said word that it maps to a class stands for that class.
        split: Which clips count; all when `None`.

    Raises:
        ManifestError: A recognition is of a micro-expression that the dataset does not have.
    """
    samples = emotion_samples(dataset, scheme, split)
    _check_known(dataset, recognitions or {})
    clips = list(dataset.iter_clips(split))
    joint, official = _joint(dataset, clips, samples, predictions, scheme)
    counts = {}
    for name in dict.fromkeys(clip.recording_id for clip in clips):
        mine = [one for one in samples if one.recording_id == name]
        said = [(recognitions or {}).get(one.sample_id) for one in mine]
        confusion = confusion_counts(
            [_NO_CLASS if one is None else _class(one.emotion, scheme) for one in said],
            [one.emotion or _NO_CLASS for one in mine],
            scheme.classes,
        )
        named = sum(
            _class(segment.emotion, scheme) != _NO_CLASS and not segment.is_macro
            for clip in clips
            if clip.recording_id == name and clip.clip_id in predictions
            for segment in predictions[clip.clip_id].segments
        )
        counts[name] = EmotionCounts(
            tuple(confusion.ravel().tolist()),
            joint[name],
            official[name],
            named,
            said.count(None),
        )
    return EmotionScore(scheme.name, scheme.classes, recognitions is not None, counts)


def macro_references(dataset: Dataset, clip_id: str) -> list[Interval]:
    """The consensus macro-expressions of a clip, half-open on its frame axis."""
    return [
        from_frames(row["onset_frame"], row["offset_frame"])
        for row in dataset.clip_segments(clip_id, MACRO, CONSENSUS)
    ]


def macro_counts(dataset: Dataset, said: ClipPrediction, threshold: float) -> EventCounts:
    """Macro-expressions of one clip by the rule of MEGC, matched apart from micro-expressions.

    Args:
        dataset: With labels.
        said: About the clip.
        threshold: IoU that is enough.
    """
    spans = [one.interval for one in said.segments if one.is_macro]
    references = macro_references(dataset, said.clip_id)
    return event_counts(spans, references, threshold, IouRule.AT_LEAST)


def official_extras(score: EmotionScore | None) -> dict[str, Any]:
    """Spot-then-recognise as the challenges' public evaluator counts, to stand beside published numbers.

    Args:
        score: Of one set of predictions.

    Returns:
        For a result's ``extras``; `None` where undefined, empty when no emotion is said of what is spotted.
    """
    said = None if score is None else score.joint(StrsMode.OFFICIAL)
    if said is None:
        return {}
    return {
        "official_f1_spotting": said.f1_spotting.value,
        "official_f1_analysis": said.f1_analysis.value,
        "official_strs": said.strs.value,
        "official_analysed": said.analysed,
    }


def emotion_facts(score: EmotionScore | None) -> dict[str, Any] | None:
    """What the scores of emotions rest on, JSON values.

    Args:
        score: Of all folds together.

    Returns:
        Scheme, classes, support, confusion (true class by said class, "other" last), scores by class, how
        many samples nobody spoke about, how many spotted micro-expressions were analysed, and
        `official_extras`; `None` without emotions.
    """
    if score is None:
        return None
    joint = score.joint()
    return {
        "scheme": score.scheme,
        "classes": list(score.classes),
        "recognised": score.recognised,
        "by_class": score.by_class() if score.recognised else None,
        "support": score.support,
        "confusion": score.confusion.astype(int).tolist() if score.recognised else None,
        "unsaid": sum(one.unsaid for one in score.recordings.values())
        if score.recognised
        else None,
        "analysed": None if joint is None else joint.analysed,
        **official_extras(score),
    }


def _check_known(dataset: Dataset, recognitions: Mapping[str, Recognition]) -> None:
    if not recognitions:
        return
    kinds, annotators = dataset.segments["kind"].to_pylist(), dataset.segments["annotator"]
    ids = dataset.segments["segment_id"].to_pylist()
    rows = zip(ids, kinds, annotators.to_pylist(), strict=True)
    known = {one for one, kind, who in rows if kind == "me" and who == CONSENSUS}
    for sample_id in recognitions:
        if sample_id not in known:
            raise ManifestError(
                f"recognitions: sample {sample_id!r} is no consensus micro-expression of "
                f"{dataset.root}; were they made for another dataset, or before it was built again?"
            )


def _joint(
    dataset: Dataset,
    clips: Sequence[Clip],
    samples: Sequence[EmotionSample],
    predictions: Mapping[str, ClipPrediction],
    scheme: EmotionScheme,
) -> tuple[dict[str, tuple[float, ...]], dict[str, tuple[float, ...]]]:
    """Rows of `strs_counts` by recording, sound and official.

    A video is a clip in the sound mode, so that its spotting is that of ``f1_megc``; a whole recording in
    the official mode, which leaves out videos without a reference.
    """
    emotion_of = {(one.clip_id, one.interval): one.emotion or _NO_CLASS for one in samples}
    recording_of = {clip.clip_id: clip.recording_id for clip in clips}
    starts = dict(
        zip(
            dataset.clips["clip_id"].to_pylist(),
            dataset.clips["start_frame"].to_pylist(),
            strict=True,
        )
    )
    said: list[_Found] = []
    true: list[_Found] = []
    for clip in clips:
        spotted = predictions.get(clip.clip_id, ClipPrediction(clip.clip_id)).segments
        said += [
            _Found(clip, one.interval, _class(one.emotion, scheme))
            for one in spotted
            if not one.is_macro
        ]
        true += [
            _Found(clip, one, emotion_of.get((clip.clip_id, one), _NO_CLASS))
            for one in dataset.reference_intervals(clip.clip_id)
        ]
    sound = strs_counts(
        [one.event(one.clip.clip_id) for one in said],
        [one.event(one.clip.clip_id) for one in true],
        scheme.classes,
    )
    whole = strs_counts(
        [one.event(one.clip.recording_id, starts[one.clip.clip_id]) for one in said],
        [one.event(one.clip.recording_id, starts[one.clip.clip_id]) for one in true],
        scheme.classes,
        StrsMode.OFFICIAL,
    )
    zero = np.zeros(2 + (len(scheme.classes) + 1) ** 2)
    rows = {name: zero.copy() for name in recording_of.values()}
    for (_, clip_id), row in sound.items():
        rows[recording_of[clip_id]] += row
    official = {name: zero.copy() for name in rows}
    for (_, name), row in whole.items():
        official[name] += row
    return (
        {name: tuple(row.tolist()) for name, row in rows.items()},
        {name: tuple(row.tolist()) for name, row in official.items()},
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """A spotted or a reference ME and its emotion."""

    clip: Clip
    interval: Interval
    emotion: str

    def event(self, video: str, shift: int = 0) -> EmotionEvent:
        onset, offset = to_frames(self.interval)
        subject = self.clip.subject_id
        return EmotionEvent(subject, video, onset + shift, offset + shift, self.emotion)


def _class(word: str | None, scheme: EmotionScheme) -> str:
    return _NO_CLASS if word is None else scheme.classify(word) or _NO_CLASS
