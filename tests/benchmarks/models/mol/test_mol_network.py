"""The whole of MOL: shapes, gradients, losses worked out by hand."""

import math

import pytest
import torch

from benchmarks.models.mol.config import SIZES, NetworkConfig
from benchmarks.models.mol.heads import LandmarkHead
from benchmarks.models.mol.losses import class_loss, flow_loss, landmark_loss
from benchmarks.models.mol.network import MolNetwork

NANO = SIZES["nano"].network


def _frames(config: NetworkConfig, batch: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(batch, config.frames, config.size, config.size, generator=generator)


@pytest.mark.parametrize(
    "changes",
    [{}, {"graph": "positional", "itself": True, "twice": True}],
    ids=["channel", "positional"],
)
def test_every_parameter_gets_a_gradient(changes: dict[str, object]) -> None:
    config = NetworkConfig.model_validate({**NANO.model_dump(), **changes})
    torch.manual_seed(0)
    network = MolNetwork(config, 3)
    said = network(_frames(config))
    assert said.flow is not None
    assert said.landmarks is not None
    assert said.logits.shape == (2, 3)
    assert said.flow.shape == (2, 7, 2, 64, 64)
    assert said.landmarks.shape == (2, 7, 68, 2)
    loss = (
        class_loss(said.logits, torch.tensor([0, 2]))
        + flow_loss(said.flow, torch.ones_like(said.flow), 7)
        + landmark_loss(said.landmarks, 64 * torch.rand_like(said.landmarks))
    )
    loss.backward()
    without = [
        name
        for name, one in network.named_parameters()
        if one.grad is None or not one.grad.abs().sum()
    ]
    assert without == []


def test_the_paper_size_has_the_shapes_of_the_paper() -> None:
    config = SIZES["paper"].network
    network = MolNetwork(config, 5).eval()
    with torch.inference_mode():
        maps = network.encoder.stem(torch.zeros(1, 1, 128, 128))
        said = network(_frames(config, 1))
    assert maps.shape == (1, 128, 16, 16)
    assert sum(one.numel() for one in network.encoder.stem.parameters()) == 19_048
    assert network.sequence.layers[4].in_features == 2560
    assert network.flow is not None
    assert network.flow.conv3_1[0].in_channels == 729
    widths = [one.in_channels for one in network.flow.flows]
    assert widths == [1024, 1026, 770, 386, 258, 130, 35]
    assert network.landmarks is not None
    assert network.landmarks.layers[3].in_features == 6272
    assert said.flow is not None
    assert said.flow.shape == (1, 7, 2, 128, 128)


@pytest.mark.parametrize("relu", [True, False])
def test_landmark_head_by_its_layers(relu: bool) -> None:
    torch.manual_seed(0)
    head = LandmarkHead(channels=3, side=5, size=64, narrow=2, hidden=6, relu=relu)
    convolution, first, last = (one for one in head.layers if hasattr(one, "weight"))
    maps = torch.randn(4, 3, 5, 5)
    hidden = first(torch.relu(convolution(maps)).flatten(1))
    assert (hidden < 0).any()
    off = last(torch.relu(hidden) if relu else hidden).reshape(4, 68, 2)
    torch.testing.assert_close(head(maps), 64 * (0.5 + off))


def test_the_paper_size_bends_as_published() -> None:
    heads = [MolNetwork(SIZES[size].network, 2).landmarks for size in ("paper", "nano")]
    kinds = [[type(one).__name__ for one in head.layers] for head in heads if head is not None]
    published = ["Conv2d", "ReLU", "Flatten", "Linear", "ReLU", "Linear"]
    assert kinds == [published, [*published[:4], "Linear"]]


def test_without_heads_and_without_tasks() -> None:
    config = NANO.model_copy(update={"flow": False, "landmarks": False})
    network = MolNetwork(config, 2).eval()
    said = network(_frames(config))
    assert said.flow is None
    assert said.landmarks is None
    whole = MolNetwork(NANO, 2).eval()
    frames = _frames(NANO)
    assert torch.equal(whole(frames).logits, whole(frames, tasks=False).logits)


def test_motion_does_not_see_a_still_face() -> None:
    network = MolNetwork(NANO, 2).eval()
    frames, still = _frames(NANO, 1), torch.randn(1, 1, 64, 64)
    grey = MolNetwork(NANO.model_copy(update={"input": "grey"}), 2).eval()
    grey.load_state_dict(network.state_dict())
    with torch.inference_mode():
        one, other = network(frames), network(frames + still)
        assert torch.allclose(one.logits, other.logits, atol=1e-3)
        assert one.flow is not None
        assert other.flow is not None
        assert not torch.allclose(one.flow, other.flow, atol=1e-3)
        assert not torch.allclose(grey(frames).logits, grey(frames + still).logits, atol=1e-3)


def test_flow_loss_by_hand() -> None:
    # Every error is 2 px: mean of squares 4, over 7 pairs.
    predicted, truth = torch.full((2, 7, 2, 4, 4), 2.0), torch.zeros(2, 7, 2, 4, 4)
    assert flow_loss(predicted, truth, 7).item() == pytest.approx(4 / 7)
    assert flow_loss(predicted[:, :2], truth[:, :2], 7).item() == pytest.approx(4 / 7)


def test_some_pairs_are_those_of_all() -> None:
    network = MolNetwork(NANO, 2).eval()
    frames = _frames(NANO, 1)
    with torch.inference_mode():
        every = network(frames).flow
        some = network(frames, pairs=torch.tensor([1, 5])).flow
    assert every is not None
    assert some is not None
    assert torch.allclose(some, every[:, [1, 5]], atol=1e-5)


def test_landmark_loss_by_hand() -> None:
    truth = torch.zeros(1, 2, 68, 2)
    truth[:, :, 36:42, 0] = 10.0
    truth[:, :, 42:48, 0] = 30.0  # 20 px apart
    predicted = truth + torch.tensor([3.0, -1.0])  # |dx| + |dy| = 4: 0.2 a frame, two frames
    assert landmark_loss(predicted, truth).item() == pytest.approx(0.4)
    truth[0, 1] = torch.nan
    assert landmark_loss(predicted, truth).item() == pytest.approx(0.2)
    assert landmark_loss(predicted, torch.full_like(truth, torch.nan)).item() == 0.0


def test_class_loss_by_hand() -> None:
    assert class_loss(torch.zeros(3, 4), torch.tensor([0, 1, 2])).item() == pytest.approx(
        math.log(4)
    )
    truth = torch.tensor([[1.0, torch.nan]])
    assert class_loss(torch.zeros(1, 2), truth).item() == pytest.approx(math.log(2))
