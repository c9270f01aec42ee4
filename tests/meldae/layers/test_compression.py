"""Blocks are transformed as scipy does it, and quantised like a codec's."""

import torch
from scipy.fft import dctn, idctn

from meldae.layers.compression import dct_matrix, quantise_blocks


def test_the_matrix_is_orthonormal() -> None:
    assert torch.allclose(dct_matrix() @ dct_matrix().T, torch.eye(8), atol=1e-6)


def test_one_block_is_scipys_transform_rounded() -> None:
    block = torch.rand(1, 1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    order = torch.arange(8)
    steps = 0.05 * (1 + order[:, None] + order[None, :]).double().numpy()
    found = dctn(block[0, 0, 0].double().numpy(), norm="ortho")
    expected = idctn((found / steps).round() * steps, norm="ortho")
    changed = quantise_blocks(block, torch.tensor([0.05]))
    assert torch.allclose(changed[0, 0, 0].double(), torch.from_numpy(expected), atol=1e-4)


def test_step_zero_changes_nothing_and_edges_keep_their_size() -> None:
    frames = torch.rand(2, 3, 3, 11, 13)
    changed = quantise_blocks(frames, torch.tensor([0.0, 0.3]))
    assert changed.shape == frames.shape
    assert torch.allclose(changed[0], frames[0], atol=1e-5)
    assert (changed[1] - frames[1]).abs().max() > 0.02


def test_equal_frames_stay_equal() -> None:
    frames = torch.rand(1, 1, 3, 16, 16).expand(1, 4, 3, 16, 16)
    changed = quantise_blocks(frames, torch.tensor([0.2]))
    assert torch.equal(changed[:, 0], changed[:, 3])
