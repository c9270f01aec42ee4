"""An encoder of frames with MELDAE's heads."""

from pathlib import Path

import numpy as np
import pytest
import torch
from builders import tiny_dataset

from benchmarks.models.adapters.shared import SharedAdapter, SharedOptions
from benchmarks.models.adapters.shared_network import SharedNetwork
from benchmarks.models.base import FitContext
from benchmarks.models.mol.config import SIZES
from benchmarks.models.mol.frames import MolFrameEncoder, MolFrames, local_mean
from benchmarks.models.mol.spotter import Mol
from benchmarks.protocols import blind_view, training_view
from benchmarks.spotting.kept import find, keep
from wdmd_tools.errors import ManifestError

NANO = SIZES["nano"].network


def _context(folder: Path, seed: int = 0, **options: object) -> FitContext:
    return FitContext(seed, folder / "w", folder / "c", folder / "r", options)


def test_every_parameter_gets_a_gradient() -> None:
    torch.manual_seed(0)
    network = SharedNetwork(MolFrameEncoder(NANO), 8, 8, 0.0)
    said = network(torch.randn(2, 6, 64, 64), 2)
    assert said.frame_logits.shape == (2, 6)
    (said.frame_logits.sum() + said.me_logits.sum() + said.state_logits.sum()).backward()
    without = [
        name
        for name, one in network.named_parameters()
        if one.grad is None or not one.grad.abs().sum()
    ]
    assert without == []


def test_chunks_do_not_show_and_a_frame_looks_back_by_the_step() -> None:
    torch.manual_seed(0)
    network = SharedNetwork(MolFrameEncoder(NANO), 8, 8, 0.0).eval()
    frames = torch.randn(1, 7, 64, 64)
    with torch.inference_mode():
        whole, parts = network(frames, 2), network(frames, 2, chunk=3)
        assert torch.allclose(whole.frame_logits, parts.frame_logits, atol=1e-5)
        longer = torch.cat([frames[:, :1], frames[:, :1], frames], dim=1)
        features = network.encoder(longer, 2)
        changed = longer.clone()
        changed[:, 2 + 1] += 1  # frame 1: seen by itself and by frame 3
        moved = (network.encoder(changed, 2) - features).abs().sum(2)[0] > 1e-4
    assert moved.tolist() == [False, True, False, True, False, False, False]


def test_local_mean_by_hand() -> None:
    frames = torch.tensor([1.0, 2.0, 6.0, 3.0])[:, None, None].expand(4, 2, 2)
    found = local_mean(frames, 1)[:, 0, 0]
    assert found.tolist() == pytest.approx([1.5, 3.0, 11 / 3, 4.5])


def test_mol_shared_from_a_dataset_to_predictions(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, with_crops=True)
    shared = {"epochs": 1, "window": 32, "batch": 2}
    context = _context(tmp_path, adapter="shared", shared=shared)
    model = Mol()
    model.fit(training_view(dataset), context)
    said = model.predict(blind_view(dataset, "test"), "test")
    assert len(said) == len(list(dataset.iter_clips("test")))
    for one in said:
        assert one.frame_scores is not None
        assert one.frame_scores.shape == (24,)
        assert one.p_me is not None
        assert one.p_state is not None
    facts = model.describe()
    assert facts["adapter"] == "shared"
    assert facts["epoch"] == 1
    assert keep(tmp_path / "kept", model)
    again = find(tmp_path / "kept", Mol, context)
    assert isinstance(again, Mol)
    scores = again.predict(blind_view(dataset, "test"), "test")[0].frame_scores
    assert scores is not None
    assert said[0].frame_scores is not None
    assert np.array_equal(scores, said[0].frame_scores)


def test_nothing_to_learn(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "data", mes_per_clip=0, n_frames=14, with_crops=True)
    adapter = SharedAdapter(MolFrames(NANO), SharedOptions())
    with pytest.raises(ManifestError, match="no micro-expression"):
        adapter.fit(training_view(dataset), _context(tmp_path))
    with pytest.raises(ValueError, match="fit"):
        adapter.predict(dataset, "test", _context(tmp_path))
