r"""Which emotion a segment shows: frame by frame, then pooled over the segment.

    frames      . . . a b c d . . .        features F_global + F_enhanced of each frame
    head              | | | |              log weight and K class logits of each frame
    segment           [-----]
    pooled            sum of shares x class logits; shares: softmax of log weights, times given weights

The last layer is linear, so pooling its outputs is pooling its inputs: one tensor (B, T, 1 + K) is all that
has to be blended over windows, exported and stored, and a segment can be chosen after the model has run.
Beyond the paper, whose three branches name no emotion.
"""

import torch
from torch import Tensor, nn


class EmotionHead(nn.Module):
    """Log weight and class logits of every frame.

    Args:
        dim: Width of the features.
        hidden: Width of the hidden layer.
        classes: K, at least 2.
        dropout: Before the last layer.

    Shape:
        features: (B, T, dim)
        returns: (B, T, 1 + K), the log weight first
    """

    def __init__(self, dim: int, hidden: int, classes: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(dropout))
        # No bias: a softmax over time does not see it.
        self.weight = nn.Linear(hidden, 1, bias=False)
        self.classes = nn.Linear(hidden, classes)

    def forward(self, features: Tensor) -> Tensor:
        """See the class."""
        hidden = self.layers(features)
        return torch.cat((self.weight(hidden), self.classes(hidden)), dim=-1)


def pool_segments(emotions: Tensor, segments: Tensor, weights: Tensor | None = None) -> Tensor:
    """Class logits of segments.

    Args:
        emotions: (B, T, 1 + K) from `EmotionHead`.
        segments: (N, 3) whole numbers: row of the batch, first frame, frame after the last; not empty.
        weights: (B, T) at least 0, such as scores of the locator; 1 everywhere when `None`. Where a
            segment has no positive weight, its frames count alike.

    Returns:
        (N, K); padding and all other frames outside a segment never count.
    """
    rows, first, end = segments[:, 0], segments[:, 1:2], segments[:, 2:3]
    chosen = emotions[rows].float()
    frames = torch.arange(emotions.shape[1], device=emotions.device)
    inside = (frames >= first) & (frames < end)
    logs = chosen[..., 0]
    if weights is not None:
        given = weights[rows].float()
        used = (given * inside).sum(1, keepdim=True) > 0
        logs = logs + torch.where(used, given, torch.ones_like(given)).clamp_min(1e-12).log()
    shares = logs.masked_fill(~inside, float("-inf")).softmax(-1)
    # Outside may hold anything, even NaN, so it is left out instead of multiplied by 0.
    logits = chosen[..., 1:].masked_fill(~inside[..., None], 0.0)
    return torch.einsum("nt,ntk->nk", shares, logits)
