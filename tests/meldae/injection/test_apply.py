"""Movement put into frames moves them as said, and the labels follow."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from meldae.config import InputConfig
from meldae.data import Batch
from meldae.injection import Event, Injector
from meldae.injection.apply import place
from meldae.injection.draw import Kind
from meldae.injection.movements import Bump
from meldae.injection.texture import over_gaussians, seen_displacement, warp
from meldae.layers.motion import mean_face
from meldae.layers.source import make_motion, mirror

PIXELS = InputConfig(mode="motion", size=32, fps=10.0)
FLOW = InputConfig(mode="flow", size=48, fps=30.0, lag_ms=66.7, steady=False)
CHEEK = (Bump(0.0, 0.3, 1.0, -0.5, 0.25),)


def me(seconds: float = 0.5, place_: float = 0.5, amplitude: float = 0.05) -> Event:
    return Event("me", CHEEK, amplitude, seconds, place_, apex=0.5)


def batch_of(frames: torch.Tensor, lengths: list[int] | None = None) -> Batch:
    b, t = frames.shape[:2]
    lengths = lengths or [t] * b
    mask = torch.arange(t)[None] < torch.tensor(lengths)[:, None]
    inside = torch.zeros(b, t)
    return Batch(frames, mask, inside, inside.bool(), torch.zeros(b), torch.ones(b))


def face(size: int, t: int, channels: int = 1) -> torch.Tensor:
    """(1, T, C, size, size) uint8: smooth texture that stands still."""
    y, x = np.mgrid[0:size, 0:size].astype(float)
    picture = 0.5 + 0.2 * np.sin(0.5 * x + 0.2 * y) + 0.2 * np.cos(0.45 * y - 0.15 * x)
    one = torch.from_numpy((255 * picture).round().astype(np.uint8))
    return one.expand(1, t, channels, size, size).clone()


def test_labels_follow_what_was_put_in() -> None:
    # 10 fps, 0.5 s: 5 frames; 12 frames less one of rest at both ends leave room for 5 places: 1 .. 6
    #   frame     0  1  2  3  4  5  6  7  8  9 10 11
    #   place 0   .  I  I  I  I  I  .  .  .  .  .  .
    #   place 1   .  .  .  .  .  .  I  I  I  I  I  .
    batch = batch_of(face(32, 12).repeat(2, 1, 1, 1, 1))
    found = Injector(PIXELS).apply(batch, [[me(place_=0.0)], [me(place_=1.0)]])
    assert found.inside.int().tolist() == [
        [0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0],
    ]
    assert [row.nonzero()[:, 0].tolist() for row in found.boundary] == [[1, 5], [6, 10]]
    assert found.has_me.tolist() == [1.0, 1.0]
    assert found.speaking.tolist() == [1.0, 1.0]
    moved = (found.frames != batch.frames).flatten(2).any(-1)
    assert torch.equal(moved, found.inside.bool())
    assert batch.has_me.tolist() == [0.0, 0.0]  # the given batch stays as it was


def test_a_window_with_a_true_me_gets_no_other() -> None:
    batch = batch_of(face(32, 12))
    batch.inside[0, 7:9] = 1.0
    batch = replace(batch, has_me=torch.ones(1))
    found = Injector(PIXELS).apply(batch, [[me()]])
    assert torch.equal(found.frames, batch.frames)
    assert torch.equal(found.inside, batch.inside)
    # Without labels it is footage like any other.
    blind = Injector(PIXELS).apply(batch, [[me(place_=0.0)]], labels=False)
    assert blind.inside[0].int().tolist() == [0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert blind.speaking.tolist() == [-1.0]
    nothing = Injector(PIXELS).apply(batch, [[]], labels=False)
    assert (nothing.has_me.item(), nothing.inside.sum().item()) == (0.0, 0.0)


@pytest.mark.parametrize("kind", ["macro", "speech", "blink"])
def test_other_movement_is_no_me(kind: Kind) -> None:
    batch = batch_of(face(32, 12))
    event = replace(me(seconds=0.8, amplitude=0.1), kind=kind)
    found = Injector(PIXELS).apply(batch, [[event]])
    assert (found.frames != batch.frames).any()
    assert found.inside.sum() == 0
    assert found.has_me.tolist() == [0.0]
    assert found.speaking.tolist() == [-1.0 if kind == "speech" else 1.0]


def test_padding_is_not_touched_and_too_short_windows_get_none() -> None:
    batch = batch_of(face(32, 20).repeat(2, 1, 1, 1, 1), [9, 6])
    found = Injector(PIXELS).apply(batch, [[me(place_=1.0)], [me()]])
    assert found.inside[0].nonzero()[:, 0].tolist() == [3, 4, 5, 6, 7]  # 8 is the last, at rest
    assert torch.equal(found.frames[0, 9:], batch.frames[0, 9:])
    assert torch.equal(found.frames[1], batch.frames[1])
    assert found.has_me.tolist() == [1.0, 0.0]
    slow = replace(me(seconds=2.0, place_=1.0), kind="macro")
    placed = place(slow, 9, 10.0)
    assert placed is not None
    assert (placed.first, placed.count) == (-1, 20)
    over = Injector(PIXELS).apply(batch, [[slow], []])
    assert torch.equal(over.frames[0, 9:], batch.frames[0, 9:])


def test_gaussians_by_a_slow_loop() -> None:
    places, sigmas = torch.tensor([[3.0, 5.0], [8.0, 2.0]]), torch.tensor([2.0, 3.0])
    directions = torch.tensor([[1.0, -0.5], [0.2, 0.7]])
    found = over_gaussians(places, directions, sigmas, 12, torch.device("cpu"))
    for y in range(12):
        for x in range(12):
            expected = torch.zeros(2)
            for (px, py), direction, sigma in zip(places, directions, sigmas, strict=True):
                distance = (x - px) ** 2 + (y - py) ** 2
                expected += direction * torch.exp(-0.5 * distance / sigma**2)
            assert torch.allclose(found[:, y, x], expected, atol=1e-6)


def test_the_field_lies_where_the_eyes_say() -> None:
    injector = Injector(InputConfig(mode="rgb", size=100, fps=30.0))
    event = Event("me", (Bump(0.5, 0.0, 0.0, 1.0, 0.1),), 0.1, 0.3, 0.0)
    field = injector.field(event, torch.device("cpu"))
    row, column = divmod(int(field[1].argmax()), 100)
    # The outer corner of an eye: half a span of 42 px right of 49.5, at 35.5.
    assert (row, column) in {(y, x) for y in (35, 36) for x in (70, 71)}
    assert field[1].max().item() == pytest.approx(0.1 * 42, abs=0.1)
    assert field[0].abs().max() == 0


def test_a_warp_moves_the_picture_forward() -> None:
    picture = torch.zeros(1, 1, 9, 9)
    picture[0, 0, 4, 3] = 1.0
    shift = torch.zeros(1, 2, 9, 9)
    shift[:, 0], shift[:, 1] = 2.0, 1.0
    assert torch.allclose(warp(picture, shift)[0, 0, 5, 5], torch.tensor(1.0), atol=1e-5)
    part = warp(picture, shift, slice(4, 7), slice(5, 6))
    assert torch.allclose(part, warp(picture, shift)[:, :, 4:7, 5:6])


def test_colours_move_alike() -> None:
    batch = batch_of(face(32, 12, 3))
    found = Injector(replace(PIXELS, mode="rgb")).apply(batch, [[me()]]).frames
    assert torch.equal(found[:, :, 0], found[:, :, 1])
    assert torch.equal(found[:, :, 0], found[:, :, 2])


def test_added_displacement_is_that_of_the_warped_pixels() -> None:
    """Two ways to the same: warp the pixels and measure, or measure and add."""
    motion = make_motion(FLOW)
    assert motion is not None
    pixels = face(48, 60)
    event = Event("me", CHEEK, 0.03, 0.4, 0.4, apex=0.4, hold=0.2)
    warped = Injector(replace(FLOW, mode="motion")).apply(batch_of(pixels), [[event]])
    with torch.inference_mode():
        still = motion(pixels.float() / 255)
        measured = motion(warped.frames.float() / 255) - still
        picture = mean_face(pixels.float() / 255)[0]
    found = Injector(FLOW).apply(batch_of(still.clone()), [[event]], lambda _: picture)
    added = found.frames - still
    assert torch.equal(found.inside, warped.inside)
    assert measured.abs().max() > 1
    # What differs: whole grey values, and that the measured mean picture holds the movement too.
    assert (added * measured).sum() > 0.96 * added.norm() * measured.norm()
    assert (added.norm() / measured.norm()).item() == pytest.approx(1.0, abs=0.15)
    half = batch_of(still.half())
    assert Injector(FLOW).apply(half, [[event]], lambda _: picture).frames.dtype == torch.float32
    assert torch.equal(half.frames, still.half())
    with pytest.raises(ValueError, match="faces"):
        Injector(FLOW).apply(half, [[event]])


def test_plain_skin_shows_nothing() -> None:
    field = torch.zeros(1, 2, 16, 16)
    field[:, 0], field[:, 1] = 0.5, 0.3
    assert seen_displacement(field, torch.zeros(1, 16, 16)).abs().max() == 0
    ramp = torch.arange(16.0).expand(1, 16, 16)  # brighter to the right: a slope of 1
    seen = seen_displacement(field, ramp)
    assert seen[0, 0, 1:-1, 1:-1].numpy() == pytest.approx(0.5, abs=2e-3)
    assert seen[0, 1].abs().max() == 0  # nothing tells of movement down


def test_a_mirror_exchanges_sides() -> None:
    pixels = torch.randint(0, 255, (1, 2, 3, 4, 4), dtype=torch.uint8)
    assert torch.equal(mirror(pixels), pixels.flip(-1))
    flow = torch.randn(1, 2, 6, 4, 4)
    assert torch.equal(mirror(flow)[:, :, 0], -flow[:, :, 0].flip(-1))
    assert torch.equal(mirror(flow)[:, :, 3], flow[:, :, 3].flip(-1))
    assert torch.equal(mirror(mirror(flow)), flow)
