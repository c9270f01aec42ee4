"""One test clip over time, models under each other (the paper's figure 5).

The clip is chosen by what the annotators said, never by how a model did: the first test clip, by id, in
which the subject both speaks and does not and which holds a micro-expression during speech; where there is
none, the first that holds one at all.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.results import read_results
from wdmd_tools.errors import DataError, UnknownNameError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.metrics.dialogue import majority_state
from wdmd_tools.predictions import ClipPrediction, read_predictions


def choose_clip(dataset: Dataset, clip_id: str | None = None) -> Clip:
    """The clip to draw.

    Args:
        dataset: Where to look, in its test split.
        clip_id: A clip chosen by the user.

    Raises:
        UnknownNameError: There is no such clip.
        DataError: No test clip holds a micro-expression.
    """
    if clip_id is not None:
        clips = {clip.clip_id: clip for clip in dataset.iter_clips()}
        if clip_id not in clips:
            raise UnknownNameError("clip", clip_id, clips)
        return clips[clip_id]
    with_me = sorted(
        (clip for clip in dataset.iter_clips("test") if clip.has_me), key=lambda clip: clip.clip_id
    )
    for clip in with_me:
        speaking = dataset.speaking_by_frame(clip.clip_id)
        states = {
            majority_state(one, speaking) for one in dataset.reference_intervals(clip.clip_id)
        }
        if "speaking" in states and (speaking == 0).any():
            return clip
    if not with_me:
        raise DataError(
            f"{dataset.root}: no clip of the test split holds a micro-expression; "
            "choose a clip with --clip"
        )
    return with_me[0]


def draw_case(
    dataset: Dataset,
    results: Path,
    models: Sequence[str],
    path: Path,
    clip_id: str | None = None,
) -> Clip:
    """Draw one clip with the scores and segments of finished jobs.

    Args:
        dataset: The dataset the jobs ran on.
        results: Folder that ``bench run`` wrote.
        models: Registered names, in the order of lanes; jobs of other data are not taken.
        path: The picture.
        clip_id: See `choose_clip`.

    Returns:
        The clip that was drawn.

    Raises:
        DataError: No job of these models has finished on this dataset.
    """
    from wdmd_tools.plots.timeline import plot_timeline

    clip = choose_clip(dataset, clip_id)
    said = _said(dataset, results, models, clip)
    if not said:
        raise DataError(
            f"{results}: no finished job of {', '.join(models)} on {dataset.root}; "
            "run `bench run` first"
        )
    plot_timeline(
        path,
        clip.fps,
        {
            name: np.asarray(one.frame_scores)
            for name, one in said.items()
            if one.frame_scores is not None
        },
        dataset.reference_intervals(clip.clip_id),
        {name: [segment.interval for segment in one.segments] for name, one in said.items()},
        dataset.speaking_by_frame(clip.clip_id),
        f"{dataset.name}: clip {clip.clip_id}, subject {clip.subject_id} ({clip.split})",
    )
    return clip


def _said(
    dataset: Dataset, results: Path, models: Sequence[str], clip: Clip
) -> dict[str, ClipPrediction]:
    """Display name to what the model said about the clip; the first seed of each model."""
    found: dict[str, tuple[str, ClipPrediction]] = {}
    for job in read_results(results):
        name = job.job.model
        wanted = name in models and name not in found
        if not wanted or job.status != "ok" or job.data_hash != dataset.data_hash:
            continue
        predictions = read_predictions(job.job.folder(results))
        if clip.clip_id in predictions:
            found[name] = (job.display, predictions[clip.clip_id])
    return dict(found[name] for name in models if name in found)
