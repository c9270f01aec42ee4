"""Macro-expressions as a second class: labels by hand, training, decoding, and what refuses them."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import clip_row, segment_row, tiny_dataset, write_dataset

from meldae.config import BackboneConfig, InputConfig, MeldaeConfig
from meldae.data import Batch, make_batch
from meldae.decode import Decoding
from meldae.evaluation import evaluate
from meldae.export import export_run
from meldae.inference import RawScores, predict, to_prediction
from meldae.injection import Event, Injector
from meldae.losses import MeldaeLoss
from meldae.macro import UNCHOSEN, check_macro, choose_macro, evaluate_macro
from meldae.model import Meldae
from meldae.settings import RunConfig, TrainingConfig
from meldae.targets import clip_targets
from meldae.training import train
from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.errors import ConfigError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset, write_table
from wdmd_tools.predictions import ClipPrediction, PredictedSegment

MODEL = MeldaeConfig(
    input=InputConfig(mode="rgb", size=32),
    backbone=BackboneConfig(
        kind="nano", pretrained=False, stem="conv", patch_size=8, embed_dim=8, depth=1, num_heads=2,
    ),
    region_grid=(4, 4), lstm_dim=4, n_tokens=3, enhancer_heads=2, head_dim=8, dropout=0.0,
    macro=True,
)  # fmt: skip
SMALL = RunConfig(
    model=MODEL,
    training=TrainingConfig(epochs=1, batch_size=4, window=16, lr_backbone=1e-3, lr_new=1e-3),
)


def two_kinds(root: Path) -> Dataset:
    """One clip of 60 frames at 30 fps.

    frames    0     10    20    30    40    50    60
    me              |--|
    macro                 |----------------|
    """
    rows = [
        segment_row("a", CONSENSUS, 10, 16, "me", "ME"),
        segment_row("a", CONSENSUS, 20, 47, "macro", ""),
    ]
    return write_dataset(root, [clip_row("a", 60, has_me=True, split="train")], rows)


def test_labels_by_hand(tmp_path: Path) -> None:
    data = two_kinds(tmp_path)
    (clip,) = data.iter_clips()
    assert clip_targets(data, clip).macro is None
    truth = clip_targets(data, clip, macro=True)
    assert truth.macro is not None
    assert truth.macro_boundary is not None
    assert np.flatnonzero(truth.macro).tolist() == list(range(20, 48))
    assert np.flatnonzero(truth.macro_boundary).tolist() == [20, 47]
    assert np.flatnonzero(truth.inside).tolist() == list(range(10, 17))
    window = truth.take(np.arange(40, 60))
    batch = make_batch([np.zeros((20, 3, 8, 8), np.uint8)], [window], 24)
    assert batch.macro is not None
    assert batch.macro_boundary is not None
    assert torch.nonzero(batch.macro[0])[:, 0].tolist() == list(range(8))
    assert torch.nonzero(batch.macro_boundary[0])[:, 0].tolist() == [7]


def test_both_locators_learn_and_an_unknown_one_costs_nothing() -> None:
    torch.manual_seed(0)
    model = Meldae(replace(MODEL, mirror=True))
    output = model(torch.randint(0, 256, (2, 8, 3, 32, 32), dtype=torch.uint8))
    targets = torch.zeros(2, 8)
    targets[:, 2:6] = 1
    truth = torch.ones(2), torch.tensor([0.0, 1.0]), targets
    loss = MeldaeLoss(loc_weight=2.0)
    parts = loss(output, *truth, macro=1 - targets, macro_boundary=targets > 2)
    parts["total"].backward(retain_graph=True)
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name
    unknown = loss(output, *truth)
    assert unknown["macro"].item() == 0
    gap = parts["total"].item() - unknown["total"].item()
    assert gap == pytest.approx(2 * parts["macro"].item(), rel=1e-5)
    model.zero_grad()
    unknown["total"].backward()
    grads = [parameter.grad for parameter in model.macro_locator.parameters()]  # type: ignore[union-attr]
    assert all(one is not None and not one.any() for one in grads)
    assert Meldae(replace(MODEL, macro=False))(torch.zeros(1, 4, 3, 32, 32)).macro_logits is None


def test_slow_expressions_that_are_put_in_are_macro_expressions() -> None:
    frames = torch.randint(0, 256, (1, 40, 3, 32, 32), dtype=torch.uint8)
    empty, mask = torch.zeros(1, 40), torch.ones(1, 40, dtype=torch.bool)
    batch = Batch(
        frames, mask, empty, empty.bool(), torch.zeros(1), torch.ones(1),
        macro=empty.clone(), macro_boundary=empty.bool(),
    )  # fmt: skip
    rng = np.random.default_rng(1)
    from meldae.injection.draw import draw_events

    events: list[Event] = []
    while not events:
        found = draw_events(rng, 0.0, 1.0, (0.006, 0.02))
        events = [one for one in found if one.kind == "macro"][:1]
    put = Injector(InputConfig(mode="rgb", size=32)).apply(batch, [events])
    assert put.macro is not None
    assert 0 < int(put.macro.sum()) <= 40
    assert not put.inside.any()
    blind = Injector(InputConfig(mode="rgb", size=32)).apply(batch, [events], labels=False)
    assert blind.macro is None


def test_decoding_and_counts_by_hand(tmp_path: Path) -> None:
    data = two_kinds(tmp_path)
    (clip,) = data.iter_clips()
    scores, macro = np.zeros(60, np.float32), np.zeros(60, np.float32)
    macro[21:46] = 0.9
    raw = {"a": RawScores(scores, 0.0, 0.0, None, macro)}
    how = choose_macro(data, [clip], raw)
    assert how is not None
    said = to_prediction(clip, raw["a"], Decoding(), how)
    assert [(one.label, one.interval) for one in said.segments] == [("macro", Interval(21, 46))]
    assert evaluate_macro(data, [clip], [said]) == {
        "f1_macro": 1.0, "macro_tp": 1, "macro_fp": 0, "macro_fn": 0,
    }  # fmt: skip
    # A macro-expression is no ME, found or not.
    counts = evaluate(data, [clip], [said]).counts.total
    assert (counts.tp, counts.fp, counts.fn) == (0, 0, 1)
    micro = ClipPrediction("a", (PredictedSegment(Interval(20, 48), 1.0),))
    assert evaluate_macro(data, [clip], [micro])["macro_tp"] == 0
    assert choose_macro(data, [clip], {"a": RawScores(scores, 0.0, 0.0)}) is None


def test_a_run_says_them_and_export_refuses(tmp_path: Path) -> None:
    plain = tiny_dataset(tmp_path / "d", n_recordings=5, with_crops=True)
    with pytest.raises(ConfigError, match="no macro-expression"):
        check_macro(plain, list(plain.iter_clips("train")))
    rows = plain.segments.to_pylist() + [
        segment_row(clip.clip_id, CONSENSUS, 2, 34, "macro", "") for clip in plain.iter_clips()
    ]
    write_table(plain.root / "segments.parquet", "segments", rows)
    data = Dataset.open(plain.root)
    run = train(data, SMALL, tmp_path / "runs", accelerator="cpu")
    row = json.loads((run.path / "metrics.jsonl").read_text().splitlines()[0])
    assert row["loss_macro"] > 0
    assert {"f1_macro", "macro_tp"} <= set(run.result["validation"])
    assert run.macro_decoding is not None
    assert asdict(run.macro_decoding) != asdict(UNCHOSEN)
    labels = {one.label for said in predict(run, data, "train") for one in said.segments}
    assert labels <= {"me", "macro"}
    with pytest.raises(ConfigError, match=r"model\.macro"):
        export_run(run, tmp_path / "model.onnx")
