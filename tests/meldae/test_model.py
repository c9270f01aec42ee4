"""The whole model: shapes, gradients, padding, both fusions, and what each part is for."""

from dataclasses import replace

import pytest
import torch

from meldae.config import BackboneConfig, InputConfig, MeldaeConfig
from meldae.layers.enhancer import Enhancer
from meldae.layers.source import make_motion
from meldae.losses import MeldaeLoss
from meldae.model import Meldae


def tiny(mode: str = "flow", enhancer: str = "framewise", **changes: object) -> MeldaeConfig:
    """A model of a few thousand weights."""
    size, patch = (32, 2) if mode == "flow" else (32, 16)
    backbone = BackboneConfig(
        kind="nano",
        pretrained=False,
        stem="patch" if mode == "rgb" else "conv",
        patch_size=patch,
        embed_dim=12,
        depth=1,
        num_heads=2,
        tube=3 if mode == "flow" else 0,
    )
    source = InputConfig(mode=mode, size=size, fps=30.0)  # type: ignore[arg-type]
    config = MeldaeConfig(
        input=source,
        backbone=backbone,
        region_grid=(3, 2),
        lstm_dim=5,
        enhancer=enhancer,  # type: ignore[arg-type]
        n_tokens=7,
        enhancer_heads=3,
        head_dim=6,
        dropout=0.0,
    )
    return replace(config, **changes)  # type: ignore[arg-type]


VARIANTS = [
    tiny("rgb"),
    tiny("motion"),
    tiny("flow"),
    tiny("flow", "broadcast", regional_context=3),
    tiny("flow", "none"),
    tiny("flow", "framewise", temporal="none"),
    tiny("flow", "none", temporal="none"),
]


def frames_of(config: MeldaeConfig, b: int, t: int, seed: int = 0) -> torch.Tensor:
    g = torch.Generator().manual_seed(seed)
    channels, size = config.input.channels, config.input.size
    return torch.randint(0, 256, (b, t, channels, size, size), generator=g, dtype=torch.uint8)


@pytest.mark.parametrize("config", VARIANTS, ids=lambda c: f"{c.input.mode}-{c.enhancer}")
def test_shapes_and_that_every_parameter_learns(config: MeldaeConfig) -> None:
    torch.manual_seed(1)
    model = Meldae(config)
    output = model(frames_of(config, 2, 9), return_attention=True)
    assert output.me_logits.shape == output.state_logits.shape == (2,)
    assert output.frame_logits.shape == (2, 9)
    targets = torch.zeros(2, 9)
    targets[0, 3:6] = 1
    parts = MeldaeLoss()(output, torch.tensor([1.0, 0]), torch.tensor([0.0, 1]), targets)
    parts["total"].backward()
    silent = [
        name
        for name, parameter in model.named_parameters()
        if parameter.grad is None or not parameter.grad.abs().sum() > 0
    ]
    assert not silent
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


@pytest.mark.parametrize("config", VARIANTS, ids=lambda c: f"{c.input.mode}-{c.enhancer}")
def test_padding_never_changes_real_frames(config: MeldaeConfig) -> None:
    """clip A |-----|xxxx   clip B |---------|   must give what A gives alone."""
    torch.manual_seed(2)
    model = Meldae(config).eval()
    short, long = frames_of(config, 1, 5, 3), frames_of(config, 1, 9, 4)
    batch = torch.cat((frames_of(config, 1, 9, 5), long))
    batch[0, :5] = short[0]
    mask = torch.ones(2, 9, dtype=torch.bool)
    mask[0, 5:] = False
    with torch.no_grad():
        alone, together = model(short), model(batch, mask)
        other = model(long)
    assert torch.allclose(together.frame_logits[:1, :5], alone.frame_logits, atol=1e-5)
    assert torch.allclose(together.me_logits[:1], alone.me_logits, atol=1e-5)
    assert torch.allclose(together.state_logits[:1], alone.state_logits, atol=1e-5)
    assert torch.allclose(together.frame_logits[1:], other.frame_logits, atol=1e-5)


def test_prepared_flow_equals_flow_made_inside() -> None:
    config = tiny("flow")
    model = Meldae(config).eval()
    frames = frames_of(config, 1, 8)
    motion = make_motion(config.input)
    assert motion is not None
    with torch.no_grad():
        prepared = motion(frames.float() / 255)
        assert torch.equal(model(frames).frame_logits, model(prepared).frame_logits)


def test_framewise_attends_within_a_frame_and_broadcast_over_all() -> None:
    regions = torch.randn(2, 4, 6, 12)
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    feature, attention = Enhancer(12, 5, 3, "framewise")(regions, mask, return_attention=True)
    assert feature.shape == (2, 4, 12)
    assert attention is not None
    assert attention.shape == (2, 4, 5, 6)
    assert torch.allclose(attention.sum(-1), torch.ones(2, 4, 5), atol=1e-5)
    feature, attention = Enhancer(12, 5, 3, "broadcast")(regions, mask, return_attention=True)
    assert attention is not None
    assert torch.allclose(attention.sum((1, 3)), torch.ones(2, 5), atol=1e-5)
    assert attention[1, 2:].abs().max() == 0
    assert torch.equal(feature[:, 0], feature[:, 3])


def test_framewise_features_follow_their_own_frame_only() -> None:
    enhancer = Enhancer(12, 5, 3, "framewise")
    regions = torch.randn(1, 4, 6, 12)
    changed = regions.clone()
    changed[0, 2] += 1 + torch.arange(12)
    before, after = enhancer(regions)[0], enhancer(changed)[0]
    moved = (before - after).abs().amax(-1)[0] > 1e-6
    assert moved.tolist() == [False, False, True, False]


def test_without_enhancer_there_is_no_attention() -> None:
    config = tiny("rgb", "none")
    assert Meldae(config)(frames_of(config, 1, 3), return_attention=True).attention is None


def test_one_batch_can_be_learnt_by_heart() -> None:
    torch.manual_seed(0)
    config = tiny("motion")
    model = Meldae(config)
    frames = frames_of(config, 2, 12)
    targets = torch.zeros(2, 12)
    targets[0, 4:8] = 1
    targets[1, 1:3] = 1
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    loss_of = MeldaeLoss(state_weight=1.0, focal_alpha=0.5)
    for _ in range(150):
        output = model(frames)
        parts = loss_of(output, torch.tensor([1.0, 1]), torch.tensor([0.0, 1]), targets)
        optimizer.zero_grad()
        parts["total"].backward()
        optimizer.step()
    assert ((output.frame_logits > 0) == (targets > 0.5)).all()
    assert (output.state_logits > 0).tolist() == [False, True]


def test_a_timm_vit_is_a_backbone() -> None:
    config = MeldaeConfig(
        input=InputConfig(size=32),
        backbone=BackboneConfig(name="vit_tiny_patch16_224", pretrained=False),
        region_grid=(1, 2),
        lstm_dim=4,
        head_dim=4,
        enhancer_heads=2,
    )
    model = Meldae(config)
    parts = model(frames_of(config, 1, 2))
    parts.frame_logits.sum().backward()
    assert parts.frame_logits.shape == (1, 2)
    new = {id(p) for p in model.new_parameters()}
    assert not new & {id(p) for p in model.backbone_parameters()}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"region_grid": (0, 3)}, "region_grid"),
        ({"regional_context": 4}, "regional_context"),
        ({"dropout": 1.0}, "dropout"),
    ],
)
def test_wrong_configurations_are_refused(changes: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        tiny(**changes)
