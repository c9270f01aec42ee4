"""What a frame encoder looks at: normalised pixels, or movement."""

import torch
from torch import Tensor, nn

from meldae.config import InputConfig
from meldae.layers.motion import FlowChannels, MotionChannels


def make_motion(source: InputConfig) -> MotionChannels | FlowChannels | None:
    """The layer that turns frames into movement, or `None` for the rgb mode."""
    near, lag = source.frames(source.deviation_ms), source.frames(source.lag_ms)
    if source.mode == "motion":
        return MotionChannels(near, lag, source.gain)
    if source.mode == "flow":
        slow = source.frames(source.slow_ms)
        return FlowChannels(near, slow, lag, source.gain, source.steady)
    return None


def mirror(frames: Tensor) -> Tensor:
    """Left and right exchanged, as a mirror shows a face.

    Args:
        frames: (B, T, C, H, W): pixels, or displacement with six channels (right, down, right, ...), whose
            movements to the right then go to the left.
    """
    flipped = frames.flip(-1)
    if frames.shape[2] == FlowChannels.channels:
        signs = torch.tensor([-1.0, 1.0], device=frames.device).repeat(FlowChannels.channels // 2)
        flipped = flipped * signs.to(frames.dtype).view(-1, 1, 1)
    return flipped


class FrameSource(nn.Module):
    """Stored frames to the channels that an encoder is given.

    Args:
        config: Which input.

    Shape:
        frames: (B, T, C, H, W), uint8 in 0..255 or float in [0, 1]; C is 3, or 1 for movement. In the
            flow mode also what `FlowChannels` made of them before, (B, T, 6, H / 4, W / 4).
        mask: (B, T) bool.
        returns: (B, T, channels, h, w)
    """

    mean: Tensor
    std: Tensor

    def __init__(self, config: InputConfig) -> None:
        super().__init__()
        self.motion = make_motion(config)
        self.channels: int = self.motion.channels if self.motion else 3
        self.register_buffer("mean", torch.full((3, 1, 1), 0.5), persistent=False)
        self.register_buffer("std", torch.full((3, 1, 1), 0.25), persistent=False)

    def normalise(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        """Use the colour statistics that pretrained weights expect; only matters in the rgb mode."""
        self.mean.copy_(torch.tensor(mean).view(3, 1, 1))
        self.std.copy_(torch.tensor(std).view(3, 1, 1))

    def forward(self, frames: Tensor, mask: Tensor | None = None) -> Tensor:
        """See the class."""
        if frames.dtype == torch.uint8:
            frames = frames.float() / 255
        if self.motion is None:
            return (frames - self.mean) / self.std
        if frames.shape[2] == FlowChannels.channels:
            return frames.float()
        moved: Tensor = self.motion(frames, mask)
        return moved
