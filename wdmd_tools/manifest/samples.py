"""Micro-expressions with an emotion: the samples of recognition.

    clip     |----------ME----------------ME-------|
    emotion             disgust           others
    scheme 3            negative          (left out)

One sample per consensus ME that has a class under a scheme.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.intervals import Interval, from_frames
from wdmd_tools.manifest.dataset import Dataset

_SAME = 0.5
"""An emotion's span is taken to be an ME's when their IoU is above this; consensus rows are equal."""


@dataclass(frozen=True, slots=True)
class EmotionSample:
    """One micro-expression to recognise.

    Args:
        sample_id: `segment_id` of the ME's row; empty for a spotted segment.
        clip_id: The clip it lies in.
        recording_id: The clip's recording, the cluster of the bootstrap.
        subject_id: Who.
        interval: Half-open, on the clip's frame axis.
        apex_frame: Clip-relative apex, where it was annotated.
        emotion: Class of the scheme; `None` where it is not to be seen.
    """

    sample_id: str
    clip_id: str
    recording_id: str
    subject_id: str
    interval: Interval
    apex_frame: int | None
    emotion: str | None

    @property
    def blind(self) -> "EmotionSample":
        """The same without its emotion."""
        return replace(self, emotion=None)


def emotion_samples(
    dataset: Dataset, scheme: EmotionScheme, split: str | None = None
) -> list[EmotionSample]:
    """The consensus MEs that have a class, in order of clips and onsets.

    Under scheme ``"3"`` a row of kind ``emotion3`` (an importer's own three classes) goes before the word
    of kind ``emotion``.

    Args:
        dataset: With labels.
        scheme: The classes.
        split: Only clips of this split; all when `None`.
    """
    kinds = ("emotion3", "emotion") if scheme.name == "3" else ("emotion",)
    samples = []
    for clip in dataset.iter_clips(split):
        rows = dataset.clip_segments(clip.clip_id)
        words = [dataset.clip_segments(clip.clip_id, kind) for kind in kinds] if rows else []
        for row in rows:
            interval = _interval(row)
            emotion = _class_of(interval, words, scheme)
            if emotion is not None:
                samples.append(
                    EmotionSample(
                        sample_id=row["segment_id"],
                        clip_id=clip.clip_id,
                        recording_id=clip.recording_id,
                        subject_id=clip.subject_id,
                        interval=interval,
                        apex_frame=row["apex_frame"],
                        emotion=emotion,
                    )
                )
    return samples


def _interval(row: Mapping[str, Any]) -> Interval:
    return from_frames(row["onset_frame"], row["offset_frame"])


def _class_of(
    interval: Interval, words: Sequence[Sequence[Mapping[str, Any]]], scheme: EmotionScheme
) -> str | None:
    """The class of the first kind of rows that has one; two classes for one ME are none."""
    for rows in words:
        near = [(interval.iou(_interval(row)), row["label"]) for row in rows]
        best = max((iou for iou, _ in near), default=0.0)
        if best > _SAME:
            labels = {scheme.classify(label or "") for iou, label in near if iou == best}
            found = labels - {None}
            if found:
                return found.pop() if len(found) == 1 else None
    return None
