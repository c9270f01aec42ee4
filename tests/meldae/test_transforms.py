"""Augmentation treats all frames of a clip alike, and displacement as the vectors they are."""

from dataclasses import replace

import torch

from meldae.layers.motion import FlowChannels
from meldae.settings import TrainingConfig
from meldae.transforms import Augmentation, augment, draw_changes

STILL = Augmentation(flip=0.0, shift=0, scale=0, degrees=0, brightness=0, contrast=0)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def changed_by(frames: torch.Tensor, how: Augmentation) -> torch.Tensor:
    return augment(frames, draw_changes(len(frames), how, generator()))


def test_nothing_asked_changes_nothing() -> None:
    frames = torch.randint(0, 256, (2, 3, 3, 8, 8), dtype=torch.uint8)
    assert torch.allclose(changed_by(frames, STILL), frames.float() / 255, atol=1e-5)
    flow = torch.randn(2, 3, 6, 8, 8)
    assert torch.allclose(changed_by(flow, STILL), flow, atol=1e-5)
    assert Augmentation.of_settings(TrainingConfig(augment=0)) is None


def test_equal_frames_stay_equal() -> None:
    one = torch.randint(0, 256, (3, 1, 1, 16, 16), dtype=torch.uint8)
    changed = changed_by(one.expand(3, 5, 1, 16, 16).contiguous(), Augmentation())
    assert torch.allclose(changed, changed[:, :1].expand_as(changed), atol=1e-6)
    assert not torch.allclose(changed[0], changed[1])


def test_a_mirrored_clip_has_mirrored_flow() -> None:
    """Flow of the flipped video equals the flipped flow of the video."""
    flip = Augmentation(flip=1.0, shift=0, scale=0, degrees=0, brightness=0, contrast=0)
    frames = torch.randint(0, 256, (1, 6, 1, 16, 16), dtype=torch.uint8)
    channels = FlowChannels(2, 4, 1)
    first = channels(changed_by(frames, flip))
    second = changed_by(channels(frames.float() / 255), flip)
    assert torch.allclose(first, second, atol=0.05)


def test_displacements_turn_with_the_picture() -> None:
    turn = Augmentation(flip=0, shift=0, scale=0, degrees=30, brightness=0, contrast=0)
    right = torch.zeros(4, 1, 6, 9, 9)
    right[:, :, 0::2] = 1.0
    turned = changed_by(right, turn)[:, 0, :2, 4, 4]
    assert torch.allclose(turned.square().sum(-1), torch.ones(4), atol=1e-4)
    assert turned[:, 1].abs().max() > 0.05


def test_blur_is_a_gaussian_that_keeps_the_mean_and_is_one_per_clip() -> None:
    from scipy.ndimage import gaussian_filter

    picture = torch.randint(0, 256, (2, 1, 3, 24, 24), dtype=torch.uint8)
    frames = picture.expand(2, 4, 3, 24, 24).contiguous()
    still = draw_changes(2, STILL, generator())
    widths = torch.tensor([0.0, 1.4])
    changed = augment(frames, replace(still, blur=widths))
    assert torch.allclose(changed[0], frames[0] / 255, atol=1e-5)
    assert torch.equal(changed[1, 0], changed[1, 3])
    expected = gaussian_filter((frames[1, 0, 0] / 255).numpy(), 1.4, mode="nearest", truncate=3.0)
    assert torch.allclose(changed[1, 0, 0], torch.from_numpy(expected), atol=2e-3)


def test_colour_changes_the_balance_of_colours_alike_in_all_frames() -> None:
    frames = torch.full((1, 3, 3, 8, 8), 100, dtype=torch.uint8)
    changed = changed_by(frames, replace(STILL, colour=0.5))
    assert torch.equal(changed[:, 0], changed[:, 2])
    assert len({round(float(v), 4) for v in changed[0, 0, :, 0, 0]}) == 3


def test_a_share_of_the_changes_is_what_those_clips_would_have_got() -> None:
    frames = torch.randint(0, 256, (5, 2, 3, 16, 16), dtype=torch.uint8)
    how = Augmentation(colour=0.2, blur=1.0, compression=0.1)
    changes = draw_changes(5, how, generator())
    whole, part = augment(frames, changes), augment(frames[[1, 3]], changes.of([1, 3]))
    assert torch.allclose(whole[[1, 3]], part, atol=1e-5)
