"""A small dataset, predictions for it, and the same predictions in every format."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from builders import tiny_dataset

from wdmd_tools.elan.writer import EafDocument, EafMedia, write_eaf
from wdmd_tools.export.options import ExportOptions
from wdmd_tools.export.run import export_dataset
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, write_predictions
from wdmd_tools.review.frames import recording_times
from wdmd_tools.review.model_tiers import ScoredSpan, model_tiers

ORIGIN = 120
"""TIME_ORIGIN of the ELAN files: their 0 is this media time, in ms."""


@pytest.fixture(name="dataset", scope="session")
def make_dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Eight recordings of three clips that follow one another, at 59.94 fps."""
    root = tmp_path_factory.mktemp("submitted") / "data"
    return tiny_dataset(root, n_recordings=8, n_frames=48, fps=Fraction(60000, 1001))


@pytest.fixture(name="said", scope="session")
def make_predictions(dataset: Dataset) -> list[ClipPrediction]:
    """Some right, some wrong, some overlapping; one clip without any."""
    generator = np.random.default_rng(4)
    found = []
    for number, clip in enumerate(dataset.iter_clips()):
        segments = []
        for one in dataset.reference_intervals(clip.clip_id):
            first = max(0, one.start_ms + int(generator.integers(-2, 3)))
            segments.append(PredictedSegment(Interval(first, one.end_ms), 0.6 + 0.01 * number))
        if number % 2:
            segments.append(PredictedSegment(Interval(0, 7), 0.25))
        if number % 5 == 0:
            segments.append(PredictedSegment(Interval(41, 48), 0.375))
        found.append(ClipPrediction(clip.clip_id, tuple(segments)))
    return found


@pytest.fixture(name="folder", scope="session")
def write_folder(
    said: list[ClipPrediction], dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The predictions as Parquet, as ``exported/activitynet``, ``exported/megc``, and as ``eaf``."""
    folder = tmp_path_factory.mktemp("predictions")
    write_predictions(folder, said)
    for kind in ("activitynet", "megc"):
        export_dataset(dataset, kind, folder / "exported" / kind, ExportOptions(predictions=folder))
    write_elan(folder / "eaf", dataset, said)
    return folder


def write_elan(
    folder: Path, dataset: Dataset, said: list[ClipPrediction], model: str = "mine"
) -> None:
    """One EAF per recording with the model's tiers, on a time line that begins at `ORIGIN`."""
    by_clip = {one.clip_id: one for one in said}
    for recording in sorted(set(dataset.clips["recording_id"].to_pylist())):
        spans = []
        for clip_id, times in recording_times(dataset, recording).items():
            for segment in by_clip[clip_id].segments:
                span = times.span(segment.interval)
                spans.append(ScoredSpan(span.start_ms, span.end_ms, segment.score))
        shift = min([ORIGIN, *(span.start_ms for span in spans)])
        moved = [ScoredSpan(s.start_ms - shift, s.end_ms - shift, s.score) for s in spans]
        document = EafDocument(
            author="test",
            date=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            media=(EafMedia(f"{recording}.mp4", f"./{recording}.mp4", "video/mp4", shift),),
            tiers=tuple(model_tiers("ME", "score", model, moved)),
        )
        folder.mkdir(parents=True, exist_ok=True)
        write_eaf(folder / f"{recording}.eaf", document)
