"""MELDAE's temporal part and heads on any encoder of frames.

    frames ──► encoder ──► (T, D) ──► Bi-LSTM ──► ME of the clip, state of the clip, ME of each frame

What is compared across encoders is then the encoder alone.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from meldae.layers.heads import ClipHead, FrameHead
from meldae.layers.temporal import BiLstm
from meldae.output import MeldaeOutput


class FrameEncoder(nn.Module, ABC):
    """Base of the encoders: a feature for each frame, from it and the one `step` frames before.

    Args:
        dim: D.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    @abstractmethod
    def forward(self, frames: Tensor, step: int) -> Tensor:
        """Features of T frames.

        Args:
            frames: Shape (B, step + T, S, S); the first `step` frames are only looked back at.
            step: At least 1.

        Returns:
            Shape (B, T, D).
        """


class SharedNetwork(nn.Module):
    """Encoder, Bi-LSTM and MELDAE's three heads.

    Args:
        encoder: Of frames.
        hidden: Of the Bi-LSTM, per direction.
        head: Hidden size of each head.
        dropout: In the heads.
    """

    def __init__(self, encoder: FrameEncoder, hidden: int, head: int, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.stream = BiLstm(encoder.dim, hidden)
        self.me_head = ClipHead(self.stream.out_dim, head, dropout)
        self.state_head = ClipHead(self.stream.out_dim, head, dropout)
        self.locator = FrameHead(self.stream.out_dim, head, dropout)

    def forward(
        self, frames: Tensor, step: int, mask: Tensor | None = None, chunk: int = 0
    ) -> MeldaeOutput:
        """Logits.

        Args:
            frames: Shape (B, T, S, S); what lies before the first is taken to be like it.
            step: See `FrameEncoder.forward`.
            mask: Shape (B, T), true on real frames; padding at the end.
            chunk: Frames that are encoded at a time, all when 0: long clips need no more memory then.
        """
        longer = torch.cat([frames[:, :1].expand(-1, step, -1, -1), frames], dim=1)
        total = frames.shape[1]
        chunk = chunk or total
        parts = [
            self.encoder(longer[:, first : min(first + chunk, total) + step], step)
            for first in range(0, total, chunk)
        ]
        features = self.stream(torch.cat(parts, dim=1), mask)
        return MeldaeOutput(
            me_logits=self.me_head(features, mask),
            state_logits=self.state_head(features, mask),
            frame_logits=self.locator(features),
        )
