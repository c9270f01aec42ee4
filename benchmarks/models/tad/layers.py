"""Parts of the pyramids; sequences are (B, C, T) with a mask (B, 1, T) of what is real."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of each step.

    Args:
        dim: Channels.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T) to the same shape."""
        normed: Tensor = self.norm(x.transpose(1, 2))
        return normed.transpose(1, 2)


class MaskedConv(nn.Module):
    """Convolution over time whose output is 0 on padding, so padding never leaks in.

    Args:
        inputs: Channels.
        outputs: Channels.
        kernel: Odd width.
        stride: Steps.
        groups: See `torch.nn.Conv1d`.
        bias: See `torch.nn.Conv1d`.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        stride: int = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv1d(
            inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups, bias=bias
        )

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, inputs, T) and the mask of the output's steps."""
        found: Tensor = self.conv(x)
        return found * mask


def local_attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor, window: int) -> Tensor:
    """Each step attends to the real steps within ``window // 2``; linear in the length.

    Args:
        query: (B, H, T, D).
        key: (B, H, T, D).
        value: (B, H, T, D).
        mask: (B, 1, T), of keys.
        window: Odd.

    Returns:
        (B, H, T, D); 0 where no key within the window is real.
    """
    half = window // 2

    def neighbours(x: Tensor) -> Tensor:
        return functional.pad(x, (0, 0, half, half)).unfold(2, window, 1)

    real = functional.pad(mask, (half, half)).unfold(2, window, 1) > 0
    scale = query.shape[-1] ** -0.5
    logits = torch.einsum("bhtd,bhtdw->bhtw", query * scale, neighbours(key))
    weights = torch.softmax(logits.masked_fill(~real, -1e4), dim=-1) * real
    return torch.einsum("bhtw,bhtdw->bhtd", weights, neighbours(value))


class AttentionBlock(nn.Module):
    """Local self-attention and a feed-forward part, each with a scaled residual; may halve the length.

    Queries, keys and values come from depthwise convolutions of width 3, which carry the stride and the
    sense of order.

    Args:
        dim: Channels.
        heads: A divisor of `dim`.
        window: Odd, of the output's steps.
        stride: 1 or 2.
        dropout: In both parts.
    """

    def __init__(
        self, dim: int, heads: int, window: int, stride: int = 1, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.heads, self.window, self.stride = heads, window, stride
        self.before, self.between = ChannelNorm(dim), ChannelNorm(dim)
        self.depthwise = nn.ModuleList(
            MaskedConv(dim, dim, 3, stride, groups=dim, bias=False) for _ in range(3)
        )
        self.norms = nn.ModuleList(ChannelNorm(dim) for _ in range(3))
        self.project = nn.ModuleList(nn.Conv1d(dim, dim, 1) for _ in range(3))
        self.out = nn.Conv1d(dim, dim, 1)
        self.feed = nn.Sequential(
            nn.Conv1d(dim, 2 * dim, 1),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Conv1d(2 * dim, dim, 1),
        )
        self.drop = nn.Dropout(dropout)
        self.scale_attention = nn.Parameter(torch.full((dim, 1), 0.1))
        self.scale_feed = nn.Parameter(torch.full((dim, 1), 0.1))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, C, T) and the mask of the output to (B, C, T / stride)."""
        b, c, _ = x.shape
        normed = self.before(x)
        shape = (b, self.heads, c // self.heads, -1)
        query, key, value = (
            project(norm(conv(normed, mask))).view(shape).transpose(2, 3)
            for conv, norm, project in zip(self.depthwise, self.norms, self.project, strict=True)
        )
        attended = local_attention(query, key, value, mask, self.window)
        attended = self.out(attended.transpose(2, 3).reshape(b, c, -1)) * mask
        skip = x if self.stride == 1 else halve(x, mask)
        x = skip + self.scale_attention * self.drop(attended)
        fed: Tensor = self.feed(self.between(x)) * mask
        both: Tensor = x + self.scale_feed * self.drop(fed)
        return both


def halve(x: Tensor, mask: Tensor) -> Tensor:
    """Maximum over three steps, centred on every second one: (B, C, T) to (B, C, T / 2), T even.

    Args:
        x: 0 on padding.
        mask: (B, 1, T / 2), of the output.
    """
    return functional.max_pool1d(x, 3, 2, padding=1) * mask
