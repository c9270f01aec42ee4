from pathlib import Path

import numpy as np
import pytest
from builders import tiny_dataset

from benchmarks.models.base import FitContext
from benchmarks.models.feature_difference import FeatureDifference, scaled
from benchmarks.protocols import blind_view, training_view
from benchmarks.scoring import score_predictions
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.manifest import Dataset

SMALL = {"blocks": 3}


def context(folder: Path, **options: object) -> FitContext:
    return FitContext(0, folder / "w", folder / "c", folder / "r", options or SMALL)


@pytest.fixture(name="dataset", scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    root = tmp_path_factory.mktemp("chi2")
    return tiny_dataset(root, n_recordings=8, n_frames=60, with_crops=True, crop_size=32)


def test_it_finds_what_is_plain_to_see(dataset: Dataset, tmp_path: Path) -> None:
    """In the tiny clips an ME shifts the upper half of the picture by two pixels."""
    model = FeatureDifference()
    model.fit(training_view(dataset), context(tmp_path))
    facts = model.describe()
    assert facts["parameters"] == 0
    assert 0 < facts["tau"] < 1
    found = model.predict(blind_view(dataset, "test"), "test")
    assert len(found) == len(list(dataset.iter_clips("test")))
    for one in found:
        assert one.frame_scores is not None
        assert one.p_me is not None
        assert one.p_state is None
        assert 0 <= one.frame_scores.min() <= one.frame_scores.max() <= 1
    score = score_predictions(dataset, {one.clip_id: one for one in found})
    counts = score.total.total
    assert counts.tp > 0
    assert counts.tp >= counts.fp


def test_without_micro_expressions_the_interval_must_be_given(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, with_crops=True, mes_per_clip=0)
    with pytest.raises(ManifestError, match="no micro-expression in the training split"):
        FeatureDifference().fit(training_view(dataset), context(tmp_path))
    model = FeatureDifference()
    model.fit(training_view(dataset), context(tmp_path, interval_ms=300.0, blocks=3))
    assert model.describe()["interval_ms"] == 300.0


def test_a_misspelt_option_is_named(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="model 'chi2-difference': option block"):
        FeatureDifference().fit(dataset, context(tmp_path, block=3))


def test_without_any_difference_all_scores_are_0() -> None:
    np.testing.assert_array_equal(scaled(np.zeros(3), 0.0), [0, 0, 0])
    np.testing.assert_allclose(scaled(np.array([0.0, 1.0, 4.0]), 2.0), [0, 0.5, 1])
