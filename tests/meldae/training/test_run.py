"""Training on a tiny dataset: it learns, resumes to the bit, is reused, and leaks nothing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from builders import tiny_dataset

from meldae.checkpoint import build_model, read_tensors, write_tensors
from meldae.config import BackboneConfig, InputConfig, MeldaeConfig
from meldae.evaluation import evaluate
from meldae.inference import load_model, predict
from meldae.open_run import open_run
from meldae.run_folder import RunFolder
from meldae.settings import RunConfig, TrainingConfig
from meldae.training import set_rate, train
from meldae.training.loop import Loop
from meldae.training.run import _make_model
from wdmd_tools.errors import ConfigError, ManifestError, ModelFileError
from wdmd_tools.manifest import Dataset

TINY = RunConfig(
    model=MeldaeConfig(
        input=InputConfig(mode="flow", size=32, lag_ms=66.7),
        backbone=BackboneConfig(
            kind="nano",
            pretrained=False,
            stem="conv",
            patch_size=2,
            embed_dim=8,
            depth=1,
            num_heads=2,
            tube=3,
        ),
        region_grid=(4, 4),
        lstm_dim=4,
        n_tokens=3,
        enhancer_heads=2,
        head_dim=8,
    ),
    training=TrainingConfig(
        epochs=3, batch_size=2, window=20, lr_backbone=3e-3, lr_new=3e-3, ema=0.9
    ),
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"), n_recordings=5, with_crops=True)


@pytest.fixture(scope="module")
def run(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return train(dataset, TINY, tmp_path_factory.mktemp("runs"), accelerator="cpu")


def test_a_run_folder_holds_all_that_repeats_it(run: RunFolder, dataset: Dataset) -> None:
    names = {path.name for path in run.path.iterdir()}
    assert names == {
        "config.json",
        "metrics.jsonl",
        "metrics.csv",
        "model.safetensors",
        "result.json",
        "tensorboard",
    }
    document = run.read("config.json")
    assert document["dataset"]["data_hash"] == dataset.data_hash
    assert run.config.model.input.fps == 30.0
    rows = [json.loads(line) for line in (run.path / "metrics.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert 1 <= run.result["epoch"] <= 3
    repeated = train(dataset, run.config, run.path.parent / "again", accelerator="cpu")
    assert repeated.run_id == run.run_id
    assert repeated.weights_path.read_bytes() == run.weights_path.read_bytes()


def test_a_finished_run_is_not_trained_again(
    run: RunFolder, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(Loop, "one_epoch", never)
    assert train(dataset, TINY, run.path.parent, accelerator="cpu") == run


def test_a_killed_run_ends_with_the_same_weights(
    run: RunFolder, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, done = Loop.one_epoch, []

    def killed(self: Loop, *arguments: object) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(self.epoch)
        whole(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Loop, "one_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        train(dataset, TINY, tmp_path, accelerator="cpu")
    assert not RunFolder(tmp_path / run.run_id).is_finished
    monkeypatch.setattr(Loop, "one_epoch", whole)
    resumed = train(dataset, TINY, tmp_path, accelerator="cpu")
    assert done == [0, 1]
    assert resumed.weights_path.read_bytes() == run.weights_path.read_bytes()
    assert resumed.result["decoding"] == run.result["decoding"]
    assert not resumed.state_path.exists()


def test_predictions_are_whole_and_repeatable(run: RunFolder, dataset: Dataset) -> None:
    first, second = predict(run, dataset, "test"), predict(run, dataset, "test")
    clips = list(dataset.iter_clips("test"))
    assert [one.clip_id for one in first] == [clip.clip_id for clip in clips]
    for one, again, clip in zip(first, second, clips, strict=True):
        assert one.frame_scores is not None
        assert again.frame_scores is not None
        assert one.frame_scores.shape == (clip.n_frames,)
        assert (one.frame_scores == again.frame_scores).all()
        assert one.p_me is not None
        assert 0 <= one.p_me <= 1
    assert len(predict(run, dataset, None)) == len(list(dataset.iter_clips()))
    found = evaluate(dataset, clips, first)
    truths = sum(len(dataset.reference_intervals(clip.clip_id)) for clip in clips)
    assert found.counts.total.tp + found.counts.total.fn == truths


def test_another_frame_rate_is_resampled(run: RunFolder, tmp_path: Path) -> None:
    fast = tiny_dataset(tmp_path, n_recordings=3, n_frames=50, fps=60, with_crops=True)
    for one in predict(run, fast, None):
        assert one.frame_scores is not None
        assert one.frame_scores.shape == (50,)


def test_without_cache_the_scores_are_the_same(
    run: RunFolder, dataset: Dataset, tmp_path: Path
) -> None:
    plain = TINY.model_copy(update={"training": TINY.training.model_copy(update={"cache": False})})
    other = train(dataset, plain, tmp_path, accelerator="cpu")
    assert not other.cache.exists()
    assert torch.equal(
        load_model(other).locator.layers[0].weight, load_model(run).locator.layers[0].weight
    )


def test_a_leaking_split_is_refused(tmp_path: Path) -> None:
    leaking = tiny_dataset(tmp_path / "d", n_recordings=4, n_subjects=4, splits=False)
    with pytest.raises(ManifestError, match="no clips in the train split"):
        train(leaking, TINY, tmp_path / "runs", accelerator="cpu")


def test_damaged_and_foreign_weights_are_one_line(
    run: RunFolder, dataset: Dataset, tmp_path: Path
) -> None:
    pickle_file = tmp_path / "evil.pt"
    torch.save({"a": torch.zeros(1)}, pickle_file)
    with pytest.raises(ModelFileError, match="never loaded"):
        read_tensors(pickle_file)
    with pytest.raises(ModelFileError, match="no such file"):
        read_tensors(tmp_path / "absent.safetensors")
    foreign = RunFolder(tmp_path / "foreign")
    foreign.path.mkdir()
    for name in ("config.json", "result.json"):
        (foreign.path / name).write_bytes((run.path / name).read_bytes())
    write_tensors(foreign.weights_path, {"other": torch.zeros(2)}, {})
    with pytest.raises(ModelFileError, match="do not fit") as caught:
        predict(foreign, dataset, "test")
    assert "\n" not in str(caught.value)


def test_weights_fill_a_timm_backbone_and_nothing_else(dataset: Dataset, tmp_path: Path) -> None:
    config = MeldaeConfig(
        input=InputConfig(size=32),
        backbone=BackboneConfig(name="vit_tiny_patch16_224", pretrained=True),
        lstm_dim=4,
        head_dim=4,
        enhancer_heads=2,
    )
    from dataclasses import replace

    offline = replace(config, backbone=replace(config.backbone, pretrained=False))
    source = build_model(offline)
    path = tmp_path / "vit.safetensors"
    names = dict(source.encoder.vit.state_dict())
    names |= {f"patch_embed.{k}": v for k, v in source.encoder.stem.state_dict().items()}
    write_tensors(path, names, {})
    filled = build_model(config, path)
    for name, value in source.encoder.state_dict().items():
        assert torch.equal(filled.encoder.state_dict()[name], value), name
    names.pop("pos_embed")
    write_tensors(path, names, {})
    with pytest.raises(ModelFileError, match="pos_embed"):
        build_model(config, path)
    with pytest.raises(ConfigError, match="--weights"):
        train(dataset, TINY, tmp_path, weights=path, accelerator="cpu")


def test_unreachable_pretrained_weights_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import timm

    def offline(*_: object, **__: object) -> None:
        raise OSError("cannot reach the hub")

    monkeypatch.setattr(timm, "create_model", offline)
    with pytest.raises(ModelFileError, match="--weights FILE"):
        build_model(MeldaeConfig())


def test_rates_warm_up_and_fall() -> None:
    group: dict[str, float] = {"peak": 2.0, "lr": 0.0}
    optimizer = type("Fake", (), {"param_groups": [group]})()
    rates = []
    for step in range(101):
        set_rate(optimizer, step / 100, 0.1)
        rates.append(group["lr"])
    assert rates[10] == pytest.approx(2.0)
    assert rates[5] == pytest.approx(1.0)
    assert rates[100] == pytest.approx(0.02)
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_a_folder_with_one_run_is_that_run(run: RunFolder, tmp_path: Path) -> None:
    assert open_run(run.path.parent) == run
    with pytest.raises(ModelFileError, match="meldae train"):
        open_run(tmp_path)


def test_rate_zero_freezes_the_frame_encoder(dataset: Dataset, tmp_path: Path) -> None:
    changes = {"lr_backbone": 0.0, "epochs": 1, "ema": 0.0, "locator": "iou", "state_weight": 0.0}
    config = TINY.model_copy(update={"training": TINY.training.model_copy(update=changes)})
    trained, _ = read_tensors(train(dataset, config, tmp_path, accelerator="cpu").weights_path)
    fps = float(
        json.loads(next(tmp_path.glob("*/config.json")).read_text())["config"]["model"]["input"][
            "fps"
        ]
    )
    start = _make_model(
        config.model_copy(
            update={"model": replace(config.model, input=replace(config.model.input, fps=fps))}
        ),
        None,
    ).state_dict()
    same = {name: torch.equal(value, trained[name]) for name, value in start.items()}
    assert all(value for name, value in same.items() if name.startswith("encoder."))
    assert not same["locator.layers.0.weight"]
