"""Three channels that show movement to an encoder that looks at one frame at a time.

    l_t   = log(grey_t / mean of grey_t)              the face, without flicker and exposure
    dev_t = gain * (l_t - mean of l over t +- r)      slow change out, an expression of 0.2-0.5 s stays
    dif_t = gain * (l_t - l_{t - lag})                its speed

Each is a fixed linear operator over time applied to `l`, so both come out of one matrix product. Beyond
the paper; measured on synthetic conversations in docs/.
"""

import torch
from torch import Tensor, nn

_LUMA = (0.299, 0.587, 0.114)
_DARK = 4.0 / 255
"""Added to grey, so that the logarithm of a black pixel stays small."""


class MotionChannels(nn.Module):
    """Grey or RGB frames to motion channels; has no parameters.

    Args:
        radius: Half width r of the local mean, frames.
        lag: Frames back of the difference.
        gain: Factor on the last two channels.

    Shape:
        frames: (B, T, C, H, W) float in [0, 1], C = 1 or 3.
        mask: (B, T) bool.
        returns: (B, T, 3, H, W), 0 on padding.
    """

    def __init__(self, radius: int, lag: int, gain: float = 8.0) -> None:
        super().__init__()
        self.radius, self.lag, self.gain = radius, lag, gain

    def forward(self, frames: Tensor, mask: Tensor | None = None) -> Tensor:
        """See the class."""
        with torch.autocast(frames.device.type, enabled=False):
            frames = frames.float()
            grey = frames[:, :, 0]
            if frames.shape[2] == 3:
                grey = sum(w * frames[:, :, c] for c, w in enumerate(_LUMA))  # type: ignore[assignment]
            b, t, h, w = grey.shape
            grey = grey.reshape(b, t, h * w) + _DARK
            face = torch.log(grey / grey.mean(-1, keepdim=True))
            if mask is not None:
                face = face * mask[..., None]
            moved = torch.matmul(self._operators(t, mask, face), face)
            channels = torch.stack((face, moved[:, :t], moved[:, t:]), dim=2)
            return channels.view(b, t, 3, h, w)

    def _operators(self, t: int, mask: Tensor | None, like: Tensor) -> Tensor:
        """(B or 1, 2T, T): deviation from the local mean, then difference to the past."""
        index = torch.arange(t, device=like.device)
        real = like.new_ones(1, t) if mask is None else mask.to(like.dtype)
        near = ((index[:, None] - index[None]).abs() <= self.radius).to(like.dtype)
        weights = near[None] * real[:, None]
        mean = weights / weights.sum(-1, keepdim=True).clamp_min(1.0)
        eye = torch.eye(t, device=like.device, dtype=like.dtype)
        past = eye[(index - self.lag).clamp_min(0)]
        both = torch.cat((eye - mean, (eye - past).expand_as(mean)), dim=1)
        return self.gain * both * torch.cat((real, real), dim=1)[..., None]
