"""The three branches of the multi-task head (the paper, section 4.3); they return logits."""

import torch
from torch import Tensor, nn


class FrameHead(nn.Module):
    """The temporal locator S_loc: one logit per frame.

    Shape:
        features: (B, T, dim)
        returns: (B, T)
    """

    def __init__(self, dim: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(dim, hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """See the class."""
        logits: Tensor = self.layers(features)
        return logits[..., 0]


class ClipHead(nn.Module):
    """A clip classifier: learned softmax pooling over real frames, then one logit.

    Shape:
        features: (B, T, dim)
        mask: (B, T) bool; every clip has a real frame.
        returns: (B,)
    """

    def __init__(self, dim: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        # No bias: a softmax over time does not see it.
        self.weight = nn.Linear(dim, 1, bias=False)
        self.layers = nn.Sequential(
            nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, 1)
        )

    def forward(self, features: Tensor, mask: Tensor | None = None) -> Tensor:
        """See the class."""
        weight = self.weight(features)[..., 0].float()
        if mask is not None:
            weight = weight.masked_fill(~mask, float("-inf"))
        share = weight.softmax(-1).to(features.dtype)
        # Padding may hold anything, even NaN, so it is left out instead of multiplied by 0.
        kept = features if mask is None else features.masked_fill(~mask[..., None], 0.0)
        logits: Tensor = self.layers(torch.einsum("bt,btd->bd", share, kept))
        return logits[..., 0]
