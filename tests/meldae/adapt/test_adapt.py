"""Fitting a run to another laboratory: right by hand, and blind to labels."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import tiny_dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.protocols import blind_view
from meldae.adapt import AdaptConfig, adapt
from meldae.adapt.channels import Channels, aligned, measure_channels, score_aligned
from meldae.adapt.match_rate import match_rate, rate_of
from meldae.adapt.self_train import find_limits, pseudo_labels
from meldae.checkpoint import read_tensors
from meldae.config import BackboneConfig, InputConfig, MeldaeConfig
from meldae.decode import Decoding, decode
from meldae.inference import RawScores, load_model, score_clips
from meldae.run_folder import RunFolder
from meldae.settings import RunConfig, TrainingConfig
from meldae.store import FrameStore
from meldae.training import train
from wdmd_tools.manifest import Clip, Dataset

TINY = RunConfig(
    model=MeldaeConfig(
        input=InputConfig(mode="rgb", size=16),
        backbone=BackboneConfig(
            kind="nano", pretrained=False, patch_size=8, embed_dim=8, depth=1, num_heads=2, tube=0
        ),
        region_grid=(2, 2),
        lstm_dim=4,
        n_tokens=2,
        enhancer_heads=2,
        head_dim=8,
    ),
    training=TrainingConfig(epochs=1, batch_size=2, window=20, lr_backbone=3e-3, lr_new=3e-3),
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(
        tmp_path_factory.mktemp("source"), n_recordings=4, clips_per_recording=2, with_crops=True
    )


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(
        tmp_path_factory.mktemp("target"),
        n_recordings=4, clips_per_recording=2, with_crops=True, seed=5, fps=25,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(source: Dataset, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return train(source, TINY, tmp_path_factory.mktemp("runs"), accelerator="cpu")


# Input channels


def test_channels_are_measured_as_numpy_does(run: RunFolder, target: Dataset) -> None:
    model = load_model(run)
    clips = list(target.iter_clips("train"))
    store = FrameStore(target, run.config.model.input)
    found = measure_channels(model, clips, store)
    pixels = np.concatenate([store.frames(clip.clip_id) for clip in clips]).astype(np.float64) / 255
    shown = (pixels - 0.5) / 0.25
    np.testing.assert_allclose(found.mean, shown.mean((0, 2, 3)), atol=1e-6)
    np.testing.assert_allclose(found.spread, shown.std((0, 2, 3)), atol=1e-6)


def test_what_is_aligned_has_the_wanted_mean_and_spread(run: RunFolder, target: Dataset) -> None:
    model = load_model(run)
    clips = list(target.iter_clips("train"))
    store = FrameStore(target, run.config.model.input)
    wanted = Channels(
        torch.tensor([0.3, -0.2, 0.1]).double(), torch.tensor([2.0, 1.0, 0.5]).double()
    )
    with aligned(model, measure_channels(model, clips, store), wanted):
        found = measure_channels(model, clips, store)
    torch.testing.assert_close(found.mean, wanted.mean, atol=1e-5, rtol=0)
    torch.testing.assert_close(found.spread, wanted.spread, atol=1e-5, rtol=0)
    # The hook is gone.
    again = measure_channels(model, clips, store)
    assert not torch.allclose(again.mean, wanted.mean, atol=1e-2)


def test_a_recording_aligned_with_itself_is_unchanged(run: RunFolder, target: Dataset) -> None:
    model = load_model(run)
    (first, *_), store = (
        list(target.iter_clips("train")),
        FrameStore(target, run.config.model.input),
    )
    clips = [clip for clip in target.iter_clips() if clip.recording_id == first.recording_id]
    plain = score_clips(model, clips, store, 20, 0.5)
    same = score_aligned(model, clips, store, measure_channels(model, clips, store), 20, 0.5)
    for clip in clips:
        np.testing.assert_allclose(
            same[clip.clip_id].frame_scores, plain[clip.clip_id].frame_scores, atol=1e-5
        )


# A threshold without labels


def test_the_threshold_finds_as_many_as_the_source_has() -> None:
    """60 s with peaks of rising height; at 4 a minute, the four highest are found."""
    heights = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    scores = np.full(1800, 0.01, dtype=np.float32)
    for number, height in enumerate(heights):
        scores[100 + 200 * number : 110 + 200 * number] = height
    clip = Clip("a", "a", "a", None, 1800, 30.0, False, None, Path("a"))
    raw = {"a": RawScores(scores, 0.0, 0.0)}
    how = Decoding(0.05, max_ms=700.0, speaking_threshold=0.2)
    found = match_rate([clip], raw, how, rate=4 / 60)
    assert 0.4 < found.threshold <= 0.5
    assert len(decode(scores, 30.0, found)) == 4
    assert (found.max_ms, found.speaking_threshold) == (700.0, None)


def test_the_rate_of_the_source(source: Dataset) -> None:
    """Every other clip of 40 frames at 30 fps holds one."""
    clips = list(source.iter_clips())
    assert rate_of(source, clips) == pytest.approx(4 / (8 * 40 / 30))


# Pseudo-labels


def test_pseudo_labels_by_hand() -> None:
    """Of ten frames one is inside in the source: the highest counts, the lower half is none."""
    logits = torch.arange(10.0)
    limits = find_limits(logits, share=0.1, sure=0.5)
    inside, sure = pseudo_labels(logits[None], limits)
    assert inside.tolist() == [[0.0] * 9 + [1.0]]
    assert sure.tolist() == [[True] * 5 + [False] * 4 + [True]]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-20, 20), min_size=200, max_size=200, unique=True),
    st.floats(0.01, 0.3),
    st.floats(0.3, 0.95),
)
def test_the_share_of_pseudo_positives_is_the_source_s(
    values: list[float], share: float, sure: float
) -> None:
    logits = torch.tensor(values, dtype=torch.float64)
    limits = find_limits(logits, share, sure)
    inside, known = pseudo_labels(logits, limits)
    assert limits.outside <= limits.inside
    assert abs(float(inside.mean()) - share) <= 2 / 200
    assert bool(known[inside > 0].all())


# Whole adaptations


@pytest.mark.parametrize("method", ["normalise", "match-rate", "self-train"])
def test_labels_of_the_target_change_nothing(
    run: RunFolder, source: Dataset, target: Dataset, tmp_path: Path, method: str
) -> None:
    found = []
    for name, view in (("blind", blind_view(target, "train")), ("labelled", target)):
        mine = RunFolder(tmp_path / name / run.run_id)
        shutil.copytree(run.path, mine.path)
        config = AdaptConfig(method=method, epochs=1)  # type: ignore[arg-type]
        done = adapt(mine, source, view, "train", config)
        found.append((done.model.state_dict(), done.decoding, done.predict(target, "test")))
    (first, how, said), (other, how_too, said_too) = found
    assert all(torch.equal(value, other[name]) for name, value in first.items())
    assert how == how_too
    assert [one.frame_scores.tolist() for one in said] == [
        one.frame_scores.tolist() for one in said_too
    ]


def test_self_training_changes_the_weights_once_and_is_then_taken_again(
    run: RunFolder, source: Dataset, target: Dataset
) -> None:
    config = AdaptConfig(method="self-train", epochs=1)
    steps: list[tuple[str, int, int]] = []
    done = adapt(
        run, source, blind_view(target, "train"), "train", config,
        lambda *step: steps.append(step),
    )  # fmt: skip
    assert [step for step in steps if step[0] == "adapting"][-1][1:] == (4, 4)
    before, _ = read_tensors(run.weights_path)
    after = done.model.state_dict()
    assert any(not torch.equal(value, after[name]) for name, value in before.items())
    (folder,) = (run.path.parent / "adapted").iterdir()
    stamp = (folder / "model.safetensors").stat().st_mtime_ns
    again = adapt(run, source, blind_view(target, "train"), "train", config)
    assert (folder / "model.safetensors").stat().st_mtime_ns == stamp
    assert all(torch.equal(value, after[name]) for name, value in again.model.state_dict().items())
    assert again.decoding == done.decoding
    # What is kept is a run like any other.
    assert RunFolder(folder).config == run.config


def test_nothing_is_done_by_default(run: RunFolder, source: Dataset, target: Dataset) -> None:
    done = adapt(run, source, blind_view(target, "train"), "train", AdaptConfig())
    assert done.facts == {"method": "none"}
    assert done.decoding == run.decoding
