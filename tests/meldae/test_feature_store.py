"""Features of a frozen encoder: kept once, the same as computed each time, refused where they change."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import tiny_dataset

from meldae.checkpoint import build_model, read_tensors
from meldae.config import BackboneConfig, InputConfig, MeldaeConfig
from meldae.feature_store import FeatureStore, check_cacheable
from meldae.settings import RunConfig, TrainingConfig
from meldae.store import FrameStore
from meldae.training import train
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset

CONFIG = RunConfig(
    model=MeldaeConfig(
        input=InputConfig(mode="rgb", size=32, fps=30.0),
        backbone=BackboneConfig(
            kind="nano", pretrained=False, stem="conv", patch_size=8, embed_dim=8, depth=2,
            num_heads=2,
        ),
        region_grid=(2, 2), lstm_dim=4, n_tokens=3, enhancer_heads=2, head_dim=8, dropout=0.0,
    ),
    training=TrainingConfig(
        epochs=2, batch_size=4, window=16, lr_backbone=0, lr_new=1e-3, augment=0,
        cache_features=True,
    ),
)  # fmt: skip


def changed(**training: Any) -> RunConfig:
    return CONFIG.model_copy(update={"training": CONFIG.training.model_copy(update=training)})


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"), n_recordings=5, with_crops=True)


def test_features_are_what_the_encoder_says(dataset: Dataset, tmp_path: Path) -> None:
    model = build_model(CONFIG.model).eval()
    clips = list(dataset.iter_clips())[:3]
    frames = FrameStore(dataset, CONFIG.model.input)
    store = FeatureStore(frames, clips, model, tmp_path)
    index = np.array([3, 3, 11])
    found = store.frames(clips[1].clip_id, index)
    assert found.shape == (3, 1 + 4, 8)
    assert found.dtype == np.float16
    with torch.inference_mode():
        pixels = torch.from_numpy(frames.frames(clips[1].clip_id, index))
        expected = model.encode(pixels[None])[0].numpy()
        whole = model(pixels[None])
        half = model(torch.from_numpy(found)[None].float())
    assert found == pytest.approx(expected, abs=5e-3)
    assert half.frame_logits.numpy() == pytest.approx(whole.frame_logits.numpy(), abs=5e-3)


def test_the_file_is_made_once_and_again_for_other_weights(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = build_model(CONFIG.model).eval()
    clips = list(dataset.iter_clips())[:2]
    frames = FrameStore(dataset, CONFIG.model.input)
    FeatureStore(frames, clips, model, tmp_path)
    calls = []
    encode = type(model).encode
    monkeypatch.setattr(type(model), "encode", lambda *a: calls.append(1) or encode(*a))
    FeatureStore(frames, clips, model, tmp_path)
    assert not calls
    with torch.no_grad():
        next(model.encoder.parameters()).add_(0.1)
    FeatureStore(frames, clips, model, tmp_path)
    assert calls
    assert len(list(tmp_path.glob("features-*.npy"))) == 2
    calls.clear()
    FeatureStore(frames, clips[:1], model, tmp_path)
    assert calls


def test_training_on_kept_features_is_training_on_pixels(dataset: Dataset, tmp_path: Path) -> None:
    kept = train(dataset, CONFIG, tmp_path / "a", accelerator="cpu")
    plain = train(dataset, changed(cache_features=False), tmp_path / "b", accelerator="cpu")
    first, second = (read_tensors(run.weights_path)[0] for run in (kept, plain))
    for name, value in second.items():
        assert torch.allclose(first[name], value, atol=2e-3), name
    assert list((tmp_path / "a" / "cache").glob("features-*.npy"))


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (changed(lr_backbone=1e-4), "training.lr_backbone=0"),
        (changed(augment=1.0), "training.augment=0"),
        (changed(blur=0.5), "training.blur=0"),
        (
            CONFIG.model_copy(
                update={
                    "model": replace(CONFIG.model, backbone=replace(CONFIG.model.backbone, tube=3))
                }
            ),
            "tube=0",
        ),
    ],
)
def test_features_that_change_are_refused(config: RunConfig, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        check_cacheable(config)
