"""What moves, as channels, for an encoder that looks at one frame at a time; both have no parameters.

    l_t = log(grey_t / mean of grey_t)            the face, without flicker and exposure

`MotionChannels` shows brightness: `l`, its deviation from a local mean, its difference to the past.
`FlowChannels` shows displacement: how far the skin has moved, right and down, in px. Brightness change
depends on the face's own texture and on light; displacement does not, and it is what an annotator sees. A
small model learns it from a tenth of the data. Both go beyond the paper, which feeds RGB.

Everything in time is a fixed linear operator on `l`, so it is one matrix product.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

_LUMA = (0.299, 0.587, 0.114)
_DARK = 4.0 / 255
"""Added to grey, so that the logarithm of a black pixel stays small."""

_STIFF = 2e-3
"""Tikhonov term of the displacement, in squared log-brightness per px: flat skin is said not to move."""


def log_face(frames: Tensor, mask: Tensor | None = None) -> Tensor:
    """`l` as float32 (B, T, H, W), 0 on padding; frames are (B, T, 1 or 3, H, W) in [0, 1]."""
    frames = frames.float()
    grey = frames[:, :, 0]
    if frames.shape[2] == 3:
        red, green, blue = _LUMA
        grey = red * grey + green * frames[:, :, 1] + blue * frames[:, :, 2]
    grey = grey + _DARK
    face = torch.log(grey / grey.mean((-2, -1), keepdim=True))
    return face if mask is None else face * mask[..., None, None]


def local_mean(t: int, radius: int, mask: Tensor | None, like: Tensor) -> Tensor:
    """(B or 1, T, T): the mean of the real frames within `radius`."""
    index = torch.arange(t, device=like.device)
    real = like.new_ones(1, t) if mask is None else mask.to(like.dtype)
    near = ((index[:, None] - index[None]).abs() <= radius).to(like.dtype)
    weights = near[None] * real[:, None]
    return weights / weights.sum(-1, keepdim=True).clamp_min(1.0)


def past(t: int, lag: int, like: Tensor) -> Tensor:
    """(1, T, T): the frame `lag` back, or the first one."""
    index = torch.arange(t, device=like.device)
    return torch.eye(t, device=like.device, dtype=like.dtype)[(index - lag).clamp_min(0)][None]


def over_time(operator: Tensor, face: Tensor) -> Tensor:
    """Apply (B or 1, K, T) to (B, T, H, W): (B, K, H, W)."""
    moved = torch.matmul(operator, face.flatten(2))
    return moved.view(face.shape[0], -1, *face.shape[-2:])


class MotionChannels(nn.Module):
    """Grey or RGB frames to `l`, gain x its deviation from a local mean, gain x its difference to before.

    Args:
        radius: Half width of the local mean, frames.
        lag: Frames back of the difference.
        gain: Brings the last two channels to order one.

    Shape:
        frames: (B, T, C, H, W) float in [0, 1], C = 1 or 3.
        mask: (B, T) bool.
        returns: (B, T, 3, H, W), 0 on padding.
    """

    channels = 3

    def __init__(self, radius: int, lag: int, gain: float = 8.0) -> None:
        super().__init__()
        self.radius, self.lag, self.gain = radius, lag, gain

    def forward(self, frames: Tensor, mask: Tensor | None = None) -> Tensor:
        """See the class."""
        with torch.autocast(frames.device.type, enabled=False):
            face = log_face(frames, mask)
            t = face.shape[1]
            mean, back = local_mean(t, self.radius, mask, face), past(t, self.lag, face)
            eye = torch.eye(t, device=face.device)
            both = torch.cat((eye - mean, (eye - back).expand_as(mean)), dim=1)
            moved = self.gain * over_time(both, face)
            channels = torch.stack((face, moved[:, :t], moved[:, t:]), dim=2)
            return channels if mask is None else channels * mask[..., None, None, None]


class FlowChannels(nn.Module):
    """Displacement of the skin on a coarse grid, by the closed form of Lucas and Kanade.

    Three displacements (right, down), hence six channels: from where the skin is on average within
    `radius` (an ME stands out), from the average within `slow_radius` (a macro-expression stands out
    too), and from `lag` frames ago (speed). Each cell looks at 8x8 px, cells are 4 px apart.

    Args:
        radius: Half width of the short mean, frames.
        slow_radius: Half width of the long mean, frames.
        lag: Frames back.
        gain: Factor on px.
        steady: Whether to take away the head's own motion, see `remove_head_motion`.

    Shape:
        frames: (B, T, C, H, W) float in [0, 1], C = 1 or 3; H and W multiples of 4.
        mask: (B, T) bool.
        returns: (B, T, 6, H / 4, W / 4), in [-8, 8], 0 on padding.

    Reference:
        Lucas and Kanade, An Iterative Image Registration Technique, IJCAI 1981: one iteration, since
        movement here is a fraction of a pixel.
    """

    channels = 6
    cell = 4

    def __init__(
        self, radius: int, slow_radius: int, lag: int, gain: float = 8.0, steady: bool = True
    ) -> None:
        super().__init__()
        self.radius, self.slow_radius, self.lag = radius, slow_radius, lag
        self.gain, self.steady = gain, steady

    def forward(self, frames: Tensor, mask: Tensor | None = None) -> Tensor:
        """See the class."""
        with torch.autocast(frames.device.type, enabled=False):
            face = _blur(log_face(frames, mask))
            t = face.shape[1]
            near = local_mean(t, self.radius, mask, face)
            far = local_mean(t, self.slow_radius, mask, face)
            base = over_time(near, face)
            others = (base, over_time(far, face), over_time(past(t, self.lag, face), face))
            along, down = _slopes(base)
            xx, xy, yy = _cells(along * along), _cells(along * down), _cells(down * down)
            xx, yy = xx + _STIFF, yy + _STIFF
            scale = self.gain / (xx * yy - xy * xy)
            seen = (xx + yy - 2 * _STIFF) / (xx + yy)
            found = []
            for other in others:
                change = other - face
                x, y = _cells(along * change), _cells(down * change)
                moved = (
                    torch.stack(((yy * x - xy * y), (xx * y - xy * x)), dim=2) * scale[:, :, None]
                )
                found.append(remove_head_motion(moved, seen) if self.steady else moved)
            flow = torch.cat(found, dim=2).clamp(-8, 8)
            return flow if mask is None else flow * mask[..., None, None, None]


def remove_head_motion(flow: Tensor, seen: Tensor, rounds: int = 2) -> Tensor:
    """Take away what an affine motion of the whole picture explains: the head's, left by alignment.

    Args:
        flow: (B, T, 2, rows, columns).
        seen: (B, T, rows, columns) in [0, 1], how far a cell has texture to tell.
        rounds: Least squares; from the second round on, cells that move otherwise weigh less, so that an
            expression is not taken for part of the head's motion.

    Returns:
        Same shape as `flow`.
    """
    b, t, _, rows, columns = flow.shape
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, rows, device=flow.device),
        torch.linspace(-1, 1, columns, device=flow.device),
        indexing="ij",
    )
    basis = torch.stack((torch.ones_like(x), x, y), dim=-1).view(-1, 3)
    squares = (basis[:, :, None] * basis[:, None]).view(-1, 9)
    # The picture's middle is face, its edges are hair and background.
    centre = torch.exp(-(x.square() + y.square())).view(-1)
    prior = seen.flatten(2) * centre + 1e-4
    weight, values, rest = prior, flow.flatten(3), flow.flatten(3)
    ridge = 1e-6 * torch.eye(3, device=flow.device)
    for _ in range(rounds):
        normal = torch.matmul(weight, squares).view(b, t, 3, 3) + ridge
        right = torch.matmul(weight[:, :, None] * values, basis)
        plane = torch.linalg.solve(normal, right.transpose(-1, -2))
        rest = values - torch.matmul(basis, plane).transpose(-1, -2)
        size = rest.square().sum(2)
        typical = (prior * size).sum(-1, keepdim=True) / prior.sum(-1, keepdim=True)
        weight = prior / (1 + size / (typical + 1e-6))
    return rest.view_as(flow)


def mean_face(frames: Tensor) -> Tensor:
    """The mean picture that `FlowChannels` measures movement from.

    Args:
        frames: (B, T, C, H, W) float in [0, 1].

    Returns:
        (B, H, W), log-brightness.
    """
    return _blur(log_face(frames)).mean(1)


def estimate_displacement(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """The closed form of Lucas and Kanade between pictures as `mean_face` makes them.

    Args:
        before: (B, T, H, W).
        after: (B, T, H, W).

    Returns:
        (B, T, 2, H / 4, W / 4): displacement right and down, px; and (B, T, H / 4, W / 4) in [0, 1]: how
        far a cell has texture to tell.
    """
    along, down = _slopes(before)
    xx, xy, yy = _cells(along * along), _cells(along * down), _cells(down * down)
    xx, yy = xx + _STIFF, yy + _STIFF
    change = before - after
    x, y = _cells(along * change), _cells(down * change)
    moved = torch.stack((yy * x - xy * y, xx * y - xy * x), dim=2)
    return moved / (xx * yy - xy * xy)[:, :, None], (xx + yy - 2 * _STIFF) / (xx + yy)


def _slopes(base: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences to the right and down; 0 at the edges."""
    along = functional.pad((base[..., 2:] - base[..., :-2]) / 2, (1, 1))
    down = functional.pad((base[..., 2:, :] - base[..., :-2, :]) / 2, (0, 0, 1, 1))
    return along, down


def _blur(images: Tensor) -> Tensor:
    """1-2-1 in both directions, edges repeated."""
    padded = functional.pad(images, (1, 1, 0, 0), mode="replicate")
    images = 0.25 * (padded[..., :-2] + padded[..., 2:]) + 0.5 * padded[..., 1:-1]
    padded = functional.pad(images, (0, 0, 1, 1), mode="replicate")
    return 0.25 * (padded[..., :-2, :] + padded[..., 2:, :]) + 0.5 * padded[..., 1:-1, :]


def _cells(images: Tensor) -> Tensor:
    """Means over 8x8 px, every 4 px."""
    return functional.avg_pool2d(images, 8, 4, padding=2)
