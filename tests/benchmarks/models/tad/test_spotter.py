"""Both detectors from crops to predictions; that they learn is shown in test_training."""

from pathlib import Path

import numpy as np
import pytest
from builders import tiny_dataset

from benchmarks.models.action_former import ActionFormer
from benchmarks.models.base import FitContext
from benchmarks.models.tad.spotter import TadSpotter
from benchmarks.models.temporal_maxer import TemporalMaxer
from benchmarks.protocols import blind_view, training_view
from benchmarks.scoring import score_predictions
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction

SMALL = {"regions": 3, "dim": 24, "levels": 2, "epochs": 3}


def context(folder: Path, **options: object) -> FitContext:
    return FitContext(0, folder / "w", folder / "c", folder / "r", {**SMALL, **options})


@pytest.fixture(name="dataset", scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    root = tmp_path_factory.mktemp("tad")
    return tiny_dataset(root, n_recordings=5, n_frames=40, with_crops=True, crop_size=32)


def fit_predict(
    kind: type[TadSpotter], dataset: Dataset, folder: Path, **options: object
) -> list[ClipPrediction]:
    model = kind()
    model.fit(training_view(dataset), context(folder, **options))
    assert model.describe()["parameters"] > 0
    return model.predict(blind_view(dataset, "test"), "test")


@pytest.mark.parametrize("kind", [TemporalMaxer, ActionFormer])
def test_it_says_what_the_contract_asks_for(
    kind: type[TadSpotter], dataset: Dataset, tmp_path: Path
) -> None:
    found = fit_predict(kind, dataset, tmp_path)
    clips = {clip.clip_id: clip for clip in dataset.iter_clips("test")}
    assert {one.clip_id for one in found} == set(clips)
    for one in found:
        assert one.frame_scores is not None
        assert one.p_me is not None
        assert one.frame_scores.shape == (clips[one.clip_id].n_frames,)
        assert 0 <= one.frame_scores.min() <= one.frame_scores.max() <= 1
        assert 0 <= one.p_me <= 1
        assert one.p_state is None
    assert score_predictions(dataset, {one.clip_id: one for one in found}).unpredicted == 0


def test_the_same_seed_gives_the_same_predictions(dataset: Dataset, tmp_path: Path) -> None:
    first = fit_predict(TemporalMaxer, dataset, tmp_path)
    second = fit_predict(TemporalMaxer, dataset, tmp_path)
    for one, other in zip(first, second, strict=True):
        assert (one.segments, one.p_me) == (other.segments, other.p_me)
        assert one.frame_scores is not None
        assert other.frame_scores is not None
        np.testing.assert_array_equal(one.frame_scores, other.frame_scores)


def test_films_of_twice_the_rate_are_brought_to_the_same_steps(tmp_path: Path) -> None:
    dataset = tiny_dataset(
        tmp_path, n_recordings=4, n_frames=48, fps=60, with_crops=True, crop_size=32
    )
    model = TemporalMaxer()
    model.fit(training_view(dataset), context(tmp_path, min_ms=0.0))
    for one in model.predict(blind_view(dataset, "test"), "test"):
        assert one.frame_scores is not None
        assert len(one.frame_scores) == 48


def test_without_micro_expressions_there_is_nothing_to_learn(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, with_crops=True, mes_per_clip=0)
    with pytest.raises(ManifestError, match="no micro-expression in the training split"):
        TemporalMaxer().fit(training_view(dataset), context(tmp_path))


def test_a_misspelt_option_is_named(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="model 'action-former': option epoch"):
        ActionFormer().fit(dataset, context(tmp_path, epoch=3))


def test_it_must_be_fitted_first(dataset: Dataset) -> None:
    with pytest.raises(ValueError, match="fit"):
        TemporalMaxer().predict(dataset, "test")
