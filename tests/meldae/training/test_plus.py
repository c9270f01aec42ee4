"""Injection and warm-up in the loop: they train, follow the seed, resume to the bit, and use no label."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import tiny_dataset

from meldae.checkpoint import read_tensors
from meldae.config import BackboneConfig, InputConfig, InputMode, MeldaeConfig
from meldae.data import Batch, ClipDataset
from meldae.injection.texture import Textures
from meldae.model import Meldae
from meldae.settings import DecodingConfig, RunConfig, TrainingConfig, load_config
from meldae.store import FrameStore, clips_of
from meldae.training import train
from meldae.training.events import Events
from meldae.training.loop import Loop
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset

PLUS = RunConfig(
    model=MeldaeConfig(
        input=InputConfig(mode="flow", size=32, lag_ms=66.7),
        backbone=BackboneConfig(
            kind="nano", pretrained=False, stem="conv", patch_size=2, embed_dim=8, depth=1,
            num_heads=2, tube=3,
        ),
        region_grid=(4, 4), lstm_dim=4, n_tokens=3, enhancer_heads=2, head_dim=8, dropout=0.0,
        regional_context=3, mirror=True,
    ),
    training=TrainingConfig(
        epochs=1, batch_size=4, window=24, lr_backbone=1e-3, lr_new=1e-3, ema=0.9, inject=0.7,
        inject_amplitude=(0.02, 0.05), warmup_epochs=2,
    ),
    decoding=DecodingConfig(
        smooth_ms=(0.0,), low_shares=(1.0,), min_ms=(66.0,), max_ms=(1000.0,),
        calibration="platt", by_state=True,
    ),
)  # fmt: skip


def changed(**training: Any) -> RunConfig:
    return PLUS.model_copy(update={"training": PLUS.training.model_copy(update=training)})


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"), n_recordings=5, with_crops=True)


def test_warm_up_resumes_to_the_same_bytes(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(dataset, PLUS, tmp_path / "a", accelerator="cpu")
    save = Loop._save

    def killed(self: Loop) -> None:
        save(self)
        if self.epoch == 1:  # within the warm-up
            raise KeyboardInterrupt

    monkeypatch.setattr(Loop, "_save", killed)
    with pytest.raises(KeyboardInterrupt):
        train(dataset, PLUS, tmp_path / "b", accelerator="cpu")
    monkeypatch.setattr(Loop, "_save", save)
    resumed = train(dataset, PLUS, tmp_path / "b", accelerator="cpu")
    assert resumed.run_id == whole.run_id
    assert resumed.weights_path.read_bytes() == whole.weights_path.read_bytes()
    assert resumed.result["decoding"] == whole.result["decoding"]
    with (whole.path / "metrics.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert [row["val_objective"] == "" for row in rows] == [True, True, False]
    assert [float(row["loss_state"]) == 0 for row in rows] == [True, True, False]
    assert whole.result["epoch"] == 3
    assert whole.result["decoding"]["frame_scale"] > 0
    assert whole.result["decoding"]["speaking_threshold"] is not None
    assert 0 <= whole.result["validation"]["ece_frames"] <= 1


def test_passes_share_events_as_they_share_windows(dataset: Dataset, tmp_path: Path) -> None:
    one = train(dataset, changed(warmup_epochs=0), tmp_path, accelerator="cpu")
    split = train(dataset, changed(warmup_epochs=0, micro_batch=1), tmp_path, accelerator="cpu")
    plain = train(dataset, changed(warmup_epochs=0, inject=0.0), tmp_path, accelerator="cpu")
    first, second, third = (read_tensors(run.weights_path)[0] for run in (one, split, plain))
    assert all(torch.allclose(value, second[name], atol=2e-3) for name, value in first.items())
    assert not all(torch.allclose(value, third[name], atol=1e-5) for name, value in first.items())


def open_store(dataset: Dataset, mode: InputMode) -> tuple[RunConfig, FrameStore, ClipDataset]:
    source = replace(PLUS.model.input, mode=mode, fps=30.0)
    config = PLUS.model_copy(update={"model": replace(PLUS.model, input=source)})
    store = FrameStore(dataset, source)
    return config, store, ClipDataset(dataset, clips_of(dataset, "train"), store)


@pytest.mark.parametrize("mode", ["rgb", "flow"])
def test_warm_up_knows_no_label(dataset: Dataset, mode: InputMode) -> None:
    """Turning every label round changes neither what the model is shown nor what it is told."""
    config, store, data = open_store(dataset, mode)
    windows = data.plan_epoch(np.random.default_rng(0), 24, 0.0)
    shown: list[Batch] = []
    for turned in (False, True):
        if turned:
            data.targets = [
                replace(
                    one, inside=1 - one.inside, boundary=~one.boundary, speaking=1 - one.speaking
                )
                for one in data.targets
            ]
        events = Events(config, store).of_epoch(data, 0, warming=True)
        assert events is not None
        shown.append(events.put(data.collate(windows), windows, events.draw(len(windows))))
    for name in ("frames", "inside", "boundary", "has_me", "speaking", "mask"):
        assert torch.equal(getattr(shown[0], name), getattr(shown[1], name)), name
    assert 0 < shown[0].has_me.mean() < 1
    assert (shown[0].speaking == -1).all()


def test_events_follow_seed_and_epoch(dataset: Dataset) -> None:
    config, store, data = open_store(dataset, "rgb")
    other = config.model_copy(update={"seed": 1})

    def drawn(config: RunConfig, epoch: int, warming: bool) -> list[Any]:
        found = Events(config, store).of_epoch(data, epoch, warming)
        assert found is not None
        return found.draw(5)

    assert drawn(config, 0, False) == drawn(config, 0, False)
    others = [drawn(config, 1, False), drawn(config, 0, True), drawn(other, 0, False)]
    assert all(one != drawn(config, 0, False) for one in others)
    off = config.model_copy(update={"training": TrainingConfig()})
    assert Events(off, store).of_epoch(data, 0, False) is None


def test_texture_is_of_the_clips_own_face(dataset: Dataset) -> None:
    config, store, data = open_store(dataset, "flow")
    textures = Textures(store, config.model.input)
    clip = data.clips[0].clip_id
    picture = textures.of(clip)
    assert picture.shape == (32, 32)
    assert picture.abs().max() > 0
    assert torch.equal(picture, textures.of(clip))
    assert store.pictures(clip, 2).shape == (5, 1, 32, 32)


def test_a_mirrored_look_is_the_mean_of_both() -> None:
    torch.manual_seed(0)
    config = replace(PLUS.model, input=replace(PLUS.model.input, fps=30.0))
    model, frames = Meldae(config).eval(), torch.randn(2, 6, 6, 8, 8)
    plain = Meldae(replace(config, mirror=False)).eval()
    plain.load_state_dict(model.state_dict())
    flipped = frames.flip(-1) * torch.tensor([-1.0, 1.0] * 3).view(6, 1, 1)
    for name in ("me_logits", "state_logits", "frame_logits"):
        both = (getattr(plain(frames), name) + getattr(plain(flipped), name)) / 2
        assert torch.allclose(getattr(model(frames), name), both, atol=1e-6), name
    assert torch.allclose(model(frames).frame_logits, model(flipped).frame_logits, atol=1e-5)
    model.train()  # without dropout: a single look
    assert torch.allclose(model(frames).me_logits, plain.train()(frames).me_logits, atol=1e-6)


@pytest.mark.parametrize("key", ["inject", "warmup_epochs"])
def test_features_cannot_be_moved(dataset: Dataset, tmp_path: Path, key: str) -> None:
    off = {"inject": 0.0, "warmup_epochs": 0, key: 1}
    model = replace(PLUS.model, backbone=replace(PLUS.model.backbone, tube=0))
    config = changed(lr_backbone=0.0, augment=0.0, cache_features=True, **off)
    config = config.model_copy(update={"model": model})
    with pytest.raises(ConfigError, match=f"training.{key}: needs frames"):
        train(dataset, config, tmp_path, accelerator="cpu")


@pytest.mark.parametrize(
    ("group", "key", "value"),
    [
        ("training", "inject", 1.5),
        ("training", "inject_amplitude", [0.02, 0.01]),
        ("training", "inject_amplitude", [0.0, 0.01]),
        ("training", "warmup_epochs", -1),
        ("decoding", "calibration", "magic"),
    ],
)
def test_wrong_values_name_the_key(group: str, key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"{group}.{key}"):
        load_config({group: {key: value}})
