"""A job's recognition: what a model says of the annotated micro-expressions, and of those it spotted.

annotated, test split   |--ME--|     -> recognitions.parquet
spotted by the model      |--ME--|   -> column `emotion` of predictions.parquet, where it is empty yet
"""

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.models.base import Recogniser
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.errors import DataError
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import EmotionSample, emotion_samples
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, Recognition


def recognise_samples(
    model: Recogniser, dataset: Dataset, blind: Dataset, scheme: EmotionScheme, split: str
) -> list[Recognition]:
    """Ask for the emotions of the annotated micro-expressions of a split.

    Args:
        model: Fitted.
        dataset: With labels, from which only the intervals and apexes are shown.
        blind: The same without labels, which the model sees.
        scheme: The classes.
        split: Usually ``"test"``.

    Raises:
        DataError: The model does not answer as `Recogniser.recognise` says.
    """
    samples = [one.blind for one in emotion_samples(dataset, scheme, split)]
    return _ask(model, blind, samples, scheme)


def recognise_spotted(
    model: Recogniser,
    blind: Dataset,
    predictions: Sequence[ClipPrediction],
    scheme: EmotionScheme,
) -> list[ClipPrediction]:
    """Ask for the emotions of the model's own spotted micro-expressions that have none yet.

    Args:
        model: Fitted.
        blind: Without labels.
        predictions: Of the model.
        scheme: The classes.

    Returns:
        The same predictions with emotions; macro-expressions are left as they are.

    Raises:
        DataError: The model does not answer as `Recogniser.recognise` says.
    """
    clips = {clip.clip_id: clip for clip in blind.iter_clips()}
    samples = [
        EmotionSample(
            sample_id="",
            clip_id=one.clip_id,
            recording_id=clips[one.clip_id].recording_id,
            subject_id=clips[one.clip_id].subject_id,
            interval=segment.interval,
            apex_frame=None,
            emotion=None,
        )
        for one in predictions
        if one.clip_id in clips
        for segment in one.segments
        if _is_open(segment)
    ]
    said = iter(_ask(model, blind, samples, scheme))
    return [
        replace(
            one,
            segments=tuple(
                replace(segment, emotion=next(said).emotion) if _is_open(segment) else segment
                for segment in one.segments
            ),
        )
        if one.clip_id in clips
        else one
        for one in predictions
    ]


def _is_open(segment: PredictedSegment) -> bool:
    return segment.emotion is None and not segment.is_macro


def _ask(
    model: Recogniser, blind: Dataset, samples: Sequence[EmotionSample], scheme: EmotionScheme
) -> list[Recognition]:
    if not samples:
        return []
    name = type(model).__name__
    said = list(model.recognise(blind, samples))
    if len(said) != len(samples):
        raise DataError(
            f"{name}.recognise: {len(said)} answers for {len(samples)} samples; give one each, in order"
        )
    for one, sample in zip(said, samples, strict=True):
        if (one.sample_id, one.clip_id) != (sample.sample_id, sample.clip_id):
            raise DataError(
                f"{name}.recognise: an answer about {one.sample_id or one.clip_id!r} where "
                f"{sample.sample_id or sample.clip_id!r} was asked; give one each, in order"
            )
        if one.emotion not in scheme.classes:
            raise DataError(
                f"{name}.recognise: {one.emotion!r} is no class of the scheme {scheme.name!r} "
                f"({', '.join(scheme.classes)})"
            )
    return said
