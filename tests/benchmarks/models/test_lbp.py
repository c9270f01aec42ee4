from pathlib import Path

import numpy as np
import pytest
from builders import tiny_dataset

from benchmarks.models.base import FitContext
from benchmarks.models.lbp import LbpSipSvm, LbpSvm, LbpTopSvm, spread
from benchmarks.models.lbp_mop import LbpMopSvm
from benchmarks.models.svm import Sigmoid, fit_sigmoid, train_svm
from benchmarks.protocols import blind_view, training_view
from benchmarks.scoring import score_predictions
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction

SMALL = {"blocks": 2, "stride_ms": 60.0, "costs": (1.0, 10.0)}


def context(folder: Path, **options: object) -> FitContext:
    return FitContext(0, folder / "w", folder / "c", folder / "r", options or SMALL)


@pytest.fixture(name="dataset", scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    root = tmp_path_factory.mktemp("lbp")
    return tiny_dataset(root, n_recordings=10, n_frames=60, with_crops=True, crop_size=32)


def fit_predict(kind: type[LbpSvm], dataset: Dataset, folder: Path) -> list[ClipPrediction]:
    model = kind()
    model.fit(training_view(dataset), context(folder))
    assert model.describe()["parameters"] > 0
    return model.predict(blind_view(dataset, "test"), "test")


@pytest.mark.parametrize("kind", [LbpTopSvm, LbpSipSvm, LbpMopSvm])
def test_it_learns_what_is_plain_to_see(
    kind: type[LbpSvm], dataset: Dataset, tmp_path: Path
) -> None:
    """In the tiny clips an ME shifts the upper half by two pixels, and speech sways the lower half."""
    found = fit_predict(kind, dataset, tmp_path)
    clips = {clip.clip_id: clip for clip in dataset.iter_clips("test")}
    assert {one.clip_id for one in found} == set(clips)
    inside, outside = [], []
    for one in found:
        clip = clips[one.clip_id]
        assert one.frame_scores is not None
        assert one.frame_scores.shape == (clip.n_frames,)
        assert one.p_me is not None
        assert one.p_state is not None
        assert 0 <= one.p_me <= 1
        assert 0 <= one.p_state <= 1
        truth = np.zeros(clip.n_frames, dtype=bool)
        for span in dataset.reference_intervals(one.clip_id):
            truth[span.start_ms : span.end_ms] = True
        inside += one.frame_scores[truth].tolist()
        outside += one.frame_scores[~truth].tolist()
    assert np.mean(inside) > np.mean(outside) + 0.15
    score = score_predictions(dataset, {one.clip_id: one for one in found})
    # Blocks of half the picture average most of the shift away before LBP-MOP sees it.
    assert score.total.total.tp > 0 or kind is LbpMopSvm


def test_the_same_seed_gives_the_same_predictions(dataset: Dataset, tmp_path: Path) -> None:
    first = fit_predict(LbpSipSvm, dataset, tmp_path / "a")
    second = fit_predict(LbpSipSvm, dataset, tmp_path / "b")
    for one, other in zip(first, second, strict=True):
        assert (one.segments, one.p_me, one.p_state) == (other.segments, other.p_me, other.p_state)


def test_without_micro_expressions_there_is_nothing_to_learn(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, with_crops=True, mes_per_clip=0)
    with pytest.raises(ManifestError, match="no micro-expression in the training split"):
        LbpSipSvm().fit(training_view(dataset), context(tmp_path))


def test_a_misspelt_option_is_named(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="model 'lbp-sip': option block"):
        LbpSipSvm().fit(dataset, context(tmp_path, block=3))


def test_frames_get_the_mean_of_the_windows_that_cover_them() -> None:
    """Windows of 4 frames at 0 and 2, in a clip of 7:

    0.2  0.2  0.2  0.2
              0.8  0.8  0.8  0.8   -
    0.2  0.2  0.5  0.5  0.8  0.8   0
    """
    found = spread(np.array([0.2, 0.8]), np.array([0, 2]), 4, 7)
    np.testing.assert_allclose(found, [0.2, 0.2, 0.5, 0.5, 0.8, 0.8, 0.0], atol=1e-6)


def test_the_cost_is_chosen_on_validation_data() -> None:
    generator = np.random.default_rng(0)
    truth = generator.random(200) < 0.3
    features = generator.normal(0, 1, (200, 5)).astype(np.float32)
    features[:, 0] += 2 * truth
    found = train_svm(features, truth, features, truth, (0.01, 1.0), 0)
    assert found.cost in (0.01, 1.0)
    margins = found.margins(features)
    assert margins[truth].mean() > margins[~truth].mean() + 1
    alone = train_svm(features, truth, features[:3], np.zeros(3, bool), (0.5, 1.0), 0)
    assert alone.cost == 0.5


def test_a_balanced_sigmoid_puts_half_between_the_classes() -> None:
    margins = np.concatenate([np.linspace(-3, -1, 900), np.linspace(1, 3, 100)])
    truth = margins > 0
    assert float(fit_sigmoid(margins, truth, balanced=True)(0.0)) == pytest.approx(0.5, abs=0.02)
    assert float(fit_sigmoid(margins, truth)(0.0)) < 0.48
    assert fit_sigmoid([1.0, 2.0], [True, True]) == Sigmoid()
