"""A film that nobody annotated as a dataset, all of it to be tested on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from benchmarks.protocols.leaks import TEST_SPLIT
from wdmd_tools.clips import slug
from wdmd_tools.config import BuildConfig
from wdmd_tools.errors import VideoError
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.build import build_plan
from wdmd_tools.pipeline.plan import Plan, RecordingPlan
from wdmd_tools.pipeline.progress import BuildProgress


def build_film(
    video: Path,
    like: Dataset,
    out: Path,
    *,
    face_model: Path | None = None,
    progress: Callable[[BuildProgress], None] = lambda _at: None,
) -> Dataset:
    """Cut a film into clips of face crops, with the settings of the dataset that a model learnt from.

    A finished build of the same film is found again and costs nothing.

    Args:
        video: The film.
        like: Its crops have the size and alignment that the model expects.
        out: The dataset's folder, made if need be.
        face_model: ``face_landmarker.task``.
        progress: See `build_plan`.

    Returns:
        Opened, every clip in the test split.

    Raises:
        VideoError: There is no such file.
        DataError: No clip could be made of it, for example for lack of a face.
    """
    if not video.is_file():
        raise VideoError(f"{video}: no such file")
    recording = RecordingPlan(
        recording_id=slug(video.stem),
        subject_id="unknown",
        video=video.resolve(),
        source_video=video.name,
        events_file=str(video),
        eaf_hashes=(),
        annotators=(),
        events=(),
        time_origin_ms=0,
    )
    build_plan(
        Plan((recording,), (), 0),
        out,
        film_config(like),
        name=video.stem,
        face_model=face_model,
        progress=progress,
    )
    return all_test(Dataset.open(out))


def film_config(like: Dataset) -> BuildConfig:
    """The build settings of a dataset, for a film without annotations: nobody is asked for consensus."""
    given = like.info.get("config")
    config = BuildConfig.model_validate(given) if isinstance(given, dict) else BuildConfig()
    nobody = config.consensus.model_copy(update={"rule": "majority", "annotator": ""})
    whole = config.clips.model_copy(update={"annotated_only": False})
    return config.model_copy(update={"consensus": nobody, "clips": whole})


def all_test(dataset: Dataset) -> Dataset:
    """The dataset with every clip in the test split."""
    field = dataset.clips.schema.field("split")
    index = dataset.clips.schema.get_field_index("split")
    split = pa.array([TEST_SPLIT] * dataset.clips.num_rows, pa.string()).cast(field.type)
    return replace(dataset, clips=dataset.clips.set_column(index, field, split))
