"""Movement channels on pictures whose movement is known."""

import numpy as np
import pytest
import torch

from meldae.layers.motion import FlowChannels, MotionChannels, remove_head_motion
from meldae.layers.region_pool import RegionPool
from meldae.layers.temporal import BiLstm


def moving_pattern(shifts: list[tuple[float, float]], size: int = 40) -> torch.Tensor:
    """(1, T, 1, size, size): a smooth texture moved right and down by `shifts` px."""
    y, x = np.mgrid[0:size, 0:size].astype(float)
    pictures = []
    for right, down in shifts:
        u, v = x - right, y - down
        texture = 0.5 + 0.15 * np.sin(0.5 * u + 0.2 * v) + 0.15 * np.cos(0.45 * v - 0.15 * u)
        pictures.append(texture)
    return torch.tensor(np.stack(pictures), dtype=torch.float32)[None, :, None]


def test_flow_measures_a_known_displacement() -> None:
    """Still but for the last frame, which is 0.4 px right and 0.2 px up of the frame before."""
    frames = moving_pattern([(0.0, 0.0)] * 30 + [(0.4, -0.2)])
    flow = FlowChannels(radius=6, slow_radius=20, lag=1, gain=1.0, steady=False)(frames)
    assert flow.shape == (1, 31, 6, 10, 10)
    speed = flow[0, -1, 4:6, 2:-2, 2:-2].mean((1, 2))
    assert speed[0].item() == pytest.approx(0.4, abs=0.1)
    assert speed[1].item() == pytest.approx(-0.2, abs=0.06)
    # Against the mean of the last seven frames, one of which is itself: 6 / 7 of it.
    assert flow[0, -1, 0, 2:-2, 2:-2].mean().item() == pytest.approx(0.4 * 6 / 7, abs=0.1)


def test_flow_of_a_still_face_is_zero_under_changing_light() -> None:
    still = moving_pattern([(0.0, 0.0)] * 12)
    light = 1 + 0.3 * torch.sin(torch.arange(12.0))[None, :, None, None, None]
    flow = FlowChannels(radius=2, slow_radius=5, lag=1, gain=1.0, steady=False)(still * 0.7 * light)
    assert flow.abs().max() < 0.05  # px


def test_a_mirrored_video_moves_the_other_way() -> None:
    frames = moving_pattern([(0.1 * t, 0.05 * t) for t in range(10)])
    channels = FlowChannels(radius=2, slow_radius=4, lag=2, steady=False)
    flow, mirrored = channels(frames), channels(frames.flip(-1)).flip(-1)
    assert torch.allclose(flow[:, :, 0::2], -mirrored[:, :, 0::2], atol=0.02)
    assert torch.allclose(flow[:, :, 1::2], mirrored[:, :, 1::2], atol=0.02)


def test_motion_of_the_head_goes_and_motion_of_a_part_stays() -> None:
    """The whole field turns and shifts; in one corner of it 9 of 100 cells also move by 1."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 10), torch.linspace(-1, 1, 10), indexing="ij")
    head = torch.stack((0.5 - 0.3 * y, 0.2 + 0.3 * x))[None, None]
    part = torch.zeros(1, 1, 2, 10, 10)
    part[..., 0, 2:5, 2:5] = 1.0
    seen = torch.ones(1, 1, 10, 10)
    assert remove_head_motion(head, seen).abs().max() < 1e-3
    rest = remove_head_motion(head + part, seen, rounds=4)
    assert rest[0, 0, 0, 2:5, 2:5].min() > 0.75
    assert rest[0, 0, 0, 6:, 6:].abs().max() < 0.15


@pytest.mark.parametrize("channels", [MotionChannels(2, 1), FlowChannels(2, 5, 1)])
def test_padding_gives_zero_and_changes_no_real_frame(channels: torch.nn.Module) -> None:
    frames = torch.rand(1, 9, 1, 16, 16)
    mask = torch.arange(9)[None] < 6
    whole, alone = channels(frames, mask), channels(frames[:, :6])
    assert torch.allclose(whole[:, :6], alone, atol=1e-5)
    assert whole[:, 6:].abs().max() == 0


def test_motion_channels_by_a_slow_loop() -> None:
    frames = torch.rand(1, 7, 1, 4, 4)
    found = MotionChannels(radius=2, lag=3, gain=8.0)(frames)[0]
    grey = frames[0, :, 0] + 4 / 255
    face = torch.stack([torch.log(one / one.mean()) for one in grey])
    for t in range(7):
        near = face[max(0, t - 2) : t + 3].mean(0)
        assert torch.allclose(found[t, 0], face[t], atol=1e-5)
        assert torch.allclose(found[t, 1], 8 * (face[t] - near), atol=1e-4)
        assert torch.allclose(found[t, 2], 8 * (face[t] - face[max(0, t - 3)]), atol=1e-4)


def test_regions_are_means_of_their_patches() -> None:
    patches = torch.arange(2 * 1 * 4 * 6 * 3).float().view(2, 1, 4, 6, 3)
    pooled = RegionPool((2, 3))(patches)
    assert pooled.shape == (2, 1, 6, 3)
    assert torch.allclose(pooled[1, 0, 4], patches[1, 0, 2:4, 2:4].mean((0, 1)))
    assert torch.equal(RegionPool((4, 6))(patches), patches.flatten(2, 3))


def test_backward_direction_starts_at_the_last_real_frame() -> None:
    lstm = BiLstm(4, 3)
    tokens = torch.randn(2, 8, 4)
    mask = torch.ones(2, 8, dtype=torch.bool)
    mask[1, 5:] = False
    both = lstm(tokens, mask)
    assert torch.allclose(both[1:, :5], lstm(tokens[1:, :5]), atol=1e-6)
    assert both[1, 5:].abs().max() == 0
