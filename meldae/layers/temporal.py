"""Context over time: the Bi-LSTM of the paper, and a convolution over regional features (beyond it)."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class BiLstm(nn.Module):
    """CLS sequence to F_global (the paper, section 4.1).

    Args:
        in_dim: Width of the CLS token.
        hidden: Hidden size per direction.
        layers: Stacked layers.

    Shape:
        tokens: (B, T, in_dim)
        mask: (B, T) bool, padding at the end.
        returns: (B, T, 2 * hidden), 0 on padding.
    """

    def __init__(self, in_dim: int, hidden: int, layers: int = 1) -> None:
        super().__init__()
        self.lstm = nn.LSTM(in_dim, hidden, layers, batch_first=True, bidirectional=True)
        self.out_dim = 2 * hidden

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """See the class."""
        return _both_ways(self.lstm, tokens, mask)


class BiGru(nn.Module):
    """The same with gated recurrent units: three quarters of the weights; for small models.

    Args:
        in_dim: Width of the CLS token.
        hidden: Hidden size per direction.
        layers: Stacked layers.

    Shape:
        As `BiLstm`.
    """

    def __init__(self, in_dim: int, hidden: int, layers: int = 1) -> None:
        super().__init__()
        self.gru = nn.GRU(in_dim, hidden, layers, batch_first=True, bidirectional=True)
        self.out_dim = 2 * hidden

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """See the class."""
        return _both_ways(self.gru, tokens, mask)


def _both_ways(cell: nn.LSTM | nn.GRU, tokens: Tensor, mask: Tensor | None) -> Tensor:
    """Run a bidirectional layer over the real frames; 0 on padding."""
    if mask is None or bool(mask.all()):
        whole: Tensor = cell(tokens)[0]
        return whole
    # Packed, so that the backward direction starts at the last real frame.
    lengths = mask.sum(1).cpu()
    packed = pack_padded_sequence(tokens, lengths, batch_first=True, enforce_sorted=False)
    padded, _ = pad_packed_sequence(cell(packed)[0], batch_first=True, total_length=tokens.shape[1])
    return padded


class RegionalContext(nn.Module):
    """A residual depthwise convolution over time, per region; beyond the paper.

    Args:
        dim: Width D.
        kernel: Frames, odd.
        normalise: Whether to begin with a layer norm, which hides how large a feature is.

    Shape:
        regions: (B, T, P, D)
        mask: (B, T) bool.
        returns: (B, T, P, D)
    """

    def __init__(self, dim: int, kernel: int, normalise: bool = True) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim) if normalise else nn.Identity()
        self.over_time = nn.Conv1d(dim, dim, kernel, padding=kernel // 2, groups=dim)
        self.mix = nn.Linear(dim, dim)

    def forward(self, regions: Tensor, mask: Tensor | None = None) -> Tensor:
        """See the class."""
        b, t, p, d = regions.shape
        hidden = self.norm(regions)
        if mask is not None:
            hidden = hidden * mask[:, :, None, None]
        hidden = hidden.permute(0, 2, 3, 1).reshape(b * p, d, t)
        hidden = self.over_time(hidden).view(b, p, d, t).permute(0, 3, 1, 2)
        mixed: Tensor = self.mix(torch.nn.functional.gelu(hidden))
        return regions + mixed
