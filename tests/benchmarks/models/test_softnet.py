from pathlib import Path

import numpy as np
import pytest
import torch
from builders import clip_row, segment_row, tiny_dataset, write_dataset
from scipy.signal import correlate2d

from benchmarks.models.base import FitContext, no_progress
from benchmarks.models.softnet import SoftNetSpotter, aggregated, augmented, labels_of
from benchmarks.models.softnet_network import PARAMETERS, SoftNet, as_tensor, score, train_network
from benchmarks.protocols import blind_view, training_view
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.manifest import Dataset


def context(folder: Path, **options: object) -> FitContext:
    return FitContext(0, folder / "w", folder / "c", folder / "r", options)


def pooled(values: np.ndarray, side: int) -> np.ndarray:
    size = values.shape[0] // side
    return values.reshape(size, side, size, side).max(axis=(1, 3))


def test_the_network_is_that_of_its_drawing() -> None:
    """One picture through scipy's correlation and plain products; (75 + 3) + (125 + 5) + (200 + 8) +
    (784 * 400 + 400) + 401 numbers."""
    torch.manual_seed(0)
    network = SoftNet()
    assert sum(one.numel() for one in network.parameters()) == PARAMETERS == 314_817
    picture = np.random.default_rng(0).integers(0, 256, (1, 42, 42, 3)).astype(np.uint8)
    weights = {name: one.detach().numpy() for name, one in network.named_parameters()}
    channels = []
    for index in range(3):
        for kernel in weights[f"streams.{index}.weight"][:, 0]:
            found = correlate2d(picture[0, :, :, index] / 255, kernel, mode="same")
            channels.append(pooled(pooled(np.maximum(found, 0), 3), 2))
    hidden = np.maximum(weights["dense.weight"] @ np.stack(channels).ravel(), 0)
    expected = float(weights["out.weight"][0] @ hidden)
    assert score(network, picture)[0] == pytest.approx(expected, abs=1e-5)


def test_training_follows_the_gradient_of_the_squared_error() -> None:
    """One step with one picture against the same step by hand."""
    picture = np.random.default_rng(1).integers(0, 256, (1, 42, 42, 3)).astype(np.uint8)
    torch.manual_seed(5)
    start = SoftNet()
    before = start.out.bias.item()
    error = start(as_tensor(picture)).item() - 1.0
    trained = train_network(picture, np.array([True]), 5, 1, 12, 0.01, no_progress)
    assert trained.out.bias.item() == pytest.approx(before - 0.01 * 2 * error, rel=1e-4)


def test_labels_reach_half_an_expression_ahead(tmp_path: Path) -> None:
    """A reference on frames 10 ... 14, k = 3: windows i ... i + 2 share a frame with it
    for i = 8 ... 14.
    """
    dataset = write_dataset(
        tmp_path, [clip_row("a", 30, has_me=True)], [segment_row("a", "consensus", 10, 14)]
    )
    found = labels_of(dataset, next(dataset.iter_clips()), 3)
    assert found.shape == (27,)
    assert np.flatnonzero(found).tolist() == list(range(8, 15))


def test_scores_are_averaged_over_2k_frames() -> None:
    """k = 2: frame 3 has the mean of frames 1 ... 4, frame 0 that of 0 and 1."""
    scores = np.array([0.0, 4.0, 8.0, 0.0, 4.0, 2.0])
    np.testing.assert_allclose(aggregated(scores, 2), [2, 4, 3, 4, 3.5, 2])
    assert len(aggregated(np.zeros(0), 2)) == 0


def test_positives_come_four_times() -> None:
    generator = np.random.default_rng(0)
    pictures = generator.integers(0, 256, (3, 42, 42, 3)).astype(np.uint8)
    every, labels = augmented(pictures, np.array([False, True, False]), generator)
    assert labels.tolist() == [False, True, False, True, True, True]
    np.testing.assert_array_equal(every[3], pictures[1][:, ::-1])
    blurred, noisy = every[4].astype(float), every[5].astype(float)
    assert (
        np.abs(np.diff(blurred, axis=0)).mean()
        < 0.6 * np.abs(np.diff(pictures[1] / 1.0, axis=0)).mean()
    )
    assert 5 < np.abs(noisy - pictures[1]).mean() < 40
    assert (every[3:].max(axis=(1, 2)) == every[3:].max()).mean() > 0.5


@pytest.fixture(name="dataset", scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    root = tmp_path_factory.mktemp("softnet")
    return tiny_dataset(root, n_recordings=8, n_frames=60, with_crops=True, crop_size=48)


def test_it_learns_what_is_plain_to_see(dataset: Dataset, tmp_path: Path) -> None:
    """In the tiny clips an ME shifts the upper half of the picture by two pixels."""
    model = SoftNetSpotter()
    model.fit(training_view(dataset), context(tmp_path, rate=0.02))
    facts = model.describe()
    assert facts["parameters"] == PARAMETERS
    assert facts["train_positives"] < facts["train_pictures"]
    found = model.predict(blind_view(dataset, "test"), "test")
    clips = {clip.clip_id: clip for clip in dataset.iter_clips("test")}
    assert {one.clip_id for one in found} == set(clips)
    near, far = [], []
    for one in found:
        assert one.frame_scores is not None
        assert one.p_me is not None
        assert one.p_state is None
        truth = np.zeros(clips[one.clip_id].n_frames, dtype=bool)
        for span in dataset.reference_intervals(one.clip_id):
            truth[max(0, span.start_ms - 3) : span.end_ms] = True
        near += one.frame_scores[truth].tolist()
        far += one.frame_scores[~truth].tolist()
    assert np.mean(near) > np.mean(far) + 0.1


def test_the_same_seed_gives_the_same_network(dataset: Dataset, tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        model = SoftNetSpotter()
        model.fit(training_view(dataset), context(tmp_path / name, epochs=1))
        found.append([(one.segments, one.p_me) for one in model.predict(dataset, "test")])
    assert found[0] == found[1]


def test_without_micro_expressions_there_is_nothing_to_learn(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, with_crops=True, mes_per_clip=0)
    with pytest.raises(ManifestError, match="no micro-expression in the training split"):
        SoftNetSpotter().fit(training_view(dataset), context(tmp_path))


def test_an_unknown_flow_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="model 'softnet': option flow"):
        SoftNetSpotter().fit(dataset, context(tmp_path, flow="farneback"))
