"""Augmentation that treats all frames of a clip alike: a transform that differed would be motion."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Augmentation:
    """How far a clip may be changed.

    Args:
        flip: Chance of mirroring left and right.
        shift: Largest shift, as a share of the frame.
        scale: Largest relative change of size.
        degrees: Largest rotation.
        brightness: Largest relative change of brightness.
        contrast: Largest relative change of contrast, or of the size of displacements.
    """

    flip: float = 0.5
    shift: float = 0.05
    scale: float = 0.08
    degrees: float = 6.0
    brightness: float = 0.15
    contrast: float = 0.15

    @classmethod
    def of_strength(cls, strength: float) -> "Augmentation | None":
        """The default times `strength`; `None` for 0."""
        if strength <= 0:
            return None
        base = cls()
        return cls(
            flip=base.flip,
            shift=base.shift * strength,
            scale=base.scale * strength,
            degrees=base.degrees * strength,
            brightness=base.brightness * strength,
            contrast=base.contrast * strength,
        )


def augment(frames: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    """Change clips at random, each in its own way.

    Args:
        frames: (B, T, C, H, W) uint8, or flow with six channels (right, down, right, ...).
        how: How far.
        generator: Decides everything; on the CPU.

    Returns:
        (B, T, C, H, W) float: pixels in [0, 1], or flow.
    """
    b, t, c, h, w = frames.shape
    is_flow = frames.dtype != torch.uint8

    def draw(size: float) -> Tensor:
        return (2 * torch.rand(b, generator=generator) - 1) * size

    mirror = torch.where(torch.rand(b, generator=generator) < how.flip, -1.0, 1.0)
    angle, zoom = draw(torch.pi * how.degrees / 180), 1 + draw(how.scale)
    cos, sin = zoom * torch.cos(angle), zoom * torch.sin(angle)
    affine = torch.stack(
        (
            torch.stack((mirror * cos, -sin * mirror, 2 * draw(how.shift)), dim=-1),
            torch.stack((sin, cos, 2 * draw(how.shift)), dim=-1),
        ),
        dim=1,
    ).to(frames.device)
    flat = frames.reshape(b, t * c, h, w).float() / (1 if is_flow else 255)
    # One grid per clip: time is put among the channels, which are sampled alike.
    grid = functional.affine_grid(affine, [b, t * c, h, w], align_corners=False)
    moved = functional.grid_sample(flat, grid, padding_mode="border", align_corners=False)
    moved = moved.view(b, t, c, h, w)
    shape = (b, 1, 1, 1, 1)
    contrast = (1 + draw(how.contrast)).view(shape).to(frames.device)
    brightness = (1 + draw(how.brightness)).view(shape).to(frames.device)
    if is_flow:
        return _turn(moved, affine[:, :, :2] / zoom[:, None, None].to(frames.device)) * contrast
    mean = moved.mean(dim=(1, 2, 3, 4), keepdim=True)
    return (((moved - mean) * contrast + mean) * brightness).clamp(0, 1)


def _turn(flow: Tensor, rotation: Tensor) -> Tensor:
    """Displacements turn with the picture: the inverse of the map from new to old places.

    Args:
        flow: (B, T, 2 n, H, W).
        rotation: (B, 2, 2), orthogonal.
    """
    b, t, c, h, w = flow.shape
    vectors = flow.view(b, t, c // 2, 2, h, w)
    return torch.einsum("bji,btnjhw->btnihw", rotation, vectors).reshape(b, t, c, h, w)
