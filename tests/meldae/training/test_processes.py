"""Sharing a step among processes and passes, and that it changes nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from meldae.presets import get_config
from meldae.training.processes import Pass, merge, share_step
from meldae.training.run import _launch
from wdmd_tools.errors import ConfigError


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_said() -> None:
    with pytest.raises(ConfigError, match="--device cuda: no GPU here"):
        _launch(get_config("nano"), "cuda", 1)


@given(st.integers(1, 40), st.integers(1, 8), st.integers(0, 5))
def test_every_window_counts_once(n_windows: int, processes: int, at_once: int) -> None:
    passes = [
        one for rank in range(processes) for one in share_step(n_windows, rank, processes, at_once)
    ]
    rows = sorted(row for one in passes if one.weight for row in one.rows)
    assert rows == list(range(n_windows))
    # Gradients are averaged over processes: each window weighs 1 / n in the end.
    for one in passes:
        if one.weight:
            assert one.weight / len(one.rows) / processes == pytest.approx(1 / n_windows)
        assert not at_once or len(one.rows) <= at_once
    assert sum(one.is_last for one in passes) == processes


def test_a_process_without_a_window_takes_part_with_weight_0() -> None:
    assert share_step(1, 1, 2) == [Pass((0,), 0.0, is_last=True)]


def test_one_process_merges_with_itself() -> None:
    assert merge({"a": 1}) == {"a": 1}


SCRIPT = """
import json, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from meldae.training import train
from meldae.settings import load_config
from wdmd_tools.manifest import Dataset
data, out, config = sys.argv[1:]
train(Dataset.open(Path(data)), load_config(json.loads(config)), Path(out), accelerator="cpu")
"""


def run_processes(count: int, data: Path, out: Path, config: str) -> None:
    script = out.parent / "train_script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    launch = [sys.executable]
    if count > 1:
        launch += ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*launch, str(script), str(data), str(out), config],
        capture_output=True, text=True, env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.slow
def test_two_processes_end_with_the_weights_of_one(tmp_path: Path) -> None:
    """Over gloo, without dropout: the same up to the order in which sums are rounded.

    With an emotion head, whose labels most windows lack.
    """
    from builders import tiny_dataset

    from meldae.checkpoint import read_tensors
    from meldae.open_run import open_run

    data = tmp_path / "data"
    tiny_dataset(data, n_recordings=5, with_crops=True)
    config = json.dumps(
        {
            "model": {
                "input": {"mode": "flow", "size": 32, "lag_ms": 66.7},
                "backbone": {
                    "kind": "nano", "pretrained": False, "stem": "conv", "patch_size": 2,
                    "embed_dim": 8, "depth": 1, "num_heads": 2, "tube": 3,
                },
                "region_grid": [4, 4], "lstm_dim": 4, "n_tokens": 3, "enhancer_heads": 2,
                "head_dim": 8, "dropout": 0.0,
            },
            "training": {
                "epochs": 2, "batch_size": 3, "window": 20, "lr_backbone": 1e-3, "lr_new": 1e-3,
                "ema": 0.9, "emotions": "3",
            },
        }
    )  # fmt: skip
    found = {}
    for count in (1, 2):
        run_processes(count, data, tmp_path / f"runs{count}", config)
        run = open_run(tmp_path / f"runs{count}")
        tensors, _ = read_tensors(run.weights_path)
        lines = (run.path / "metrics.jsonl").read_text().splitlines()
        rows = [json.loads(line) for line in lines]
        found[count] = tensors, rows
        assert run.read("config.json")["machine"]["processes"] == count
    for name, value in found[1][0].items():
        # Adam divides by gradients that may be nearly 0, where rounding decides the direction.
        assert torch.allclose(value, found[2][0][name], atol=2e-3), name
    for one, other in zip(found[1][1], found[2][1], strict=True):
        assert one["loss_total"] == pytest.approx(other["loss_total"], abs=1e-4)
        assert one["loss_emotion"] == pytest.approx(other["loss_emotion"], abs=1e-4)
        assert one["val_objective"] == pytest.approx(other["val_objective"], abs=1e-6)
