"""Films with injected micro-expressions, built into a dataset of which all is test data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.protocols.leaks import TEST_SPLIT
from benchmarks.protocols.pooled import source_hashes
from wdmd_tools.config import BuildConfig
from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval, from_frames
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.build import build_dataset
from wdmd_tools.pipeline.progress import BuildProgress
from wdmd_tools.synth.injection.truth import read_truth


@dataclass(frozen=True)
class Injected:
    """One injected ME.

    Args:
        recording_id: The film.
        interval: Frames of the film, half-open.
        amplitude_percent: Largest displacement in per cent of the inter-ocular distance.
        duration_ms: Onset to offset.
        activity: How fast the lips move around it, inter-ocular distances per second; NaN where unknown.
        speaking: Whether that counts as speaking.
    """

    recording_id: str
    interval: Interval
    amplitude_percent: float
    duration_ms: float
    activity: float
    speaking: bool


@dataclass(frozen=True)
class Film:
    """One film with MEs, or a control.

    Args:
        recording_id: Its name.
        source: The film it was made of.
        control: Whether it has no ME.
        fps: Frames per second, on average.
        activity: (T,) per frame, NaN where no face was found.
        speaking: (T,) per frame.
        covered: (T,) whether the frame is in a clip of the dataset: the others were rejected.
        injected: Its MEs, in order of time, those in one clip only.
        lost: MEs that are in no clip.
    """

    recording_id: str
    source: str
    control: bool
    fps: float
    activity: npt.NDArray[np.float64]
    speaking: npt.NDArray[np.bool_]
    covered: npt.NDArray[np.bool_]
    injected: tuple[Injected, ...]
    lost: int


@dataclass(frozen=True)
class Footage:
    """A dataset of films with known MEs.

    Args:
        folder: What `wdmd demo --from` wrote.
        dataset: Built from it, every clip in the test split.
        films: Those with at least one clip.
        settings: Of the injection, JSON values.
        sources: Hash of each source film, by its name.
    """

    folder: Path
    dataset: Dataset
    films: tuple[Film, ...]
    settings: dict[str, object]
    sources: dict[str, str]

    @property
    def lost(self) -> int:
        """MEs that are in no clip."""
        return sum(film.lost for film in self.films)


def build_footage(
    folder: Path,
    like: Dataset,
    *,
    jobs: int = 1,
    face_model: Path | None = None,
    progress: Callable[[BuildProgress], None] = lambda _at: None,
) -> Path:
    """Build the dataset of an injection folder with the settings of the dataset that models learnt from.

    A finished build is found again and costs nothing.

    Args:
        folder: What `wdmd demo --from` wrote.
        like: Its crops have the size and alignment that the models expect.
        jobs: Processes.
        face_model: ``face_landmarker.task``.
        progress: See `build_dataset`.

    Returns:
        The dataset's folder, ``data`` inside of `folder`.

    Raises:
        ManifestError: There are no injected films in `folder`.
        DataError: Nothing could be built.
    """
    read_truth(folder)
    given = like.info.get("config")
    config = BuildConfig.model_validate(given) if isinstance(given, dict) else BuildConfig()
    majority = {"rule": "majority", "annotator": ""}
    config = config.model_copy(update={"consensus": config.consensus.model_copy(update=majority)})
    out = folder / "data"
    build_dataset(
        folder / "ann",
        folder / "raw",
        out,
        config,
        face_model=face_model,
        jobs=jobs,
        name=folder.resolve().name,
        progress=progress,
    )
    return out


def open_footage(folder: Path, data: Path) -> Footage:
    """Read truth and dataset together.

    Args:
        folder: What `wdmd demo --from` wrote.
        data: The dataset that was built from it.

    Raises:
        ManifestError: One of them cannot be read, or they do not belong together.
    """
    said, truth, activity = read_truth(folder)
    opened = Dataset.open(data)
    split = pa.array([TEST_SPLIT] * opened.clips.num_rows).cast(
        opened.clips.schema.field("split").type
    )
    index = opened.clips.schema.get_field_index("split")
    dataset = replace(
        opened, clips=opened.clips.set_column(index, opened.clips.schema.field("split"), split)
    )
    spans: dict[str, list[Interval]] = {}
    for row in dataset.clips.to_pylist():
        span = Interval(row["start_frame"], row["end_frame"])
        spans.setdefault(film_of(row), []).append(span)
    unknown = sorted(spans.keys() - {film["recording_id"] for film in said["films"]})
    if unknown:
        raise ManifestError(f"{data}: {unknown[0]!r} is not one of the films of {folder}")
    columns = _by_recording(activity)
    events: dict[str, list[Injected]] = {}
    for row in truth.to_pylist():
        events.setdefault(row["recording_id"], []).append(_injected(row))
    films = tuple(
        _film(
            film,
            columns[film["recording_id"]],
            spans[film["recording_id"]],
            events.get(film["recording_id"], []),
        )
        for film in said["films"]
        if film["recording_id"] in spans
    )
    if not any(film.injected for film in films):
        raise ManifestError(
            f"{data}: no injected micro-expression is in any clip; see {data / 'rejects.parquet'}"
        )
    hashes = {film["source"]: film["source_sha256"] for film in said["films"]}
    return Footage(folder, dataset, films, dict(said["config"]), hashes)


def film_of(row: Mapping[str, Any]) -> str:
    """Name of the film that a row of the clips table was cut from; recording ids are made for file names.

    Args:
        row: Of the clips table.
    """
    return Path(row["source_video"]).stem


def check_footage(footage: Footage, learnt: Dataset) -> None:
    """Refuse footage that the models learnt from.

    Args:
        footage: To be tested on.
        learnt: The dataset that models learn from.

    Raises:
        ManifestError: A film is in its training or validation split.
    """
    hashes = source_hashes(learnt)
    used = {
        hashes.get(row["source_video"])
        for row in learnt.clips.to_pylist()
        if row["split"] in ("train", "val")
    }
    for name, digest in footage.sources.items():
        if digest in used:
            raise ManifestError(
                f"{footage.folder}: {name} is learnt from in {learnt.root}: scores would leak; inject "
                "into films that are in no training or validation split"
            )


def _by_recording(
    table: pa.Table,
) -> dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]]:
    names = np.asarray(table["recording_id"].to_pylist(), dtype=object)
    values = table["activity"].to_numpy(zero_copy_only=False).astype(float)
    speaking = table["speaking"].to_numpy(zero_copy_only=False).astype(bool)
    return {
        str(name): (values[names == name], speaking[names == name])
        for name in dict.fromkeys(names.tolist())
    }


def _injected(row: dict[str, object]) -> Injected:
    def number(name: str) -> float:
        value = row[name]
        return float(value) if isinstance(value, int | float) else float("nan")

    return Injected(
        str(row["recording_id"]),
        from_frames(int(number("onset_frame")), int(number("offset_frame"))),
        number("amplitude_percent"),
        number("offset_ms") - number("onset_ms"),
        number("activity"),
        row["state"] == "speaking",
    )


def _film(
    said: dict[str, object],
    per_frame: tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]],
    spans: list[Interval],
    events: list[Injected],
) -> Film:
    activity, speaking = per_frame
    covered = np.zeros(len(activity), dtype=bool)
    for span in spans:
        covered[span.start_ms : span.end_ms] = True
    inside = [
        event
        for event in events
        if any(
            span.start_ms <= event.interval.start_ms and event.interval.end_ms <= span.end_ms
            for span in spans
        )
    ]
    fps = said["fps"]
    return Film(
        str(said["recording_id"]),
        str(said["source"]),
        bool(said["control"]),
        float(fps) if isinstance(fps, int | float) else 25.0,
        activity,
        speaking,
        covered,
        tuple(inside),
        len(events) - len(inside),
    )
