from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from builders import tiny_dataset

import benchmarks.features.face_points as face_points
from benchmarks.models.base import FitContext
from benchmarks.models.boosting.options import BoostingOptions
from benchmarks.models.boosting.spotter import Boosting
from benchmarks.models.boosting.timing import UNKNOWN_HALF_S
from benchmarks.protocols import blind_view, training_view
from benchmarks.spotting.kept import find, keep
from wdmd_tools.emotions import scheme
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples

QUICK = {"epochs": 2, "flow": "dis", "side": 48, "window_s": 0.5}


def grid(pictures: np.ndarray) -> Sequence[np.ndarray | None]:
    """Landmarks for pictures without a face: spread over the middle."""
    points = np.random.default_rng(0).uniform(8, 24, (68, 2))
    points[39], points[42] = (13, 12), (19, 12)
    return [points] * len(pictures)


@pytest.fixture(name="dataset", scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    dataset: Dataset = tiny_dataset(
        tmp_path_factory.mktemp("d"),
        n_recordings=6,
        clips_per_recording=2,
        mes_per_clip=(2, 1),
        with_crops=True,
    )
    return dataset


@pytest.fixture(autouse=True)
def no_face_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_points, "first_frame_points", grid)


def context(folder: Path, emotions: str | None = "3", **options: object) -> FitContext:
    return FitContext(
        0,
        folder / "w",
        folder / "c",
        folder / "r",
        {**QUICK, **options},
        emotions=scheme(emotions) if emotions else None,
    )


def fitted(
    dataset: Dataset, folder: Path, emotions: str | None = "3", **options: object
) -> Boosting:
    model = Boosting()
    model.fit(training_view(dataset), context(folder, emotions, **options))
    return model


def test_spots_and_recognises(dataset: Dataset, tmp_path: Path) -> None:
    model = fitted(dataset, tmp_path)
    blind = blind_view(dataset, "test")
    found = model.predict(blind, "test")
    assert [one.clip_id for one in found] == [c.clip_id for c in dataset.iter_clips("test")]
    lengths = {c.clip_id: c.n_frames for c in dataset.iter_clips("test")}
    for one in found:
        assert one.frame_scores is not None
        assert one.frame_scores.shape == (lengths[one.clip_id],)
        assert one.p_me is not None
        assert one.p_state is None
        assert all(segment.emotion in scheme("3").classes for segment in one.segments)
    samples = [sample.blind for sample in emotion_samples(dataset, scheme("3"), "test")]
    said = model.recognise(blind, samples)
    assert [one.sample_id for one in said] == [one.sample_id for one in samples]
    for recognition in said:
        assert recognition.probabilities is not None
        assert sum(recognition.probabilities.values()) == pytest.approx(1, abs=1e-5)
    again = fitted(dataset, tmp_path).predict(blind, "test")
    assert [one.segments for one in again] == [one.segments for one in found]


def test_without_emotions_it_spots_only(dataset: Dataset, tmp_path: Path) -> None:
    model = fitted(dataset, tmp_path, emotions=None)
    found = model.predict(blind_view(dataset, "test"), "test")
    assert all(segment.emotion is None for one in found for segment in one.segments)
    with pytest.raises(ValueError, match="with emotions"):
        model.recognise(dataset, [])


def test_priors_come_from_the_training_clips_alone(dataset: Dataset, tmp_path: Path) -> None:
    model = fitted(dataset, tmp_path)
    lengths = [
        interval.duration_ms
        for clip in dataset.iter_clips("train")
        for interval in dataset.reference_intervals(clip.clip_id)
    ]
    assert model.decoder.half_s == pytest.approx(float(np.median(lengths)) / 60)
    facts = model.describe()
    assert facts["class_weights"] != [1, 1, 1, 1]
    without = fitted(dataset, tmp_path, priors=False)
    assert without.decoder.half_s == UNKNOWN_HALF_S
    assert without.describe()["class_weights"] == [1, 1, 1, 1]


def test_ablations_are_options(dataset: Dataset, tmp_path: Path) -> None:
    fixed = fitted(dataset, tmp_path, strategy="fixed")
    apart = fitted(dataset, tmp_path, shared=False)
    assert fixed.decoder.strategy == "fixed"
    assert apart.describe()["parameters"] > 1.9 * fixed.describe()["parameters"]


def test_a_misspelt_option_is_named(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="option epoch"):
        fitted(dataset, tmp_path, epoch=3)


def test_a_size_brings_its_numbers() -> None:
    nano, paper = BoostingOptions(), BoostingOptions.model_validate({"size": "paper", "epochs": 3})
    assert (nano.flow, nano.side, nano.epochs, nano.batch, nano.rate) == ("dis", 128, 20, 32, 1e-3)
    assert (paper.flow, paper.side, paper.batch, paper.rate) == ("farneback", 320, 256, 3e-4)
    assert paper.epochs == 3


def test_no_micro_expression_to_learn_from(tmp_path: Path) -> None:
    empty = tiny_dataset(tmp_path / "e", n_recordings=3, mes_per_clip=0)
    with pytest.raises(ManifestError, match="no micro-expression in the training split"):
        fitted(empty, tmp_path)


def test_fast_films_are_thinned_out(tmp_path: Path) -> None:
    """At 120 fps every fourth frame is used; scores and segments are in frames of the clip."""
    fast = tiny_dataset(
        tmp_path / "f", n_recordings=4, clips_per_recording=1, n_frames=99, fps=120, with_crops=True
    )
    model = fitted(fast, tmp_path)
    for one in model.predict(blind_view(fast, "test"), "test"):
        assert one.frame_scores is not None
        assert one.frame_scores.shape == (99,)
        assert (one.frame_scores[0:4] == one.frame_scores[0]).all()
        for segment in one.segments:
            assert segment.interval.start_ms % 4 == 0
            assert segment.interval.end_ms <= 99


def test_what_was_learnt_can_be_kept(dataset: Dataset, tmp_path: Path) -> None:
    """`bench spot` keeps a fitted model and finds it again."""
    model = fitted(dataset, tmp_path)
    assert keep(tmp_path / "kept.pickle", model)
    again = find(tmp_path / "kept.pickle", Boosting, context(tmp_path))
    assert again is not None
    blind = blind_view(dataset, "test")
    first, second = model.predict(blind, "test"), again.predict(blind, "test")
    assert [one.segments for one in first] == [one.segments for one in second]
