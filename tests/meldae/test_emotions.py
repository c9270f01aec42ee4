"""The emotion head: pooling against a slow loop, the loss by hand, training, and what a run says."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import clip_row, segment_row, tiny_dataset, write_dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from meldae.cli import app
from meldae.config import BackboneConfig, InputConfig, MeldaeConfig
from meldae.data import Batch, ClipDataset
from meldae.emotions import EmotionTrace, check_classes, scheme_of
from meldae.inference import predict
from meldae.injection import Injector
from meldae.layers.emotion_head import pool_segments
from meldae.losses import MeldaeLoss, balanced_weights, emotion_loss
from meldae.model import Meldae
from meldae.recognition import recognise
from meldae.run_folder import RunFolder
from meldae.settings import RunConfig, TrainingConfig, apply_settings, identity
from meldae.targets import Labelled, clip_targets
from meldae.training import train
from wdmd_tools.emotions import scheme
from wdmd_tools.errors import ConfigError, UnknownNameError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples

CLASSES = scheme("3").classes
MODEL = MeldaeConfig(
    input=InputConfig(mode="rgb", size=32),
    backbone=BackboneConfig(
        kind="nano", pretrained=False, stem="conv", patch_size=8, embed_dim=8, depth=1, num_heads=2,
    ),
    region_grid=(4, 4), lstm_dim=4, n_tokens=3, enhancer_heads=2, head_dim=8, dropout=0.0,
)  # fmt: skip
SMALL = RunConfig(
    model=MODEL,
    training=TrainingConfig(
        epochs=1, batch_size=4, window=16, lr_backbone=1e-3, lr_new=1e-3, emotions="3"
    ),
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"), n_recordings=5, with_crops=True)


@pytest.fixture(scope="module")
def run(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return train(dataset, SMALL, tmp_path_factory.mktemp("runs"), accelerator="cpu")


def slow_pool(
    emotions: np.ndarray, first: int, end: int, weights: np.ndarray | None
) -> list[float]:
    """Frame by frame, with math alone."""
    total, sums = 0.0, [0.0] * (emotions.shape[1] - 1)
    none = weights is None or sum(float(weights[t]) for t in range(first, end)) == 0
    for t in range(first, end):
        share = math.exp(float(emotions[t, 0])) * (1.0 if none else float(weights[t]))
        total += share
        sums = [s + share * float(v) for s, v in zip(sums, emotions[t, 1:], strict=True)]
    return [s / total for s in sums]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.booleans(), st.booleans())
def test_pooling_is_the_slow_loop(seed: int, weighted: bool, silent: bool) -> None:
    rng = np.random.default_rng(seed)
    emotions = rng.normal(size=(2, 9, 4))
    weights = np.where(rng.random((2, 9)) < 0.3, 0.0, rng.random((2, 9)))
    weights = np.zeros((2, 9)) if silent else weights
    first = int(rng.integers(0, 8))
    end, row = int(rng.integers(first + 1, 10)), int(rng.integers(2))
    # What lies outside of the segment may be anything.
    emotions[row, :first] = emotions[row, end:] = np.nan
    given_weights = torch.from_numpy(weights) if weighted else None
    found = pool_segments(
        torch.from_numpy(emotions), torch.tensor([[row, first, end]]), given_weights
    )
    expected = slow_pool(emotions[row], first, end, weights[row] if weighted else None)
    assert found[0].tolist() == pytest.approx(expected, abs=1e-5)
    # What commands use is the same in numpy.
    trace = EmotionTrace(("a", "b", "c"), emotions[row].astype(np.float32))
    chances = trace.probabilities(
        Interval(first, end), weights[row].astype(np.float32) if weighted else None
    )
    powers = np.exp(np.array(expected))
    assert list(chances.values()) == pytest.approx(powers / powers.sum(), abs=1e-5)
    assert chances[trace.emotion(Interval(first, end), None if not weighted else weights[row])] == (
        max(chances.values())
    )


def test_loss_by_hand() -> None:
    # row 0   [--0--][-1-]     two segments: their mean      row 1   none: adds 0
    # equal log weights; logits are (2, 0) everywhere
    emotions = torch.zeros(2, 6, 3)
    emotions[..., 1] = 2.0
    segments = torch.tensor([[0, 0, 3, 0], [0, 3, 5, 1]])
    right, wrong = math.log(1 + math.exp(-2)), math.log(1 + math.exp(2))
    found = emotion_loss(emotions, segments, torch.tensor([0.5, 3.0]))
    assert found.item() == pytest.approx((0.5 * right + 3.0 * wrong) / 2 / 2)
    nothing = emotion_loss(emotions.requires_grad_(), segments[:0])
    nothing.backward()
    assert nothing.item() == 0
    assert emotions.grad is not None
    assert not emotions.grad.any()


def test_loss_of_a_step_is_the_mean_of_its_parts() -> None:
    """So two processes learn what one does, wherever the labelled segments lie."""
    torch.manual_seed(0)
    emotions = torch.randn(4, 7, 4)
    segments = torch.tensor([[0, 1, 4, 2], [3, 0, 2, 0], [3, 4, 7, 1]])
    whole = emotion_loss(emotions, segments)
    one = emotion_loss(emotions[::2], torch.tensor([[0, 1, 4, 2]]))
    other = emotion_loss(emotions[1::2], torch.tensor([[1, 0, 2, 0], [1, 4, 7, 1]]))
    assert whole.item() == pytest.approx((one.item() + other.item()) / 2)


def test_weights_balance_classes() -> None:
    # 6 samples in 2 classes that occur: 3 per class -> 3/1, 3/5; the third never occurs
    assert balanced_weights(torch.tensor([1, 5, 0])).tolist() == pytest.approx([3.0, 0.6, 0.0])


@pytest.mark.parametrize("mirror", [False, True])
def test_head_learns_in_every_parameter_and_padding_counts_nowhere(mirror: bool) -> None:
    torch.manual_seed(0)
    config = replace(MODEL, emotions=CLASSES, mirror=mirror, dropout=0.1)
    model = Meldae(config)
    frames = torch.randint(0, 256, (2, 8, 3, 32, 32), dtype=torch.uint8)
    output = model(frames)
    targets = torch.zeros(2, 8)
    targets[:, 2:6] = 1
    loss = MeldaeLoss(emotion_weight=0.5)
    clips = torch.tensor([1.0, 1.0]), torch.tensor([0.0, 1.0]), targets
    parts = loss(output, *clips, segments=torch.tensor([[0, 2, 6, 1], [1, 2, 6, 0]]))
    parts["total"].backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name
    assert parts["total"].item() == pytest.approx(
        loss(output, *clips)["total"].item() + 0.5 * parts["emotion"].item()
    )
    model.eval()
    mask = torch.ones(2, 8, dtype=torch.bool)
    mask[0, 5:] = False
    with torch.no_grad():
        alone, padded = model(frames[:1, :5]).emotions, model(frames, mask).emotions
    assert padded.shape == (2, 8, 4)
    assert torch.allclose(alone[0], padded[0, :5], atol=1e-5)


def test_without_the_head_nothing_is_new() -> None:
    torch.manual_seed(3)
    plain = Meldae(MODEL).state_dict()
    torch.manual_seed(3)
    more = Meldae(replace(MODEL, emotions=CLASSES)).state_dict()
    assert all(torch.equal(value, more[name]) for name, value in plain.items())
    assert {name.split(".")[0] for name in set(more) - set(plain)} == {"emotion_head"}
    assert Meldae(MODEL)(torch.zeros(1, 4, 3, 32, 32)).emotions is None
    off = apply_settings(SMALL, ["training.emotions=''"])
    assert identity(off, "data") != identity(SMALL, "data")
    older = off.model_dump(mode="json")
    del older["training"]["emotions"], older["training"]["emotion_weight"]
    del older["model"]["emotions"]
    assert identity(RunConfig.model_validate(older), "data") == identity(off, "data")


def labelled_dataset(root: Path) -> Dataset:
    r"""One clip of 20 frames.

    frames     0         10        20
    me            |--|    |----|  |-|
    emotion       happy   others  fear        scheme 3: positive, left out, negative
    """
    spans = [(3, 6, "happiness"), (10, 15, "others"), (17, 19, "fear")]
    rows = [
        segment_row("a", "consensus", first, last, kind, label)
        for first, last, word in spans
        for kind, label in (("me", "ME"), ("emotion", word))
    ]
    return write_dataset(root, [clip_row("a", 20, has_me=True, split="train")], rows)


def test_targets_and_windows_by_hand(tmp_path: Path) -> None:
    data = labelled_dataset(tmp_path)
    (clip,) = data.iter_clips()
    known = (Labelled(Interval(3, 7), 1), Labelled(Interval(17, 20), 0))
    truth = clip_targets(data, clip, known)
    assert truth.segments() == [(3, 7, 1), (17, 20, 0)]
    # window of frames 5 to 19: half of the first ME is here, all of the last
    window = truth.take(np.arange(5, 20))
    assert window.segments(truth) == [(0, 2, 1), (12, 15, 0)]
    # from frame 6 on less than half is: it teaches nothing
    assert truth.take(np.arange(6, 20)).segments(truth) == [(11, 14, 0)]

    class Store:
        def source_index(self, _clip: str) -> np.ndarray:
            return np.arange(20)

        def frames(self, _clip: str, index: np.ndarray) -> np.ndarray:
            return np.zeros((len(index), 3, 32, 32), np.uint8)

    clips = ClipDataset(data, [clip], Store(), scheme=scheme("3"))  # type: ignore[arg-type]
    assert clips.emotion_counts().tolist() == [1, 1, 0]
    batch = clips.collate([clips._window(0, 5, 15, 1.0), clips._window(0, 0, 20, 1.0)])
    assert batch.segments is not None
    rows = [[0, 0, 2, 1], [0, 12, 15, 0], [1, 3, 7, 1], [1, 17, 20, 0]]
    assert batch.segments.tolist() == rows
    assert batch.to(torch.device("cpu")).segments is not None
    # The self-supervised warm-up knows no labels.
    blind: Batch = Injector(InputConfig(mode="rgb", size=32)).apply(batch, [(), ()], labels=False)
    assert blind.segments is not None
    assert blind.segments.shape == (0, 4)


def test_schemes_and_what_cannot_be_learnt() -> None:
    assert scheme_of(RunConfig()) is None
    chosen = scheme_of(apply_settings(RunConfig(), ["training.emotions=3"]))
    assert chosen is not None
    assert chosen.classes == CLASSES
    own = scheme_of(apply_settings(RunConfig(), ["model.emotions=[fear, joy]"]))
    assert own is not None
    assert own.classify("Fear") == "fear"
    with pytest.raises(UnknownNameError, match="nope"):
        scheme_of(apply_settings(RunConfig(), ["training.emotions=nope"]))
    both = apply_settings(RunConfig(), ["training.emotions=3", "model.emotions=[a, b]"])
    with pytest.raises(ConfigError, match="leave one of the two out"):
        scheme_of(both)
    with pytest.raises(ConfigError, match="at least two"):
        apply_settings(RunConfig(), ["model.emotions=[fear]"])
    with pytest.raises(ConfigError, match=r"negative 4, positive 0.*two classes"):
        check_classes([4, 0, 0], scheme("3"), "data")


def test_a_run_learns_says_and_is_found_again(run: RunFolder, dataset: Dataset) -> None:
    row = json.loads((run.path / "metrics.jsonl").read_text().splitlines()[0])
    assert row["loss_emotion"] > 0
    assert {"uf1", "uar", "acc_emotion", "emotion_samples"} <= set(run.result["validation"])
    assert run.config.model.emotions == CLASSES
    samples = [one.blind for one in emotion_samples(dataset, scheme("3"), "train")]
    assert len(samples) > 3
    said = recognise(run, dataset, samples[::-1])
    assert [one.sample_id for one in said] == [one.sample_id for one in samples[::-1]]
    for one in said:
        assert one.probabilities is not None
        assert sum(one.probabilities.values()) == pytest.approx(1.0)
        assert one.emotion == max(one.probabilities, key=one.probabilities.__getitem__)
    found = [segment for one in predict(run, dataset, "train") for segment in one.segments]
    assert all(segment.emotion in CLASSES for segment in found)
    assert train(dataset, SMALL, run.path.parent, accelerator="cpu").path == run.path


def test_two_processes_take_part_without_a_labelled_me(run: RunFolder, dataset: Dataset) -> None:
    """A pass without a labelled ME still reaches every parameter, so that gradients can be exchanged."""
    model = Meldae(replace(MODEL, emotions=CLASSES))
    output = model(torch.randint(0, 256, (1, 8, 3, 32, 32), dtype=torch.uint8))
    none = torch.zeros(0, 4, dtype=torch.long)
    loss = MeldaeLoss(emotion_weight=0.5)
    truth = torch.ones(1), torch.ones(1), torch.ones(1, 8)
    loss(output, *truth, segments=none)["total"].backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_one_me_a_clip_lets_uf1_choose_the_epoch(tmp_path: Path) -> None:
    data = tiny_dataset(tmp_path / "d", n_recordings=5, with_crops=True, mes_per_clip=1)
    config = apply_settings(SMALL, ["training.epochs=2"])
    run = train(data, config, tmp_path / "runs", accelerator="cpu")
    rows = [json.loads(line) for line in (run.path / "metrics.jsonl").read_text().splitlines()]
    assert all(0 <= row["val_objective"] <= 1 for row in rows)
    best = max(row["val_objective"] for row in rows)
    assert rows[run.result["epoch"] - 1]["val_objective"] == best
    from meldae.emotions import scheme_of as of
    from meldae.recognition import EmotionCheck

    clips = list(data.iter_clips("val"))
    assert EmotionCheck(data, clips, of(config)).decides


def test_commands(run: RunFolder, dataset: Dataset, tmp_path: Path) -> None:
    runner = CliRunner()
    out = tmp_path / "out"
    done = runner.invoke(
        app,
        ["eval", str(run.path), str(dataset.root), "--split", "train", "--out", str(out), "--json"],
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["emotion_samples"] == len(emotion_samples(dataset, scheme("3"), "train"))
    assert (out / "recognitions.parquet").is_file()
    wrong = runner.invoke(app, ["train", str(dataset.root), "--emotions", "nope"])
    assert wrong.exit_code == 2
    assert "nope" in wrong.stderr
