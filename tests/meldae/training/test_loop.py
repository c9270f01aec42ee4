"""What a step may be split into without changing it, and when training ends."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from builders import tiny_dataset
from tensorboardX.proto.event_pb2 import Event

from meldae.checkpoint import build_model, read_tensors
from meldae.config import BackboneConfig, InputConfig, MeldaeConfig
from meldae.decode import Decoding
from meldae.run_folder import RunFolder
from meldae.settings import RunConfig, TrainingConfig
from meldae.training import make_loss, train
from meldae.training.loop import Loop
from meldae.training.run import _make_model
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset

SMALL = RunConfig(
    model=MeldaeConfig(
        input=InputConfig(mode="rgb", size=32),
        backbone=BackboneConfig(
            kind="nano", pretrained=False, stem="conv", patch_size=8, embed_dim=8, depth=1,
            num_heads=2,
        ),
        region_grid=(4, 4), lstm_dim=4, n_tokens=3, enhancer_heads=2, head_dim=8, dropout=0.0,
    ),
    training=TrainingConfig(
        epochs=2, batch_size=4, window=16, lr_backbone=1e-3, lr_new=1e-3, ema=0.9
    ),
)  # fmt: skip


def changed(**training: Any) -> RunConfig:
    return SMALL.model_copy(update={"training": SMALL.training.model_copy(update=training)})


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"), n_recordings=5, with_crops=True)


@pytest.fixture(scope="module")
def plain(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return train(dataset, SMALL, tmp_path_factory.mktemp("runs"), accelerator="cpu")


def assert_same(one: RunFolder, other: RunFolder, atol: float) -> None:
    first, second = read_tensors(one.weights_path)[0], read_tensors(other.weights_path)[0]
    for name, value in first.items():
        assert torch.allclose(value, second[name], atol=atol), name


@pytest.mark.parametrize("at_once", [1, 3])
def test_gradients_of_micro_batches_add_up_to_the_batchs(
    plain: RunFolder, dataset: Dataset, tmp_path: Path, at_once: int
) -> None:
    """With every augmentation on: each window gets the change it would have got in one go."""
    extra = {"colour": 0.1, "blur": 0.5, "compression": 0.05}
    whole = train(dataset, changed(**extra), tmp_path, accelerator="cpu")
    split = train(dataset, changed(micro_batch=at_once, **extra), tmp_path, accelerator="cpu")
    assert whole.run_id not in (split.run_id, plain.run_id)
    assert_same(whole, split, 2e-3)


def test_checkpointed_activations_give_the_same_gradients(dataset: Dataset) -> None:
    frames = torch.randint(0, 255, (2, 6, 3, 32, 32), dtype=torch.uint8)
    truth = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), torch.ones(2, 6)
    found = []
    for spare in (False, True):
        config = changed(checkpoint_activations=spare)
        model = _make_model(
            config.model_copy(
                update={"model": replace(config.model, input=InputConfig(size=32, fps=30.0))}
            ),
            None,
        )
        make_loss(config.training)(model(frames), *truth)["total"].backward()
        found.append({name: p.grad for name, p in model.named_parameters()})
    for name, gradient in found[0].items():
        assert gradient is not None, name
        assert torch.allclose(gradient, found[1][name], atol=1e-6), name


def test_checkpointing_keeps_fewer_tensors_for_the_way_back() -> None:
    config = replace(
        SMALL.model,
        backbone=replace(SMALL.model.backbone, depth=12),
        input=InputConfig(size=32, fps=30.0),
    )
    frames = torch.randint(0, 255, (2, 6, 3, 32, 32), dtype=torch.uint8)
    kept = []
    for spare in (False, True):
        model = build_model(config)
        if spare:
            model.encoder.save_memory()
        sizes: list[int] = []

        def pack(tensor: torch.Tensor, sizes: list[int] = sizes) -> torch.Tensor:
            sizes.append(tensor.numel())
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            model(frames)
        kept.append(sum(sizes))
    assert kept[1] < 0.6 * kept[0]


def test_patience_ends_training_that_brings_nothing(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # epoch      1    2    3    4     patience 2: nothing better than epoch 2 in 3 and 4
    # score      0.1  0.3  0.3  0.2   equal is not better, but the later weights are kept
    scores = iter([0.1, 0.3, 0.3, 0.2, 0.9])
    monkeypatch.setattr(
        "meldae.training.loop.best_threshold", lambda *_: (Decoding(), next(scores))
    )
    run = train(dataset, changed(epochs=9, patience=2), tmp_path, accelerator="cpu")
    assert run.result["epochs_trained"] == 4
    assert run.result["epoch"] == 3


def test_waiting_goes_on_after_a_kill(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter([0.3, 0.1, 0.1, 0.9])
    monkeypatch.setattr(
        "meldae.training.loop.best_threshold", lambda *_: (Decoding(), next(scores))
    )
    save, config = Loop._save, changed(epochs=9, patience=2)

    def killed(self: Loop) -> None:
        save(self)
        if self.epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Loop, "_save", killed)
    with pytest.raises(KeyboardInterrupt):
        train(dataset, config, tmp_path, accelerator="cpu")
    monkeypatch.setattr(Loop, "_save", save)
    assert train(dataset, config, tmp_path, accelerator="cpu").result["epochs_trained"] == 3


def records(data: bytes) -> Iterator[bytes]:
    """The file's format: length (8 bytes), checksum (4), message, checksum (4)."""
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        yield data[12 : 12 + length]
        data = data[16 + length :]


def test_tensorboard_has_the_numbers_of_the_table(plain: RunFolder) -> None:
    found: dict[tuple[str, int], float] = {}
    for path in sorted((plain.path / "tensorboard").iterdir()):
        for record in records(path.read_bytes()):
            event = Event()
            event.ParseFromString(record)
            for value in event.summary.value:
                found[value.tag, event.step] = value.simple_value
    import csv

    with (plain.path / "metrics.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {step for _, step in found} == {1, 2}
    for row in rows:
        step = int(row["epoch"])
        assert found["loss/total", step] == pytest.approx(float(row["loss_total"]), rel=1e-5)
        assert found["validation/objective", step] == pytest.approx(float(row["val_objective"]))


def test_a_compiler_that_is_missing_is_one_line(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meldae.training.run.shutil.which", lambda _: None)
    with pytest.raises(ConfigError, match=r"C\+\+ compiler"):
        train(dataset, changed(compile=True), tmp_path, accelerator="cpu")


def test_more_gpus_than_none_is_one_line(dataset: Dataset, tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(ConfigError, match="--device cpu"):
        train(dataset, SMALL, tmp_path, devices=2)
