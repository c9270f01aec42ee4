"""MELDAE as one module (the paper, section 4 and figure 3). Read this first."""

import torch
from torch import Tensor, nn

from meldae.config import MeldaeConfig
from meldae.layers.emotion_head import EmotionHead
from meldae.layers.encoder import make_encoder
from meldae.layers.enhancer import Enhancer
from meldae.layers.heads import ClipHead, FrameHead
from meldae.layers.region_pool import RegionPool
from meldae.layers.source import mirror
from meldae.layers.temporal import BiGru, BiLstm, RegionalContext
from meldae.output import MeldaeOutput


class Meldae(nn.Module):
    """Micro-expression spotting in a clip of face crops.

    Args:
        config: What it is made of.

    Shape:
        frames: (B, T, C, H, W), uint8 in 0..255 or float in [0, 1], C = ``config.input.channels``; or what
            `encode` made of them, (B, T, 1 + P, D).
        mask: (B, T) bool, true on real frames; padding at the end. All real when `None`.
        returns: `MeldaeOutput`

    Example:
        >>> from meldae.presets import get_config
        >>> model = Meldae(get_config("nano").model)
        >>> model(torch.rand(2, 8, 1, 80, 80)).frame_logits.shape
        torch.Size([2, 8])
    """

    def __init__(self, config: MeldaeConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = make_encoder(config.backbone, config.input)
        dim = self.encoder.embed_dim
        self.global_stream: BiLstm | BiGru | None = None
        if config.temporal != "none":
            recurrent = BiGru if config.temporal == "bigru" else BiLstm
            self.global_stream = recurrent(dim, config.lstm_dim, config.lstm_layers)
        fused = self.global_stream.out_dim if self.global_stream is not None else dim
        self.enhancer: Enhancer | None = None
        if config.enhancer != "none":
            self.regions = RegionPool(config.region_grid)
            self.context = (
                RegionalContext(dim, config.regional_context) if config.regional_context else None
            )
            self.enhancer = Enhancer(dim, config.n_tokens, config.enhancer_heads, config.enhancer)
            fused += dim
        self.me_head = ClipHead(fused, config.head_dim, config.dropout)
        self.state_head = ClipHead(fused, config.head_dim, config.dropout)
        self.locator = FrameHead(fused, config.head_dim, config.dropout)
        # Made last: without it the other parts begin with the same weights.
        self.emotion_head = (
            EmotionHead(fused, config.head_dim, len(config.emotions), config.dropout)
            if config.emotions
            else None
        )
        self.macro_locator = (
            FrameHead(fused, config.head_dim, config.dropout) if config.macro else None
        )

    def forward(
        self, frames: Tensor, mask: Tensor | None = None, return_attention: bool = False
    ) -> MeldaeOutput:
        """See the class."""
        output = self._look(frames, mask, return_attention)
        if not self.config.mirror or self.training or frames.ndim == 4:
            return output
        other = self._look(mirror(frames), mask, False)
        return MeldaeOutput(
            me_logits=(output.me_logits + other.me_logits) / 2,
            state_logits=(output.state_logits + other.state_logits) / 2,
            frame_logits=(output.frame_logits + other.frame_logits) / 2,
            attention=output.attention,
            emotions=_mean(output.emotions, other.emotions),
            macro_logits=_mean(output.macro_logits, other.macro_logits),
        )

    def _look(self, frames: Tensor, mask: Tensor | None, return_attention: bool) -> MeldaeOutput:
        encoded = frames if frames.ndim == 4 else self.encode(frames, mask)
        cls, regions = encoded[:, :, 0], encoded[:, :, 1:]
        features = cls if self.global_stream is None else self.global_stream(cls, mask)
        attention = None
        if self.enhancer is not None:
            if self.context is not None:
                regions = self.context(regions, mask)
            enhanced, attention = self.enhancer(regions, mask, return_attention)
            features = torch.cat((features, enhanced), dim=-1)
        return MeldaeOutput(
            me_logits=self.me_head(features, mask),
            state_logits=self.state_head(features, mask),
            frame_logits=self.locator(features),
            attention=attention,
            emotions=None if self.emotion_head is None else self.emotion_head(features),
            macro_logits=None if self.macro_locator is None else self.macro_locator(features),
        )

    def encode(self, frames: Tensor, mask: Tensor | None = None) -> Tensor:
        """What the frame encoder says, all that the rest of the model needs of the frames.

        Args:
            frames: (B, T, C, H, W).
            mask: (B, T) bool.

        Returns:
            (B, T, 1 + P, D): the global feature, then the pooled regions; P = 0 without an enhancer.
        """
        cls: Tensor
        cls, patches = self.encoder(frames, mask)
        if self.enhancer is None:
            return cls[:, :, None]
        return torch.cat((cls[:, :, None], self.regions(patches)), dim=2)

    def backbone_parameters(self) -> list[nn.Parameter]:
        """The frame encoder's parameters, which learn more slowly when they come pretrained."""
        return list(self.encoder.parameters())

    def new_parameters(self) -> list[nn.Parameter]:
        """All others."""
        known = {id(parameter) for parameter in self.backbone_parameters()}
        return [parameter for parameter in self.parameters() if id(parameter) not in known]


def _mean(one: Tensor | None, other: Tensor | None) -> Tensor | None:
    return None if one is None or other is None else (one + other) / 2
