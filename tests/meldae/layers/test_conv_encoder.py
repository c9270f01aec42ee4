"""A ResNet instead of a ViT: same interface, gradients, padding without effect, weights from a file."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from meldae.checkpoint import build_model, write_tensors
from meldae.config import BackboneConfig, InputConfig, MeldaeConfig
from meldae.layers.conv_encoder import ConvFrameEncoder
from meldae.layers.encoder import make_encoder
from meldae.layers.frame_encoder import FrameEncoder

RESNET = MeldaeConfig(
    input=InputConfig(mode="rgb", size=32, fps=30.0),
    backbone=BackboneConfig(kind="timm", name="resnet10t", pretrained=False),
    region_grid=(1, 1),
    lstm_dim=4,
    head_dim=4,
    dropout=0.0,
)


def clip(b: int, t: int) -> torch.Tensor:
    g = torch.Generator().manual_seed(3)
    return torch.randint(0, 256, (b, t, 3, 32, 32), generator=g, dtype=torch.uint8)


def test_the_name_chooses_the_kind() -> None:
    assert isinstance(make_encoder(RESNET.backbone, RESNET.input), ConvFrameEncoder)
    vit = replace(RESNET.backbone, name="vit_tiny_patch16_224")
    assert isinstance(make_encoder(vit, RESNET.input), FrameEncoder)


def test_global_feature_is_the_mean_of_the_map_and_all_weights_learn() -> None:
    torch.manual_seed(0)
    model = build_model(RESNET)
    cls, cells = model.encoder(clip(2, 3))
    assert cells.shape == (2, 3, *model.encoder.grid, model.encoder.embed_dim)
    assert torch.allclose(cls, cells.mean((2, 3)))
    output = model.train()(clip(2, 3))
    (output.me_logits.sum() + output.frame_logits.sum() + output.state_logits.sum()).backward()
    assert not [n for n, p in model.named_parameters() if p.grad is None]


def test_frames_of_other_clips_change_nothing_even_in_training() -> None:
    torch.manual_seed(0)
    encoder = make_encoder(RESNET.backbone, RESNET.input).train()
    frames = clip(2, 3)
    alone, _ = encoder(frames[:1])
    together, _ = encoder(frames)
    assert torch.allclose(alone[0], together[0], atol=1e-5)


def test_weights_file_fills_it(tmp_path: Path) -> None:
    torch.manual_seed(0)
    source = build_model(RESNET)
    write_tensors(tmp_path / "resnet.safetensors", source.encoder.net.state_dict(), {})
    torch.manual_seed(1)
    filled = build_model(RESNET, tmp_path / "resnet.safetensors")
    for name, value in filled.encoder.net.state_dict().items():
        assert torch.equal(value, source.encoder.net.state_dict()[name])


@pytest.mark.parametrize("size", [32, 64])
def test_grid_follows_the_input(size: int) -> None:
    encoder = make_encoder(RESNET.backbone, replace(RESNET.input, size=size))
    assert encoder.grid == (size // 32, size // 32)
