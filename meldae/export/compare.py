"""How far an exported model is from the one that it was made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from meldae.evaluation import evaluate
from meldae.inference import RawScores, score_clips, to_prediction
from meldae.model import Meldae
from meldae.run_folder import RunFolder
from meldae.store import FrameStore, Progress, clips_of
from wdmd_tools.manifest import Dataset


@dataclass(frozen=True)
class Deviation:
    """Two models on the same clips, with the same decoding.

    Args:
        split: Which clips.
        f1_dr_before: Of the run.
        f1_dr_after: Of the exported model.
        largest: Largest difference of a frame's probability.
        mean: Mean difference of a frame's probability.
    """

    split: str
    f1_dr_before: float | None
    f1_dr_after: float | None
    largest: float
    mean: float


def deviation(
    run: RunFolder,
    dataset: Dataset,
    before: Meldae,
    after: Any,
    split: str = "val",
    progress: Progress | None = None,
) -> Deviation:
    """Score a split with both.

    Args:
        run: Whose windows and decoding are used.
        dataset: A built dataset.
        before: The model of the run.
        after: The exported one, an `OnnxModel`.
        split: Which clips.
        progress: Told about clips.
    """
    config, how = run.config, run.decoding
    clips = clips_of(dataset, split)
    folder = run.cache if config.training.cache else None
    store = FrameStore(dataset, config.model.input, folder, progress=progress)
    training = config.training
    scores: list[Mapping[str, RawScores]] = [
        score_clips(model, clips, store, training.window, training.overlap, progress=progress)
        for model in (before, after)
    ]
    found = [
        evaluate(dataset, clips, [to_prediction(clip, one[clip.clip_id], how) for clip in clips])
        for one in scores
    ]
    gaps = np.concatenate(
        [
            np.abs(scores[0][clip.clip_id].frame_scores - scores[1][clip.clip_id].frame_scores)
            for clip in clips
        ]
    )
    return Deviation(
        split,
        found[0].counts.f1_dr,
        found[1].counts.f1_dr,
        float(gaps.max()),
        float(gaps.mean()),
    )
