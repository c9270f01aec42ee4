r"""Movement into the frames and the labels of training windows.

    frames    0  1  2  3  4  5  6  7  8  9        an ME of 5 frames that begins at frame 3
    moved     .  .  .  o  o  O  o  o  .  .        course: 0 at frame 2 and at frame 8
    inside    0  0  0  1  1  1  1  1  0  0
    boundary           ^           ^

Pixels are warped. Stored displacement (the flow mode) is added to, since what a small movement adds to a
least-squares estimate is linear in the movement: no pixel is read, and a step costs hardly more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from meldae.config import InputConfig
from meldae.data import Batch
from meldae.injection.draw import Event
from meldae.injection.movements import Canvas, canvas
from meldae.injection.texture import over_gaussians, seen_displacement, warp

_STILL = 0.01
"""Movement below this, in px, is none."""

Faces = Callable[[int], Tensor]
"""The face in a row of a batch, (size, size), see `meldae.injection.texture.Textures`."""


@dataclass(frozen=True)
class Placed:
    """An event in a window.

    Args:
        event: What.
        first: Its first frame; below 0 when it began before the window.
        count: Its frames.
    """

    event: Event
    first: int
    count: int

    def course(self, frames: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Share of the amplitude at frames of the window: above 0 only on the event's own."""
        share = (frames - self.first + 1) / (self.count + 1)
        return self.event.course(share * self.event.seconds)


def place(event: Event, length: int, fps: float) -> Placed | None:
    """Where an event lies in a window.

    Args:
        event: What.
        length: Real frames of the window.
        fps: Frame rate.

    Returns:
        An ME is whole, with a frame of rest on both sides, or `None` where there is no room; other events
        may reach over the edges by half their length.
    """
    count = max(3, round(event.seconds * fps))
    if event.kind == "me":
        room = length - count - 2
        return None if room < 0 else Placed(event, 1 + round(event.place * room), count)
    first = round(-count / 2 + event.place * length)
    return Placed(event, first, count)


