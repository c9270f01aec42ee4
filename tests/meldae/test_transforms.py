"""Augmentation treats all frames of a clip alike, and displacement as the vectors they are."""

import torch

from meldae.layers.motion import FlowChannels
from meldae.transforms import Augmentation, augment

STILL = Augmentation(flip=0.0, shift=0, scale=0, degrees=0, brightness=0, contrast=0)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def test_nothing_asked_changes_nothing() -> None:
    frames = torch.randint(0, 256, (2, 3, 3, 8, 8), dtype=torch.uint8)
    assert torch.allclose(augment(frames, STILL, generator()), frames.float() / 255, atol=1e-5)
    flow = torch.randn(2, 3, 6, 8, 8)
    assert torch.allclose(augment(flow, STILL, generator()), flow, atol=1e-5)
    assert Augmentation.of_strength(0.0) is None


def test_equal_frames_stay_equal() -> None:
    one = torch.randint(0, 256, (3, 1, 1, 16, 16), dtype=torch.uint8)
    changed = augment(one.expand(3, 5, 1, 16, 16).contiguous(), Augmentation(), generator())
    assert torch.allclose(changed, changed[:, :1].expand_as(changed), atol=1e-6)
    assert not torch.allclose(changed[0], changed[1])


def test_a_mirrored_clip_has_mirrored_flow() -> None:
    """Flow of the flipped video equals the flipped flow of the video."""
    flip = Augmentation(flip=1.0, shift=0, scale=0, degrees=0, brightness=0, contrast=0)
    frames = torch.randint(0, 256, (1, 6, 1, 16, 16), dtype=torch.uint8)
    channels = FlowChannels(2, 4, 1)
    first = channels(augment(frames, flip, generator()))
    second = augment(channels(frames.float() / 255), flip, generator())
    assert torch.allclose(first, second, atol=0.05)


def test_displacements_turn_with_the_picture() -> None:
    turn = Augmentation(flip=0, shift=0, scale=0, degrees=30, brightness=0, contrast=0)
    right = torch.zeros(4, 1, 6, 9, 9)
    right[:, :, 0::2] = 1.0
    turned = augment(right, turn, generator())[:, 0, :2, 4, 4]
    assert torch.allclose(turned.square().sum(-1), torch.ones(4), atol=1e-4)
    assert turned[:, 1].abs().max() > 0.05
