"""Augmentation that treats all frames of a clip alike: a transform that differed would be motion."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

from meldae.layers.compression import quantise_blocks

if TYPE_CHECKING:
    from meldae.settings import TrainingConfig

_SIGMA_TO_RADIUS = 3


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
        colour: Largest relative change of one colour against the others; pixels only.
        blur: Largest standard deviation of a Gaussian blur, px of the model's input.
        compression: Largest step of the quantisation of 8x8 blocks, as a share of full brightness;
            pixels only. The blocks are a clip's own in every frame, as in a film.
    """

    flip: float = 0.5
    shift: float = 0.05
    scale: float = 0.08
    degrees: float = 6.0
    brightness: float = 0.15
    contrast: float = 0.15
    colour: float = 0.0
    blur: float = 0.0
    compression: float = 0.0

    @classmethod
    def of_settings(cls, settings: "TrainingConfig") -> "Augmentation | None":
        """The default geometry and light times `augment`, and what is asked for by name.

        Args:
            settings: With ``augment``, ``colour``, ``blur`` and ``compression``.

        Returns:
            `None` when nothing is to be changed.
        """
        base, strength = cls(), settings.augment
        extra = {"colour": settings.colour, "blur": settings.blur}
        extra["compression"] = settings.compression
        if strength <= 0 and not any(extra.values()):
            return None
        return cls(
            flip=base.flip if strength > 0 else 0.0,
            shift=base.shift * strength,
            scale=base.scale * strength,
            degrees=base.degrees * strength,
            brightness=base.brightness * strength,
            contrast=base.contrast * strength,
            **extra,
        )


@dataclass(frozen=True)
class Changes:
    """What was drawn for B clips, one value or vector per clip.

    Args:
        affine: (B, 2, 3) from new to old places, as `torch.nn.functional.affine_grid` takes it.
        zoom: (B,)
        contrast: (B,) factors.
        brightness: (B,) factors.
        colour: (B, 3) factors, or `None`.
        blur: (B,) standard deviations, px, or `None`.
        compression: (B,) steps, or `None`.
    """

    affine: Tensor
    zoom: Tensor
    contrast: Tensor
    brightness: Tensor
    colour: Tensor | None = None
    blur: Tensor | None = None
    compression: Tensor | None = None

    def of(self, rows: Sequence[int]) -> "Changes":
        """Those of some of the clips."""
        chosen = list(rows)
        values: dict[str, Any] = {
            name: value if value is None else value[chosen]
            for name, value in ((one.name, getattr(self, one.name)) for one in fields(self))
        }
        return Changes(**values)


def draw_changes(n_clips: int, how: Augmentation, generator: torch.Generator) -> Changes:
    """Draw how each clip is changed.

    Args:
        n_clips: B.
        how: How far.
        generator: Decides everything; on the CPU.
    """

    def draw(size: float, *shape: int) -> Tensor:
        return (2 * torch.rand(n_clips, *shape, generator=generator) - 1) * size

    mirror = torch.where(torch.rand(n_clips, generator=generator) < how.flip, -1.0, 1.0)
    angle, zoom = draw(torch.pi * how.degrees / 180), 1 + draw(how.scale)
    cos, sin = zoom * torch.cos(angle), zoom * torch.sin(angle)
    affine = torch.stack(
        (
            torch.stack((mirror * cos, -sin * mirror, 2 * draw(how.shift)), dim=-1),
            torch.stack((sin, cos, 2 * draw(how.shift)), dim=-1),
        ),
        dim=1,
    )
    return Changes(
        affine=affine,
        zoom=zoom,
        contrast=1 + draw(how.contrast),
        brightness=1 + draw(how.brightness),
        colour=1 + draw(how.colour, 3) if how.colour else None,
        blur=draw(how.blur).abs() if how.blur else None,
        compression=draw(how.compression).abs() if how.compression else None,
    )


def augment(frames: Tensor, changes: Changes) -> Tensor:
    """Change clips, each in its own way and each frame of a clip alike.

    Args:
        frames: (B, T, C, H, W) uint8, or flow with six channels (right, down, right, ...).
        changes: Of the B clips.

    Returns:
        (B, T, C, H, W) float: pixels in [0, 1], or flow.
    """
    b, t, c, h, w = frames.shape
    is_flow = frames.dtype != torch.uint8
    device = frames.device
    affine = changes.affine.to(device)
    flat = frames.reshape(b, t * c, h, w).float() / (1 if is_flow else 255)
    # One grid per clip: time is put among the channels, which are sampled alike.
    grid = functional.affine_grid(affine, [b, t * c, h, w], align_corners=False)
    moved = functional.grid_sample(flat, grid, padding_mode="border", align_corners=False)
    if changes.blur is not None:
        moved = _blur(moved, changes.blur)
    moved = moved.view(b, t, c, h, w)
    shape = (b, 1, 1, 1, 1)
    contrast = changes.contrast.view(shape).to(device)
    if is_flow:
        zoom = changes.zoom[:, None, None].to(device)
        return _turn(moved, affine[:, :, :2] / zoom) * contrast
    if changes.colour is not None and c == 3:
        moved = moved * changes.colour.view(b, 1, 3, 1, 1).to(device)
    mean = moved.mean(dim=(1, 2, 3, 4), keepdim=True)
    brightness = changes.brightness.view(shape).to(device)
    moved = (((moved - mean) * contrast + mean) * brightness).clamp(0, 1)
    if changes.compression is not None:
        moved = quantise_blocks(moved, changes.compression.to(device)).clamp(0, 1)
    return moved


def _blur(pictures: Tensor, sigma: Tensor) -> Tensor:
    """Gaussian blur of (B, N, H, W) with one width per clip; edges repeat."""
    b, n = pictures.shape[:2]
    radius = max(1, int(_SIGMA_TO_RADIUS * float(sigma.max()) + 0.5))
    places = torch.arange(-radius, radius + 1, dtype=pictures.dtype)
    weights = torch.exp(-0.5 * (places / sigma.clamp_min(1e-3)[:, None]) ** 2)
    weights = (weights / weights.sum(1, keepdim=True)).to(pictures.device)
    padded = functional.pad(pictures, (radius,) * 4, mode="replicate").transpose(0, 1)
    for shape in ((b, 1, 2 * radius + 1, 1), (b, 1, 1, 2 * radius + 1)):
        padded = functional.conv2d(padded, weights.view(shape), groups=b)
    blurred: Tensor = padded.transpose(0, 1).reshape(b, n, *pictures.shape[2:])
    return blurred


def _turn(flow: Tensor, rotation: Tensor) -> Tensor:
    """Displacements turn with the picture: the inverse of the map from new to old places.

    Args:
        flow: (B, T, 2 n, H, W).
        rotation: (B, 2, 2), orthogonal.
    """
    b, t, c, h, w = flow.shape
    vectors = flow.view(b, t, c // 2, 2, h, w)
    return torch.einsum("bji,btnjhw->btnihw", rotation, vectors).reshape(b, t, c, h, w)
