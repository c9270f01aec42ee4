"""A convolutional frame encoder: table 3 of the paper compares ResNet-50 with the ViT."""

from typing import Any, Self

import timm
import torch
from torch import Tensor, nn

from meldae.config import BackboneConfig, InputConfig
from meldae.layers.motion import FlowChannels
from meldae.layers.source import FrameSource


class ConvFrameEncoder(nn.Module):
    """Frames to one global feature and a grid of local features each, by a timm convolutional network.

    The mean over the last feature map stands for a ViT's class token; its cells are the patches.
    BatchNorm keeps the statistics it came with, since frames of one clip are far from independent and
    padding must change nothing.

    Shape:
        As `meldae.layers.frame_encoder.FrameEncoder`.

    Raises:
        ValueError: The timm model gives no feature map.
    """

    def __init__(self, config: BackboneConfig, source: InputConfig) -> None:
        super().__init__()
        size = source.size // FlowChannels.cell if source.mode == "flow" else source.size
        self.source = FrameSource(source)
        net: Any = timm.create_model(
            config.name,
            pretrained=config.pretrained,
            num_classes=0,
            global_pool="",
            in_chans=self.source.channels,
        )
        self.source.normalise(net.pretrained_cfg["mean"], net.pretrained_cfg["std"])
        with torch.no_grad():
            found = net.eval()(torch.zeros(1, self.source.channels, size, size))
        if found.ndim != 4:
            raise ValueError(f"{config.name} gives no feature map (shape {tuple(found.shape)})")
        self.net = net
        self.grid: tuple[int, int] = (found.shape[2], found.shape[3])
        self.embed_dim: int = found.shape[1]

    def train(self, mode: bool = True) -> Self:
        """Everything but BatchNorm's running statistics goes into training mode."""
        super().train(mode)
        for module in self.net.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self

    def forward(self, frames: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """See the class."""
        b, t = frames.shape[:2]
        maps: Tensor = self.net(self.source(frames, mask).flatten(0, 1))
        cells = maps.permute(0, 2, 3, 1).reshape(b, t, *self.grid, self.embed_dim)
        return cells.mean((2, 3)), cells

    def save_memory(self) -> None:
        """Keep no activations of the stages: they are computed again on the way back."""
        self.net.set_grad_checkpointing(True)

    def timm_parts(self) -> list[tuple[str, nn.Module]]:
        """Prefix of timm's weight names, and the module they belong to."""
        return [("", self.net)]