class Injector:
    """Puts events into batches.

    Args:
        source: What frames are; with the frame rate that training settled on.
    """

    def __init__(self, source: InputConfig) -> None:
        self.source = source
        self.canvas: Canvas = canvas(source.size, source.zoom)

    def apply(
        self,
        batch: Batch,
        events: Sequence[Sequence[Event]],
        faces: Faces | None = None,
        *,
        labels: bool = True,
    ) -> Batch:
        """A batch with events in it.

        Args:
            batch: Windows as stored.
            events: For every window.
            faces: Their pictures; needed in the flow mode.
            labels: Whether the true labels stay. If not, windows are labelled as if nothing were known of
                them: only what is put in is an ME, and every state is unknown.

        Returns:
            A new batch. A window that holds a true ME gets no other; a window with speech put in has an
            unknown state.
        """
        inside, boundary = batch.inside.clone(), batch.boundary.clone()
        speaking, segments = batch.speaking.clone(), batch.segments
        macro = None if batch.macro is None else batch.macro.clone()
        macro_edges = None if batch.macro_boundary is None else batch.macro_boundary.clone()
        if not labels:
            inside.zero_()
            boundary.zero_()
            speaking.fill_(-1.0)
            segments = None if segments is None else segments[:0]
            macro = macro_edges = None
        placed: list[tuple[int, Placed]] = []
        for row, mine in enumerate(events):
            length = int(batch.mask[row].sum())
            for event in mine:
                is_me = event.kind == "me"
                where = (
                    None if is_me and bool(inside[row].any()) else place(event, length, self.fps)
                )
                if where is None:
                    continue
                placed.append((row, where))
                if is_me:
                    last = where.first + where.count - 1
                    inside[row, where.first : last + 1] = 1.0
                    boundary[row, [where.first, last]] = True
                elif event.kind == "speech":
                    speaking[row] = -1.0
                elif event.kind == "macro" and macro is not None and macro_edges is not None:
                    # What is put in slowly is a macro-expression, where these are learnt.
                    first, last = where.first, where.first + where.count - 1
                    macro[row, max(0, first) : min(length, last + 1)] = 1.0
                    macro_edges[row, [one for one in (first, last) if 0 <= one < length]] = True
        return replace(
            batch,
            frames=self._move(batch, placed, faces) if placed else batch.frames,
            inside=inside,
            boundary=boundary,
            speaking=speaking,
            segments=segments,
            macro=macro,
            macro_boundary=macro_edges,
            has_me=(inside > 0.5).any(1).to(batch.has_me.dtype),
        )

    @property
    def fps(self) -> float:
        """Frame rate of the windows."""
        return self.source.fps or 30.0

    def field(self, event: Event, device: torch.device) -> Tensor:
        """Displacement at the apex, (2, size, size) px: right, down."""
        spot, bumps = self.canvas, event.bumps
        middle, size = torch.tensor([spot.x, spot.y]), event.amplitude * spot.span
        return over_gaussians(
            middle + spot.span * torch.tensor([[bump.x, bump.y] for bump in bumps]),
            size * torch.tensor([[bump.right, bump.down] for bump in bumps]),
            spot.span * torch.tensor([bump.sigma for bump in bumps]),
            spot.size,
            device,
        )

    def _move(
        self, batch: Batch, placed: Sequence[tuple[int, Placed]], faces: Faces | None
    ) -> Tensor:
        device = batch.frames.device
        fields = torch.stack([self.field(where.event, device) for _, where in placed])
        rows = [row for row, _ in placed]
        lengths = batch.mask.sum(1).tolist()
        if self.source.mode == "flow":
            if faces is None:
                raise ValueError("Expected `faces` in the flow mode.")
            known = torch.stack([faces(row) for row in rows]).to(device)
            shown = seen_displacement(fields, known, self.source.steady)
            return self._add(batch.frames, shown, placed, lengths)
        return _warp_rows(batch.frames, fields, placed, lengths)

    def _add(
        self,
        frames: Tensor,
        shown: Tensor,
        placed: Sequence[tuple[int, Placed]],
        lengths: Sequence[int],
    ) -> Tensor:
        """Three displacements per event, as `FlowChannels` measures them."""
        source = self.source
        near, slow = source.frames(source.deviation_ms), source.frames(source.slow_ms)
        lag = source.frames(source.lag_ms)
        moved = frames.float()
        if moved.data_ptr() == frames.data_ptr():
            moved = moved.clone()
        reach = max(near, slow, lag)
        for field, (row, where) in zip(shown, placed, strict=True):
            length = lengths[row]
            # The store has seen what is before and after a window, so the course goes on there.
            course = where.course(np.arange(-reach, length + reach, dtype=np.float64))
            whole = torch.from_numpy(course).float()
            now = whole[reach : reach + length]
            past = whole[reach - lag : reach - lag + length]
            means = [
                functional.avg_pool1d(
                    whole[reach - radius : reach + length + radius][None], 2 * radius + 1, 1
                )[0]
                for radius in (near, slow)
            ]
            change = source.gain * torch.stack((now - means[0], now - means[1], now - past), dim=1)
            added = torch.einsum("tk,chw->tkchw", change.to(field.device), field).flatten(1, 2)
            moved[row, :length] = (moved[row, :length] + added).clamp(-8, 8)
        return moved


def _warp_rows(
    frames: Tensor,
    fields: Tensor,
    placed: Sequence[tuple[int, Placed]],
    lengths: Sequence[int],
) -> Tensor:
    """Warp the frames that move; the others stay as they are, to the bit."""
    moved = frames.clone()
    for row in sorted({row for row, _ in placed}):
        mine = [number for number, (other, _) in enumerate(placed) if other == row]
        times = np.arange(lengths[row], dtype=np.float64)
        courses = np.stack([placed[number][1].course(times) for number in mine], axis=1)
        shares = torch.from_numpy(courses).float().to(frames.device)
        sizes = fields[mine].abs().amax(1)
        active = torch.nonzero((shares * sizes.amax((1, 2))).sum(1) > _STILL)[:, 0]
        if not len(active):
            continue
        box = _box(sizes.sum(0) > _STILL)
        displacement = torch.einsum("tk,kchw->tchw", shares[active], fields[mine])
        warped = warp(frames[row, active].float(), displacement, *box)
        if frames.dtype == torch.uint8:
            warped = warped.round().clamp(0, 255)
        moved[row, active, :, box[0], box[1]] = warped.to(frames.dtype)
    return moved


def _box(where: Tensor) -> tuple[slice, slice]:
    """Rows and columns that hold all of the true ones."""
    rows, columns = (torch.nonzero(where.any(axis))[:, 0] for axis in (1, 0))
    return (
        slice(int(rows[0]), int(rows[-1]) + 1),
        slice(int(columns[0]), int(columns[-1]) + 1),
    )
