"""Emotions of micro-expressions whose place is known: a run's word for each, and how often it is right.

The annotated interval is given, its frames weighted alike but for what the head has learnt of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from meldae.inference import RawScores, load_model, score_clips
from meldae.run_folder import RunFolder
from meldae.store import FrameStore, Progress
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample, emotion_samples
from wdmd_tools.metrics.recognition import Matrix, class_counts, confusion_counts, uar, uf1
from wdmd_tools.predictions import Recognition


class EmotionCheck:
    """Known emotions of some clips, against what a model says.

    Args:
        dataset: The truth.
        clips: Which clips.
        scheme: The classes; `None` checks nothing.
    """

    def __init__(
        self, dataset: Dataset, clips: Sequence[Clip], scheme: EmotionScheme | None
    ) -> None:
        self.scheme = scheme
        self.samples: list[EmotionSample] = []
        self.decides = False
        """Whether UF1 chooses the epoch: every clip that is learnt from and checked is one ME."""
        if scheme is None:
            return
        wanted = {clip.clip_id for clip in clips}
        self.samples = [one for one in emotion_samples(dataset, scheme) if one.clip_id in wanted]
        seen = [*clips, *dataset.iter_clips("train")]
        self.decides = bool(self.samples) and all(
            len(dataset.reference_intervals(clip.clip_id)) == 1 for clip in seen
        )

    def confusion(self, scores: Mapping[str, RawScores]) -> Matrix | None:
        """Confusions (K, K + 1) of all samples; `None` without a scheme or samples.

        Args:
            scores: Of every clip with a sample, with emotions.
        """
        if self.scheme is None or not self.samples:
            return None
        said = []
        for one in self.samples:
            emotions = scores[one.clip_id].emotions
            said.append("" if emotions is None else emotions.emotion(one.interval))
        true = [one.emotion or "" for one in self.samples]
        return confusion_counts(said, true, self.scheme.classes)

    def value(self, scores: Mapping[str, RawScores]) -> float:
        """Mean F1 of the classes that are true or said: UF1, but never undefined; 0 without samples."""
        found = self.confusion(scores)
        return 0.0 if found is None else float(np.nanmean(class_counts(found).f1))

    def to_json(self, scores: Mapping[str, RawScores] | None) -> dict[str, Any]:
        """Numbers for a result; empty without a scheme, null where undefined.

        Args:
            scores: See `confusion`; `None` when nothing was scored.
        """
        if self.scheme is None:
            return {}
        found = None if scores is None else self.confusion(scores)
        if found is None:
            return {"uf1": None, "uar": None, "acc_emotion": None, "emotion_samples": 0}
        return {
            "uf1": uf1(found, self.scheme.classes).value,
            "uar": uar(found, self.scheme.classes).value,
            "acc_emotion": float(np.trace(found) / found.sum()),
            "emotion_samples": len(self.samples),
        }


def recognise(
    run: RunFolder,
    dataset: Dataset,
    samples: Sequence[EmotionSample],
    progress: Progress | None = None,
    device: str | torch.device = "cpu",
) -> list[Recognition]:
    """What a finished run says about micro-expressions whose place is given.

    Args:
        run: A finished run with an emotion head.
        dataset: Holds the samples' clips; labels are not looked at.
        samples: In any order.
        progress: Told about decoding and scoring.
        device: Where to compute.

    Returns:
        One per sample, in the same order.

    Raises:
        ConfigError: The run has no emotion head.
        ModelFileError: The run cannot be used.
        ManifestError: Crops do not fit the tables.
    """
    config = run.config
    if not config.model.emotions:
        raise ConfigError(
            f"{run.path}: this run has no emotion head; train one with `meldae train --emotions 3`"
        )
    model = load_model(run, device)
    wanted = {one.clip_id for one in samples}
    clips = [clip for clip in dataset.iter_clips() if clip.clip_id in wanted]
    folder = run.cache if config.training.cache else None
    store = FrameStore(dataset, config.model.input, folder, progress=progress)
    training = config.training
    scores = score_clips(model, clips, store, training.window, training.overlap, progress=progress)
    return name_samples(samples, scores)


def name_samples(
    samples: Sequence[EmotionSample], scores: Mapping[str, RawScores]
) -> list[Recognition]:
    """One recognition per sample, in order.

    Args:
        samples: Where.
        scores: Of every clip with a sample, with emotions.
    """
    found = []
    for one in samples:
        emotions = scores[one.clip_id].emotions
        if emotions is None:
            raise ValueError("Expected scores of a model with an emotion head.")
        chances = emotions.probabilities(one.interval)
        said = max(emotions.classes, key=lambda name: chances[name])
        found.append(Recognition(one.sample_id, one.clip_id, said, chances))
    return found
